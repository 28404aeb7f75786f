import { describe, expect, test } from 'bun:test';
import { EVERYTHING } from '../../../tests/support/seeded.ts';
import { expiresAt, newYorkInstant } from '../../engine/core/market/calendar.ts';
import { type Instant, instant, type SessionDate } from '../../engine/core/types.ts';
import { DIVIDEND_YIELD, RATE } from './seeded/listing/option-quotes.ts';
import { createSeededMarket, type SeededMarket } from './seeded-market.ts';
import { createSessionClock } from './session-clock.ts';
import type { BookLevel, MarketEvent } from './types.ts';

const at = (date: string, time: string): Instant => newYorkInstant(date as SessionDate, time);
const OPEN = at('2026-11-18', '09:30');
const MINUTE_MS = 60_000;

const marketFrom = (seed: number, startAt: Instant, symbols = ['SPY', 'QQQ', 'SPX']): SeededMarket =>
  createSeededMarket({ seed, clock: createSessionClock({ speed: 600, startAt, wallNow: () => 0 }), symbols });

const record = (market: SeededMarket, until: Instant, stepMs = 1000): MarketEvent[] => {
  const events: MarketEvent[] = [];
  const stop = market.listen((event) => events.push({ ...event }));
  for (let now = market.now() as number; now <= until; now += stepMs) market.advanceTo(instant(now));
  stop();
  return events;
};

const stateOf = (market: SeededMarket) => ({
  quotes: ['SPY', 'QQQ', 'SPX'].map((symbol) => market.quote(symbol)),
  books: ['SPY', 'QQQ'].map((symbol) => market.book(symbol)),
  bars: market.minuteBars('SPY', 1000),
  chain: market.chain('SPY'),
  index: market.chain('SPX'),
});

