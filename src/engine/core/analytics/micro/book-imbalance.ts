import { BOOK_LEVELS, type Book, isCrossed } from '../../market/book.ts';
import { instant } from '../../types.ts';
import { absent, type Measured, type ModuleInfo, measured } from '../measured.ts';

/** Imbalance of displayed size over the best 1, 5 and 10 rows a side. NaN is absent. */
export interface BookImbalance {
  level1: number;
  level5: number;
  level10: number;
  /** Rows on the shorter side: what the figures really rest on. */
  rows: number;
  broken: boolean;
  crossed: boolean;
  bookAt: number;
}

export interface BookImbalanceView {
  /** (bid − ask) / (bid + ask) of size: −1 all offered … 1 all bid. */
  readonly level1: Measured;
  readonly level5: Measured;
  readonly level10: Measured;
}

export const BOOK_IMBALANCE_MODULE: ModuleInfo = {
  name: 'book-imbalance',
  level: 2,
  cadence: 'book-change',
  warmUp: 'one row a side',
  ageMsMax: 5_000,
};

export const createBookImbalance = (): BookImbalance => ({
  level1: Number.NaN,
  level5: Number.NaN,
  level10: Number.NaN,
  rows: 0,
  broken: false,
  crossed: false,
  bookAt: Number.NaN,
});

const ratio = (bid: number, ask: number): number => (bid > 0 && ask > 0 ? (bid - ask) / (bid + ask) : Number.NaN);

/** Same figures as `bookImbalance` at 1, 5 and 10 levels, in one walk down the book. */
export const onBookImbalanceBook = (state: BookImbalance, book: Book, at: number): void => {
  const { size, bidCount, askCount } = book;
  state.bookAt = at;
  state.broken = book.broken;
  state.crossed = isCrossed(book);
  state.rows = Math.min(bidCount, askCount);
  if (state.rows === 0 || state.broken || state.crossed) {
    state.level1 = state.level5 = state.level10 = Number.NaN;
    return;
  }
  let bid = size[BOOK_LEVELS] ?? 0;
  let ask = size[0] ?? 0;
  state.level1 = ratio(bid, ask);
  for (let level = 1; level < 5; level++) {
    if (level < bidCount) bid += size[BOOK_LEVELS + level] ?? 0;
    if (level < askCount) ask += size[level] ?? 0;
  }
  state.level5 = ratio(bid, ask);
  for (let level = 5; level < BOOK_LEVELS; level++) {
    if (level < bidCount) bid += size[BOOK_LEVELS + level] ?? 0;
    if (level < askCount) ask += size[level] ?? 0;
  }
  state.level10 = ratio(bid, ask);
};

/** Why nothing may be read off a book; null when something may. */
export const bookFault = (rows: number, broken: boolean, crossed: boolean, ageMs: number, ageMsMax: number) => {
  if (broken) return 'book-broken';
  if (rows === 0 || Number.isNaN(ageMs)) return 'no-book';
  if (crossed) return 'crossed-book';
  return ageMs > ageMsMax ? 'stale' : null;
};

/** Confidence falls with the rows missing: five rows out of ten is 0.5. */
export const bookImbalanceView = (state: BookImbalance, at: number): BookImbalanceView => {
  const ageMs = at - state.bookAt;
  const fault = bookFault(state.rows, state.broken, state.crossed, ageMs, BOOK_IMBALANCE_MODULE.ageMsMax);
  const figure = (value: number, levels: number): Measured => {
    if (fault !== null) return absent(fault, 'book');
    if (Number.isNaN(value)) return absent('no-size', 'book');
    return measured(value, instant(state.bookAt), 'book', Math.min(1, state.rows / levels));
  };
  return { level1: figure(state.level1, 1), level5: figure(state.level5, 5), level10: figure(state.level10, 10) };
};
