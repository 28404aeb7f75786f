import { describe, expect, test } from 'bun:test';
import { EVERYTHING, eventsUntil, nyTime, seededMarket } from '../../../../../tests/support/seeded.ts';
import { kurtosisOf, meanOf } from '../../../../../tests/support/statistics.ts';
import { previousSession, sessionOn } from '../../../../engine/core/market/calendar.ts';
import { instant, type SessionDate } from '../../../../engine/core/types.ts';

const MINUTE_MS = 60_000;
const market = seededMarket(4, nyTime('2026-11-18', '10:30'), EVERYTHING);

describe('daily bars', () => {
  const days = market.dailyBars?.('SPY', 252) ?? [];

  test('hold a year of completed sessions, oldest first, without weekends, holidays and today', () => {
    expect(days.length).toBe(252);
    expect(days.at(-1)?.date).toBe('2026-11-17' as SessionDate);
    for (const [i, { date }] of days.entries()) {
      expect(sessionOn(date)).not.toBeNull();
      if (i > 0) expect(previousSession(date).date).toBe(days[i - 1]?.date as SessionDate);
    }
    expect(days.some(({ date }) => date === '2026-07-03')).toBe(false);
  });

  test('are sound: high and low enclose, volume is shares, an index has none, volatility is that of its options', () => {
    for (const symbol of EVERYTHING)
      for (const { open, high, low, close, volume, impliedVolatility } of market.dailyBars?.(symbol, 40) ?? []) {
        expect(high).toBeGreaterThanOrEqual(Math.max(open, close));
        expect(low).toBeLessThanOrEqual(Math.min(open, close));
        expect(low).toBeGreaterThan(0);
        const isIndex = symbol === 'SPX' || symbol.startsWith('VIX');
        expect(volume === null).toBe(isIndex);
        if (volume !== null) expect(volume).toBeGreaterThan(1_000_000);
        expect(impliedVolatility === null).toBe(symbol.startsWith('VIX'));
        if (impliedVolatility === null) continue;
        expect(impliedVolatility).toBeGreaterThan(0.05);
        expect(impliedVolatility).toBeLessThan(1.5);
      }
  });

  test('lead up to today: the night before it is as long as others', () => {
    const opens = market.bars?.('SPY', 1, 60)?.find(({ openAt }) => openAt === nyTime('2026-11-18', '09:30'));
    const gap = Math.log((opens?.open ?? Number.NaN) / (days.at(-1)?.close ?? Number.NaN));
    const nights = days.slice(1).map(({ open }, i) => Math.log(open / (days[i]?.close ?? Number.NaN)));
    expect(Math.abs(gap)).toBeLessThanOrEqual(Math.max(...nights.map(Math.abs)));
    expect(Math.max(...nights.map(Math.abs))).toBeLessThan(0.06);
    const returns = days.slice(1).map(({ close }, i) => Math.log(close / (days[i]?.close ?? Number.NaN)));
    const volatility = Math.sqrt(252 * meanOf(returns.map((value) => value * value)));
    expect(volatility).toBeGreaterThan(0.07);
    expect(volatility).toBeLessThan(0.35);
    expect(kurtosisOf(returns)).toBeGreaterThan(2.5);
  });

  test('are the same whoever asks: another start, another order, fewer symbols', () => {
    const other = seededMarket(4, nyTime('2026-11-18', '15:00'), ['SPY', 'NVDA']);
    expect(other.dailyBars?.('NVDA', 30)).toEqual(market.dailyBars?.('NVDA', 30) ?? []);
    expect(other.dailyBars?.('SPY', 252)).toEqual(days);
    expect(market.dailyBars?.('NOPE', 5)).toEqual([]);
  });
});