describe('the seeded market', () => {
  test('tells the same events for the same seed, however its time is cut, and others for another', () => {
    const until = instant(OPEN + 10 * MINUTE_MS);
    const events = record(marketFrom(7, OPEN), until);
    expect(events.length).toBeGreaterThan(10_000);
    expect(record(marketFrom(7, OPEN), until, 30_000)).toEqual(events);
    expect(record(marketFrom(8, OPEN), until)).not.toEqual(events);
  });

  test('tells the same of all eleven symbols and the volatility indices, whatever the step and whoever else is asked for', () => {
    const from = at('2026-11-18', '10:00');
    const until = instant(from + 2 * MINUTE_MS);
    const events = record(marketFrom(21, from, EVERYTHING), until);
    expect(new Set(events.map(({ symbol }) => symbol))).toEqual(new Set(EVERYTHING));
    expect(record(marketFrom(21, from, EVERYTHING), until, 7_500)).toEqual(events);
    const alone = record(marketFrom(21, from, ['TSLA']), until);
    expect(alone.length).toBeGreaterThan(500);
    expect(alone).toEqual(events.filter(({ symbol }) => symbol === 'TSLA'));
  });

  test('stands where it would have stood, with all symbols, at any time of day and after the close', () => {
    const lived = marketFrom(22, at('2026-11-18', '09:30'), EVERYTHING);
    for (const time of ['09:30:00.250', '09:47:13', '12:00:00', '15:59:59', '16:10:00']) {
      const [clock = '', ms = '0'] = time.split('.');
      const now = instant(at('2026-11-18', clock) + Number(ms));
      const late = marketFrom(22, now, EVERYTHING);
      lived.advanceTo(now);
      for (const symbol of EVERYTHING) {
        expect(late.quote(symbol)).toEqual(lived.quote(symbol));
        expect(late.book(symbol)).toEqual(lived.book(symbol));
        expect(late.minuteBars(symbol, 5)).toEqual(lived.minuteBars(symbol, 5));
        expect(late.chain(symbol)?.slice(0, 200)).toEqual(lived.chain(symbol)?.slice(0, 200));
      }
    }
  }, 120_000);

  test('is the same at a market time whether it lived through the session or was started then', () => {
    const lived = marketFrom(7, OPEN);
    const startedLate = marketFrom(7, instant(OPEN + 137 * MINUTE_MS));
    lived.advanceTo(instant(OPEN + 40 * MINUTE_MS));
    lived.advanceTo(startedLate.now());
    expect(stateOf(lived).bars.length).toBe(137);
    expect(stateOf(lived)).toEqual(stateOf(startedLate));
  });

  test('is the same the day after, with the books carried over by row operations', () => {
    const lived = marketFrom(3, at('2026-11-18', '15:59:00'));
    const before = lived.quote('SPY')?.lastPrice ?? Number.NaN;
    lived.advanceTo(at('2026-11-19', '09:31:00'));
    const fresh = marketFrom(3, at('2026-11-19', '09:31:00'));
    expect(stateOf(lived)).toEqual(stateOf(fresh));
    expect(Math.abs((fresh.quote('SPY')?.lastPrice ?? 0) / before - 1)).toBeLessThan(0.03);
    expect(lived.optionsOf('SPY')[0]?.expiry).toBe('2026-11-19' as SessionDate);
  });

  test('shows books that its row operations rebuild exactly, never crossed, with the quote at their touch', () => {
    const market = marketFrom(11, OPEN);
    const initial = market.book('SPY');
    const rows = { 0: [...(initial?.asks ?? [])], 1: [...(initial?.bids ?? [])] };
    let checked = 0;
    market.listen((event) => {
      if (event.symbol !== 'SPY') return;
      if (event.kind === 'depth') {
        const side: BookLevel[] = rows[event.side];
        const row = { price: event.price, size: event.size, venue: event.venue };
        side.splice(event.level, event.operation === 0 ? 0 : 1, ...(event.operation === 2 ? [] : [row]));
      }
      if (event.kind !== 'quote') return;
      const quote = market.quote('SPY');
      expect(rows[1]).toEqual([...(market.book('SPY')?.bids ?? [])]);
      expect(rows[0]).toEqual([...(market.book('SPY')?.asks ?? [])]);
      expect(rows[0].length).toBe(10);
      expect(quote?.bidPrice).toBe(rows[1][0]?.price ?? Number.NaN);
      expect(quote?.askPrice).toBe(rows[0][0]?.price ?? Number.NaN);
      expect(quote?.bidPrice).toBeLessThan(quote?.askPrice ?? 0);
      checked++;
    });
    for (let minute = 1; minute <= 15; minute++) market.advanceTo(instant(OPEN + minute * MINUTE_MS));
    // A long pause is caught up with in one go.
    market.advanceTo(instant(OPEN + 200 * MINUTE_MS));
    expect(checked).toBeGreaterThan(1000);
  });

  test('tells events in market order, trades at its own quotes, odd and round lots from several venues', () => {
    const events = record(marketFrom(5, OPEN), instant(OPEN + 10 * MINUTE_MS));
    const trades = events.filter((event) => event.kind === 'trade' && event.symbol === 'SPY');
    expect(trades.length).toBeGreaterThan(1000);
    const times = trades.map((event) => event.at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const sizes = trades.map((event) => (event.kind === 'trade' ? event.size : 0));
    expect(sizes.some((size) => size % 100 !== 0)).toBe(true);
    expect(sizes.some((size) => size % 100 === 0)).toBe(true);
    expect(sizes.every((size) => size > 0 && Number.isInteger(size))).toBe(true);
    expect(new Set(trades.map((event) => (event.kind === 'trade' ? event.venue : ''))).size).toBeGreaterThan(5);
  });

  test('at ordinary speed tells 10 to 80 events a second for each share', () => {
    const events = record(marketFrom(5, at('2026-11-18', '12:00')), at('2026-11-18', '12:10'));
    for (const symbol of ['SPY', 'QQQ']) {
      const perSecond = events.filter((event) => event.symbol === symbol).length / 600;
      expect(perSecond).toBeGreaterThan(10);
      expect(perSecond).toBeLessThan(80);
    }
  });
});

describe('the seeded option chain', () => {
  const market = marketFrom(2, at('2026-11-18', '13:00'));

  test('lists a 0DTE expiry, dollar strikes near the money, calls and puts alike', () => {
    const today = market.optionsOf('SPY').filter((option) => option.expiry === '2026-11-18');
    const spot = market.quote('SPY')?.lastPrice ?? Number.NaN;
    expect(today.length).toBeGreaterThan(110);
    expect(today.filter((option) => option.right === 'C').length).toBe(today.length / 2);
    expect(Math.min(...today.map((option) => option.strike))).toBeLessThan(spot * 0.95);
    expect(market.optionsOf('SPX')[0]?.tradingClass).toBe('SPXW');
    expect(market.option(today[0]?.id ?? ('' as never))?.underlying).toBe('SPY');
  });

  test('never quotes crossed, and the chain and the single quote agree', () => {
    const chain = market.chain('SPY') ?? [];
    expect(chain.length).toBeGreaterThan(1000);
    for (const row of chain) {
      expect(row.bid ?? 0).toBeLessThan(row.ask ?? 0);
      expect(Number.isInteger(Math.round((row.ask ?? 0) * 1e6) / 1e4)).toBe(true);
      const quote = market.optionQuote(row.contract.id);
      expect(quote?.askPrice).toBe(row.ask);
      expect(quote?.bidPrice ?? 0).toBe(row.bid ?? Number.NaN);
    }
  });

  test('holds put-call parity within the quotes', () => {
    const { bidPrice, askPrice } = market.quote('SPY') ?? {};
    const spot = ((bidPrice ?? 0) + (askPrice ?? 0)) / 2;
    const chain = market.chain('SPY') ?? [];
    const puts = new Map(
      chain
        .filter((row) => row.contract.right === 'P')
        .map((row) => [`${row.contract.expiry}${row.contract.strike}`, row]),
    );
    let pairs = 0;
    for (const call of chain.filter((row) => row.contract.right === 'C')) {
      const put = puts.get(`${call.contract.expiry}${call.contract.strike}`);
      if (!put) continue;
      const years = (expiresAt(call.contract.expiry, false) - at('2026-11-18', '13:00')) / (365 * 86_400_000);
      const forward = spot * Math.exp(-DIVIDEND_YIELD * years) - call.contract.strike * Math.exp(-RATE * years);
      expect((call.bid ?? 0) - (put.ask ?? 0)).toBeLessThanOrEqual(forward + 1e-6);
      expect((call.ask ?? 0) - (put.bid ?? 0)).toBeGreaterThanOrEqual(forward - 1e-6);
      pairs++;
    }
    expect(pairs).toBeGreaterThan(500);
  });

  test('keeps open interest within a session, lets volume grow, and heaps interest on big strikes', () => {
    const later = marketFrom(2, at('2026-11-18', '15:00'));
    const [now, then] = [market.chain('SPY') ?? [], later.chain('SPY') ?? []];
    expect(then.map((row) => row.openInterest)).toEqual(now.map((row) => row.openInterest));
    const total = (rows: typeof now, pick: (row: (typeof now)[number]) => number | null): number =>
      rows.reduce((sum, row) => sum + (pick(row) ?? 0), 0);
    expect(total(then, (row) => row.volume)).toBeGreaterThan(total(now, (row) => row.volume));
    expect(then.every((row, i) => (row.volume ?? 0) >= (now[i]?.volume ?? 0))).toBe(true);
    const big = now.filter((row) => row.contract.strike % 5 === 0);
    expect(total(big, (row) => row.openInterest)).toBeGreaterThan(0.4 * total(now, (row) => row.openInterest));
  });

  test('has runs towards strikes: several times a day the price reaches a big strike from a dollar away', () => {
    const bars = marketFrom(1, at('2026-11-18', '15:59:59'), ['SPY']).minuteBars('SPY', 400);
    let runs = 0;
    for (let i = 6; i < bars.length; i++) {
      const [from, to] = [bars[i - 6]?.close ?? 0, bars[i]?.close ?? 0];
      if (Math.abs(to - from) > 0.8 && Math.abs(to - Math.round(to)) < 0.15) runs++;
    }
    expect(runs).toBeGreaterThan(5);
  });

  test('has no open session in the quarter of an hour after the close', () => {
    expect(marketFrom(1, at('2026-11-18', '16:05')).sessionOpen()).toBe(false);
    expect(market.sessionOpen()).toBe(true);
  });
});
