import { BOOK_LEVELS, type Book, isCrossed } from '../market/book.ts';

/**
 * (bid size − ask size) / (bid size + ask size) over the best `levels` rows a side: −1 all offered … 1 all bid.
 * NaN when a side is empty or holds no shares, or the book is crossed or broken.
 */
export const bookImbalance = (book: Book, levels: number): number => {
  if (book.broken || book.bidCount === 0 || book.askCount === 0 || isCrossed(book)) return Number.NaN;
  let bid = 0;
  let ask = 0;
  for (let level = Math.min(levels, book.bidCount) - 1; level >= 0; level--) bid += book.size[BOOK_LEVELS + level] ?? 0;
  for (let level = Math.min(levels, book.askCount) - 1; level >= 0; level--) ask += book.size[level] ?? 0;
  return bid > 0 && ask > 0 ? (bid - ask) / (bid + ask) : Number.NaN;
};