describe('bars of the past', () => {
  test('go back over sessions in steps of any length, the running one last', () => {
    const ones = market.bars?.('AAPL', 1, 500) ?? [];
    expect(ones.length).toBe(500);
    expect(ones.at(-1)?.openAt).toBe(instant(nyTime('2026-11-18', '10:30') - MINUTE_MS));
    expect(ones.filter(({ openAt }) => openAt >= nyTime('2026-11-18', '09:30')).length).toBe(60);
    const times = ones.map(({ openAt }) => openAt);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const half = market.bars?.('AAPL', 30, 16) ?? [];
    expect(half.length).toBe(16);
    expect(half.every(({ openAt }) => openAt % (30 * MINUTE_MS) === 0)).toBe(true);
    const last = half.at(-1);
    const inside = ones.filter(({ openAt }) => openAt >= (last?.openAt ?? 0));
    expect(last?.high).toBe(Math.max(...inside.map(({ high }) => high)));
    expect(last?.volume).toBe(inside.reduce((sum, { volume }) => sum + volume, 0));
    expect(last?.open).toBe(inside[0]?.open ?? Number.NaN);
  });

  test('are those that a session lived through was told by its prints', () => {
    const start = nyTime('2026-11-17', '09:30');
    const lived = seededMarket(4, start, ['IWM']);
    const events = eventsUntil(lived, nyTime('2026-11-17', '10:00'));
    const prices = events.flatMap((event) =>
      event.kind === 'trade' && event.at < start + 7 * MINUTE_MS && event.at >= start + 6 * MINUTE_MS ? [event] : [],
    );
    const told = (market.bars?.('IWM', 1, 450) ?? []).find(({ openAt }) => openAt === start + 6 * MINUTE_MS);
    expect(prices.length).toBeGreaterThan(20);
    expect(told).toEqual({
      openAt: instant(start + 6 * MINUTE_MS),
      open: prices[0]?.price ?? Number.NaN,
      high: Math.max(...prices.map(({ price }) => price)),
      low: Math.min(...prices.map(({ price }) => price)),
      close: prices.at(-1)?.price ?? Number.NaN,
      volume: prices.reduce((sum, { size }) => sum + size, 0),
    });
  });
});

describe('past chains and news', () => {
  test('a past chain is that of its evening: its own contracts, near its close, none for today or a holiday', () => {
    const rows = market.pastChain?.('SPY', '2026-11-17' as SessionDate) ?? [];
    expect(rows.length).toBeGreaterThan(1000);
    expect(rows.every(({ date }) => date === '2026-11-17')).toBe(true);
    expect(rows.some(({ contract }) => contract.expiry === '2026-11-17')).toBe(true);
    const close = market.dailyBars?.('SPY', 1)[0]?.close ?? Number.NaN;
    const near = rows.filter(
      ({ contract, delta }) =>
        contract.right === 'C' &&
        contract.expiry > '2026-12' &&
        contract.expiry < '2027-03' &&
        Math.abs((delta ?? 0) - 0.5) < 0.08,
    );
    expect(near.length).toBeGreaterThan(0);
    expect(near.every(({ contract }) => Math.abs(contract.strike / close - 1) < 0.06)).toBe(true);
    for (const date of ['2026-11-18', '2026-11-26', '2026-11-15', '2001-01-02', 'nonsense'])
      expect(market.pastChain?.('SPY', date as SessionDate)).toBeNull();
    expect(market.pastChain?.('VIX', '2026-11-17' as SessionDate)).toBeNull();
  });

  test('news comes newest first, never from the future, says that it is made up, and repeats itself', () => {
    const items = market.news?.('NVDA', 10) ?? [];
    expect(items.length).toBe(10);
    for (const [i, { publishedAt, title, relevance, sentiment }] of items.entries()) {
      expect(publishedAt).toBeLessThanOrEqual(market.now());
      if (i > 0) expect(publishedAt).toBeLessThanOrEqual(items[i - 1]?.publishedAt ?? 0);
      expect(title).toContain('Simulated');
      expect(relevance).toBeGreaterThanOrEqual(0);
      expect(relevance).toBeLessThanOrEqual(1);
      expect(Math.abs(sentiment)).toBeLessThanOrEqual(1);
    }
    expect(seededMarket(4, market.now(), ['NVDA']).news?.('NVDA', 10)).toEqual(items);
  });
});
