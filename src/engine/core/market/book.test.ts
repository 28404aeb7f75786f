import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { bookImbalance } from '../analytics/imbalance.ts';
import type { DepthSeen } from '../inputs.ts';
import { applyDepth, BOOK_LEVELS, type Book, bestAsk, bestBid, clearBook, createBook, isCrossed } from './book.ts';

const change = (
  operation: 0 | 1 | 2,
  side: 0 | 1,
  level: number,
  price = 100,
  size = 10,
  venue = 'ISLAND',
): DepthSeen => ({ kind: 'depth.seen', symbol: 'SPY', operation, side, level, price, size, venue });

const rows = (book: Book, side: 0 | 1): [number, number, string][] =>
  Array.from({ length: side === 1 ? book.bidCount : book.askCount }, (_, level) => {
    const row = side * BOOK_LEVELS + level;
    return [book.price[row] as number, book.size[row] as number, book.venues[book.venue[row] as number] as string];
  });

const twoSided = (): Book => {
  const book = createBook();
  for (let level = 0; level < 3; level++) {
    applyDepth(book, change(0, 1, level, 100 - level, 10 + level));
    applyDepth(book, change(0, 0, level, 101 + level, 20 + level, 'ARCA'));
  }
  return book;
};

describe('a depth book', () => {
  test('inserts push later rows down, updates replace, deletes pull up', () => {
    const book = twoSided();
    expect(applyDepth(book, change(0, 1, 1, 99.5, 7, 'BATS'))).toBe(true);
    expect(applyDepth(book, change(1, 1, 0, 100, 99))).toBe(true);
    expect(applyDepth(book, change(2, 1, 2))).toBe(true);
    expect(rows(book, 1)).toEqual([
      [100, 99, 'ISLAND'],
      [99.5, 7, 'BATS'],
      [98, 12, 'ISLAND'],
    ]);
    expect([bestBid(book), bestAsk(book), isCrossed(book)]).toEqual([100, 101, false]);
  });
  test.each([
    ['an insert past the end', change(0, 1, 4)],
    ['an update of a row that is not there', change(1, 0, 3)],
    ['a delete of a row that is not there', change(2, 1, 3)],
    ['a negative row', change(0, 1, -1)],
    ['a row beyond the tenth', change(0, 1, 10)],
    ['half a row', change(1, 1, 0.5)],
    ['no price', change(1, 1, 0, Number.NaN)],
    ['a price of zero', change(1, 1, 0, 0)],
    ['a negative size', change(1, 1, 0, 100, -1)],
    ['an unknown operation', { ...change(1, 1, 0), operation: 3 as 2 }],
    ['an unknown side', { ...change(1, 1, 0), side: 2 as 1 }],
  ])('is broken by %s until it is cleared', (_, bad) => {
    const book = twoSided();
    expect(applyDepth(book, bad)).toBe(false);
    expect(book.broken).toBe(true);
    expect(applyDepth(book, change(1, 1, 0))).toBe(false);
    expect([bestBid(book), bestAsk(book), bookImbalance(book, 5)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    clearBook(book);
    expect(applyDepth(book, change(0, 1, 0))).toBe(true);
    expect(bestBid(book)).toBe(100);
  });
  test('says when bid and ask have crossed, and gives no imbalance then', () => {
    const book = twoSided();
    applyDepth(book, change(1, 1, 0, 101));
    expect(isCrossed(book)).toBe(false);
    applyDepth(book, change(1, 1, 0, 101.01));
    expect(isCrossed(book)).toBe(true);
    expect(bookImbalance(book, 5)).toBeNaN();
  });
  test('keeps what a plain list would keep, over any row changes', () => {
    const seed = 3;
    console.log(`book property: seed ${seed}`);
    const anyChange = fc.record({
      operation: fc.constantFrom(0 as const, 0 as const, 1 as const, 2 as const),
      side: fc.constantFrom(0 as const, 1 as const),
      level: fc.integer({ min: 0, max: 9 }),
      price: fc.integer({ min: 1, max: 500 }),
      size: fc.integer({ min: 0, max: 500 }),
      venue: fc.constantFrom('ISLAND', 'ARCA', 'BATS'),
    });
    let applied = 0;
    fc.assert(
      fc.property(fc.array(anyChange, { minLength: 40, maxLength: 120 }), (changes) => {
        const book = createBook();
        const lists: [number, number, string][][] = [[], []];
        for (const { operation, side, level: wish, price, size, venue } of changes) {
          const list = lists[side] as [number, number, string][];
          const room = Math.min(operation === 0 ? list.length + 1 : list.length, BOOK_LEVELS);
          if (room === 0) continue;
          const level = wish % room;
          expect(applyDepth(book, change(operation, side, level, price, size, venue))).toBe(true);
          if (operation === 0) list.splice(level, 0, [price, size, venue]);
          else if (operation === 1) list[level] = [price, size, venue];
          else list.splice(level, 1);
          list.length = Math.min(list.length, BOOK_LEVELS);
          applied++;
        }
        expect([rows(book, 0), rows(book, 1)]).toEqual(lists as [number, number, string][][]);
        // Dead rows are blank, so that equal books hash alike.
        for (let row = book.askCount; row < BOOK_LEVELS; row++) expect(book.price[row]).toBe(0);
      }),
      { seed, numRuns: 200 },
    );
    expect(applied).toBeGreaterThan(2000);
  });
});

describe('book imbalance', () => {
  test('weighs the best rows of both sides', () => {
    const book = twoSided();
    expect(bookImbalance(book, 1)).toBe((10 - 20) / 30);
    expect(bookImbalance(book, 2)).toBe((21 - 41) / 62);
    expect(bookImbalance(book, 5)).toBe((33 - 63) / 96);
  });
  test('is absent while a side is empty or without shares', () => {
    const book = createBook();
    expect(bookImbalance(book, 5)).toBeNaN();
    applyDepth(book, change(0, 1, 0));
    expect(bookImbalance(book, 5)).toBeNaN();
    applyDepth(book, change(0, 0, 0, 101, 0));
    expect(bookImbalance(book, 5)).toBeNaN();
    applyDepth(book, change(1, 0, 0, 101, 30));
    expect(bookImbalance(book, 5)).toBe(-0.5);
  });
});
