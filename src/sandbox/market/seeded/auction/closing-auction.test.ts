import { describe, expect, test } from 'bun:test';
import { eventsUntil, nyTime, seededMarket } from '../../../../../tests/support/seeded.ts';
import { type Session, sessionOn } from '../../../../engine/core/market/calendar.ts';
import { instant, type SessionDate } from '../../../../engine/core/types.ts';
import type { AuctionSnapshot, BookSnapshot } from '../../types.ts';
import { profileOf } from '../instruments/profiles.ts';
import { auctionAt, clearingPrice, publishedAt } from './closing-auction.ts';

interface Told {
  readonly at: number;
  readonly symbol: string;
  readonly auction: AuctionSnapshot;
}

const auctionsOf = (
  date: string,
  from: string,
  until: string,
  symbols: string[],
  scenario?: 'half-day' | 'closing-imbalance',
): Told[] => {
  const market = seededMarket(8, nyTime(date, from), symbols, scenario);
  const told: Told[] = [];
  market.listen((event) => {
    if (event.kind !== 'auction') return;
    const auction = market.auction?.(event.symbol);
    if (!auction) throw new Error('an auction was told of that is not there');
    told.push({ at: event.at, symbol: event.symbol, auction });
  });
  for (let now = market.now() + 500; now <= nyTime(date, until); now += 500) market.advanceTo(instant(now));
  return told;
};

const gaps = (told: readonly Told[], symbol: string): number[] => {
  const times = told.filter((one) => one.symbol === symbol).map(({ at }) => at);
  return times.slice(1).map((at, i) => at - (times[i] as number));
};

describe('closing imbalances', () => {
  const told = auctionsOf('2026-11-18', '15:48', '16:00', ['SPY', 'AAPL']);
  const close = nyTime('2026-11-18', '16:00');

  test('are published from ten minutes before the close: by Nasdaq every ten seconds, then every second, by Arca every second', () => {
    const first = (symbol: string) => told.find((one) => one.symbol === symbol)?.at;
    expect(first('AAPL')).toBe(close - 600_000);
    expect(first('SPY')).toBe(close - 600_000);
    const nasdaq = gaps(told, 'AAPL');
    expect(nasdaq.slice(0, 30)).toEqual(new Array(30).fill(10_000));
    expect(new Set(nasdaq.slice(30))).toEqual(new Set([1000]));
    expect(new Set(gaps(told, 'SPY'))).toEqual(new Set([1000]));
    expect(told.filter(({ symbol }) => symbol === 'SPY').length).toBe(600);
  });

  test('name near and far prices from five minutes before the close, and a reference price at all times', () => {
    for (const { at, auction } of told) {
      expect(auction.nearPrice === null).toBe(at < close - 300_000);
      expect(auction.farPrice === null).toBe(at < close - 300_000);
      expect(auction.referencePrice).toBeGreaterThan(0);
      expect(auction.pairedShares).toBeGreaterThan(0);
      expect(Math.abs(auction.imbalanceShares % 100)).toBe(0);
      if (auction.nearPrice === null || auction.farPrice === null) continue;
      const away = Math.sign(auction.imbalanceShares);
      expect((auction.farPrice - auction.nearPrice) * away).toBeGreaterThanOrEqual(0);
    }
  });

  test('shrink and pair off as the close comes near', () => {
    for (const symbol of ['SPY', 'AAPL']) {
      const of = told.filter((one) => one.symbol === symbol);
      const [first, last] = [of[0]?.auction, of.at(-1)?.auction];
      expect(last?.pairedShares).toBeGreaterThan(first?.pairedShares ?? Number.NaN);
    }
  });

  test('keep the hours of a half-day: from 12:50 to 13:00', () => {
    const half = auctionsOf('2026-11-27', '12:48', '13:00', ['AAPL'], 'half-day');
    expect(half[0]?.at).toBe(nyTime('2026-11-27', '12:50'));
    expect(half.at(-1)?.at).toBe(nyTime('2026-11-27', '12:59:59'));
    expect(half.find(({ auction }) => auction.nearPrice !== null)?.at).toBe(nyTime('2026-11-27', '12:55'));
  });

  test('are not there before, after, for an index or for what is not listed', () => {
    const market = seededMarket(8, nyTime('2026-11-18', '15:49:59'), ['SPY', 'SPX']);
    expect(market.auction?.('SPY')).toBeNull();
    market.advanceTo(nyTime('2026-11-18', '15:51'));
    expect(market.auction?.('SPY')).not.toBeNull();
    expect(market.auction?.('SPX')).toBeNull();
    expect(market.auction?.('NOPE')).toBeNull();
    market.advanceTo(nyTime('2026-11-18', '16:01'));
    expect(market.auction?.('SPY')).toBeNull();
  });

  test('have a regulatory imbalance at NYSE alone, as first published', () => {
    const session = sessionOn('2026-11-18' as SessionDate) as Session;
    const nyse = { ...profileOf('KO'), primaryExchange: 'NYSE' };
    const book: BookSnapshot = {
      bids: [{ price: 60, size: 100, venue: 'NYSE' }],
      asks: [{ price: 60.01, size: 100, venue: 'NYSE' }],
    };
    const at = (time: string) =>
      auctionAt(1, nyse, session, { at: nyTime('2026-11-18', time), book, lastPrice: 60, scale: 1 });
    expect(at('15:50:00')?.regulatoryImbalanceShares).toBe(at('15:50:00')?.imbalanceShares ?? Number.NaN);
    expect(at('15:58:00')?.regulatoryImbalanceShares).toBe(at('15:50:00')?.imbalanceShares ?? Number.NaN);
    expect(publishedAt({ ...nyse, primaryExchange: 'CBOE' }, session, nyTime('2026-11-18', '15:55'))).toBeNull();
    for (const { auction } of told) expect(auction.regulatoryImbalanceShares).toBeNull();
  });
});

