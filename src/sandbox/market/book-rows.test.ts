import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { diffBook, type RowOperation } from './book-rows.ts';
import type { BookLevel, BookSnapshot } from './types.ts';

const VENUES = ['ARCA', 'BATS', 'IEX'];

/** A client's reading of TWS row operations. */
const apply = (book: { bids: BookLevel[]; asks: BookLevel[] }, row: RowOperation): void => {
  const rows = row.side === 0 ? book.asks : book.bids;
  const level = { price: row.price, size: row.size, venue: row.venue };
  if (row.operation === 0) {
    expect(row.level).toBeLessThanOrEqual(rows.length);
    rows.splice(row.level, 0, level);
  } else {
    expect(row.level).toBeLessThan(rows.length);
    if (row.operation === 1) rows[row.level] = level;
    else rows.splice(row.level, 1);
  }
};

const side = (away: 1 | -1) =>
  fc
    .uniqueArray(fc.record({ depth: fc.integer({ min: 1, max: 8 }), venue: fc.integer({ min: 0, max: 2 }) }), {
      selector: ({ depth, venue }) => depth * 3 + venue,
      maxLength: 10,
    })
    .chain((places) =>
      fc.tuple(fc.constant(places), fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 10, maxLength: 10 })),
    )
    .map(([places, sizes]) =>
      places
        .toSorted((a, b) => a.depth - b.depth || a.venue - b.venue)
        .map(({ depth, venue }, i) => ({ price: away * depth, size: sizes[i] ?? 1, venue: VENUES[venue] ?? '' })),
    );

const bookAround = fc.tuple(fc.integer({ min: 90, max: 110 }), side(-1), side(1)).map(([mid, bids, asks]) => ({
  bids: bids.map((row) => ({ ...row, price: mid + row.price })),
  asks: asks.map((row) => ({ ...row, price: mid + row.price })),
}));

test('row operations turn any book into any other, and the book is sound at every step between', () => {
  const seed = Date.now();
  console.info(`book rows: seed ${seed}`);
  let operations = 0;
  fc.assert(
    fc.property(bookAround, bookAround, (from: BookSnapshot, to: BookSnapshot) => {
      const book = { bids: [...from.bids], asks: [...from.asks] };
      for (const row of diffBook(from, to)) {
        apply(book, row);
        operations++;
        expect(book.bids.length).toBeLessThanOrEqual(10);
        expect(book.asks.length).toBeLessThanOrEqual(10);
        const [bid, ask] = [book.bids[0]?.price, book.asks[0]?.price];
        if (bid !== undefined && ask !== undefined) expect(bid).toBeLessThan(ask);
      }
      expect(book).toEqual({ bids: [...to.bids], asks: [...to.asks] });
    }),
    { seed, numRuns: 1500 },
  );
  expect(operations).toBeGreaterThan(1000);
});

test('an unchanged row is not told again', () => {
  const row = { price: 10, size: 100, venue: 'ARCA' };
  const book = { bids: [row], asks: [] };
  expect(diffBook(book, book)).toEqual([]);
  expect(diffBook(book, { ...book, bids: [{ ...row, size: 200 }] })).toEqual([
    { operation: 1, side: 1, level: 0, ...row, size: 200 },
  ]);
});
