import { BOOK_LEVELS, type Book } from './book.ts';

/**
 * Whether the rows of a side (0 ask, 1 bid) can be those of a market: best first, and no venue twice at one price. Several
 * venues may stand at one price, as in SMART depth.
 */
export const isOrdered = (book: Book, side: 0 | 1): boolean => {
  const count = side === 0 ? book.askCount : book.bidCount;
  const base = side * BOOK_LEVELS;
  for (let row = base + 1; row < base + count; row++) {
    const price = book.price[row] ?? Number.NaN;
    const before = book.price[row - 1] ?? Number.NaN;
    if (side === 0 ? price < before : price > before) return false;
    for (let other = row - 1; other >= base && book.price[other] === price; other--)
      if (book.venue[other] === book.venue[row]) return false;
  }
  return true;
};
