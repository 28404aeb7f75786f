import { BOOK_LEVELS, type Book, createBook } from '../core/market/book.ts';

export type BookRow = readonly [price: number, size: number, venue?: number];

/** A book of these rows, best first; a row's venue is an index into `venues`. */
export const bookOf = (
  bids: readonly BookRow[],
  asks: readonly BookRow[],
  venues: readonly string[] = ['ARCA'],
): Book => {
  const book = createBook();
  book.venues.push(...venues);
  const put = (base: number, rows: readonly BookRow[]): void =>
    rows.forEach(([price, size, venue = 0], level) => {
      book.price[base + level] = price;
      book.size[base + level] = size;
      book.venue[base + level] = venue;
    });
  put(0, asks);
  put(BOOK_LEVELS, bids);
  book.askCount = asks.length;
  book.bidCount = bids.length;
  return book;
};