describe('the closing cross', () => {
  test('prints once at the close, in the listing market, where the book clears it, and becomes the last price', () => {
    const market = seededMarket(8, nyTime('2026-11-18', '15:59:50'), ['AAPL']);
    const before = market.quote('AAPL')?.volume ?? 0;
    const events = eventsUntil(market, nyTime('2026-11-18', '16:05'));
    const prints = events.filter((event) => event.kind === 'trade' && event.at === nyTime('2026-11-18', '16:00'));
    expect(prints.length).toBe(1);
    const [print] = prints;
    if (print?.kind !== 'trade') throw new Error('no closing print');
    expect(print.venue).toBe('NASDAQ');
    expect(print.size).toBeGreaterThan(100_000);
    const book = market.book('AAPL');
    const [bid, ask] = [book?.bids.at(-1)?.price ?? 0, book?.asks.at(-1)?.price ?? 0];
    expect(print.price).toBeGreaterThan(bid * 0.985);
    expect(print.price).toBeLessThan(ask * 1.015);
    expect(market.quote('AAPL')?.lastPrice).toBe(print.price);
    expect((market.quote('AAPL')?.volume ?? 0) - before).toBeGreaterThanOrEqual(print.size);
    expect(seededMarket(8, nyTime('2026-11-18', '16:05'), ['AAPL']).quote('AAPL')).toEqual(market.quote('AAPL'));
  });

  test('walks the book: a small surplus clears at the touch, a large one through every row and beyond', () => {
    const rows = (from: number, step: number) =>
      [0, 1, 2].map((i) => ({ price: Number((from + i * step).toFixed(2)), size: 100, venue: 'NASDAQ' }));
    const book: BookSnapshot = { bids: rows(10, -0.01), asks: rows(10.01, 0.01) };
    expect(clearingPrice(book, 50, 1)).toBe(10.01);
    expect(clearingPrice(book, 150, 1)).toBe(10.02);
    expect(clearingPrice(book, -250, 1)).toBe(9.98);
    expect(clearingPrice(book, 900, 1)).toBeGreaterThan(10.03);
    expect(clearingPrice(book, -1e9, 1)).toBeGreaterThanOrEqual(9.87);
  });
});
