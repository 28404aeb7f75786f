import { expect, test } from 'bun:test';
import { eventsUntil, nyTime, seededMarket, UNDERLYINGS } from '../../../../../tests/support/seeded.ts';
import { instant } from '../../../../engine/core/types.ts';

const VENUES = new Set(['ARCA', 'NASDAQ', 'BATS', 'NYSE', 'DRCTEDGE', 'IEX', 'MEMX']);

test.each([
  ['mixed', '10:00'],
  ['crash', '10:20'],
  ['calm', '15:50'],
] as const)(
  'every book of a %s day has ten sound rows a side, never crossed or locked, over several venues',
  (scenario, time) => {
    const start = nyTime('2026-11-18', time);
    const symbols = UNDERLYINGS.filter((name) => name !== 'SPX');
    const market = seededMarket(9, start, symbols, scenario);
    const venues = new Map(symbols.map((name) => [name, new Set<string>()]));
    for (let second = 1; second <= 300; second++) {
      market.advanceTo(instant(start + second * 1000));
      for (const name of symbols) {
        const book = market.book(name);
        const { bids = [], asks = [] } = book ?? {};
        expect(bids.length).toBe(10);
        expect(asks.length).toBe(10);
        expect(bids[0]?.price).toBeLessThan(asks[0]?.price ?? 0);
        for (const [away, rows] of [
          [-1, bids],
          [1, asks],
        ] as const) {
          const places = new Set(rows.map(({ price, venue }) => `${price} ${venue}`));
          expect(places.size).toBe(10);
          for (const [i, { price, size, venue }] of rows.entries()) {
            if (i > 0) expect((price - (rows[i - 1]?.price ?? 0)) * away).toBeGreaterThanOrEqual(0);
            expect(Number.isInteger(size) && size > 0).toBe(true);
            expect(Math.round(price * 100) / 100).toBe(price);
            expect(VENUES.has(venue)).toBe(true);
            venues.get(name)?.add(venue);
          }
        }
      }
    }
    for (const seen of venues.values()) expect(seen.size).toBeGreaterThan(4);
  },
  30_000,
);

test('a pause that nobody was told of ends with row operations that bring every book to where it is', () => {
  const start = nyTime('2026-11-18', '10:00');
  const market = seededMarket(4, start, ['AAPL']);
  const rows = { 0: [...(market.book('AAPL')?.asks ?? [])], 1: [...(market.book('AAPL')?.bids ?? [])] };
  const events = eventsUntil(market, nyTime('2026-11-18', '14:00'), 4 * 3_600_000);
  for (const event of events) {
    if (event.kind !== 'depth') continue;
    const row = { price: event.price, size: event.size, venue: event.venue };
    rows[event.side].splice(event.level, event.operation === 0 ? 0 : 1, ...(event.operation === 2 ? [] : [row]));
  }
  expect(events.length).toBeGreaterThan(20);
  expect(rows[0]).toEqual([...(market.book('AAPL')?.asks ?? [])]);
  expect(rows[1]).toEqual([...(market.book('AAPL')?.bids ?? [])]);
});
