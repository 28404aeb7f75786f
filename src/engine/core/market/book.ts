import type { DepthSeen } from '../inputs.ts';

/** Rows kept per side; TWS sends at most as many as were asked for. */
export const BOOK_LEVELS = 10;

const ASK = 0;
const BID = 1;
const INSERT = 0;
const UPDATE = 1;

/**
 * A depth book of ten rows a side, best first. Row `level` of side `s` (0 ask, 1 bid) is at `s * BOOK_LEVELS + level`;
 * only the first `askCount` or `bidCount` rows mean anything. Sizes in shares.
 */
export interface Book {
  readonly price: Float64Array;
  readonly size: Float64Array;
  /** Index into `venues`. */
  readonly venue: Uint16Array;
  readonly venues: string[];
  askCount: number;
  bidCount: number;
  /** A row change did not fit: what we hold is not the market's book until it is cleared and sent again. */
  broken: boolean;
}

export const createBook = (): Book => ({
  price: new Float64Array(2 * BOOK_LEVELS),
  size: new Float64Array(2 * BOOK_LEVELS),
  venue: new Uint16Array(2 * BOOK_LEVELS),
  venues: [],
  askCount: 0,
  bidCount: 0,
  broken: false,
});

/** Empties the book and mends it: what follows is taken for the whole book, row by row. */
export const clearBook = (book: Book): void => {
  book.price.fill(0);
  book.size.fill(0);
  book.venue.fill(0);
  book.askCount = 0;
  book.bidCount = 0;
  book.broken = false;
};

const venueIndex = (book: Book, venue: string): number => {
  const known = book.venues.indexOf(venue);
  return known >= 0 ? known : book.venues.push(venue) - 1;
};

/** Moves rows `from … to-1` of all columns to start at `target`. */
const moveRows = (book: Book, target: number, from: number, to: number): void => {
  book.price.copyWithin(target, from, to);
  book.size.copyWithin(target, from, to);
  book.venue.copyWithin(target, from, to);
};

const writeRow = (book: Book, row: number, depth: DepthSeen): void => {
  book.price[row] = depth.price;
  book.size[row] = depth.size;
  book.venue[row] = venueIndex(book, depth.venue);
};

const breakBook = (book: Book): false => {
  book.broken = true;
  return false;
};

const setCount = (book: Book, side: number, count: number): void => {
  if (side === BID) book.bidCount = count;
  else book.askCount = count;
};

/**
 * Folds one row change. An insert pushes later rows down (the eleventh falls off), a delete pulls them up. A change
 * that leaves a hole, lies outside the book or carries no price breaks it: false now, and until `clearBook`.
 */
export const applyDepth = (book: Book, depth: DepthSeen): boolean => {
  if (book.broken) return false;
  const { side, level, operation } = depth;
  if (side !== ASK && side !== BID) return breakBook(book);
  const count = side === BID ? book.bidCount : book.askCount;
  const inRange = Number.isInteger(level) && level >= 0 && level < BOOK_LEVELS;
  if (!inRange || level > count || (operation !== INSERT && level === count)) return breakBook(book);
  const base = side * BOOK_LEVELS;
  const row = base + level;
  if (operation === 2) {
    moveRows(book, row, row + 1, base + count);
    // A dead row is zeroed so that equal books have equal columns.
    book.price[base + count - 1] = 0;
    book.size[base + count - 1] = 0;
    book.venue[base + count - 1] = 0;
    setCount(book, side, count - 1);
    return true;
  }
  if (operation !== INSERT && operation !== UPDATE) return breakBook(book);
  if (!(depth.price > 0 && depth.price < Infinity && depth.size >= 0 && depth.size < Infinity)) return breakBook(book);
  if (operation === INSERT) {
    moveRows(book, row + 1, row, base + Math.min(count, BOOK_LEVELS - 1));
    setCount(book, side, Math.min(count + 1, BOOK_LEVELS));
  }
  writeRow(book, row, depth);
  return true;
};

/** Highest bid; NaN when there is none or the book is broken. */
export const bestBid = (book: Book): number =>
  book.broken || book.bidCount === 0 ? Number.NaN : (book.price[BID * BOOK_LEVELS] ?? Number.NaN);

/** Lowest ask; NaN when there is none or the book is broken. */
export const bestAsk = (book: Book): number =>
  book.broken || book.askCount === 0 ? Number.NaN : (book.price[ASK] ?? Number.NaN);

/** Bid above ask: no market looks like that, so nothing may be read off it. A locked book (equal) is not crossed. */
export const isCrossed = (book: Book): boolean => bestBid(book) > bestAsk(book);
