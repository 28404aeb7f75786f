import { BOOK_LEVELS, type Book, bestAsk, bestBid, isCrossed } from '../../market/book.ts';
import { instant } from '../../types.ts';
import { absent, type Measured, type ModuleInfo, measured } from '../measured.ts';
import { bookFault } from './book-imbalance.ts';

/** Displayed size weighted by nearness to the middle, in shares at the touch. NaN is absent. */
export interface BookPressure {
  bidPressure: number;
  askPressure: number;
  microPrice: number;
  rows: number;
  broken: boolean;
  crossed: boolean;
  bookAt: number;
}

export interface BookPressureView {
  /** Σ size · (half spread / distance from the middle): a share at the touch counts as one. */
  readonly bid: Measured;
  readonly ask: Measured;
  /** (bid − ask) / (bid + ask): −1 … 1, positive leans up. */
  readonly pressure: Measured;
  /** Middle weighted by the other side's touch size, dollars. */
  readonly microPrice: Measured;
}

export const BOOK_PRESSURE_MODULE: ModuleInfo = {
  name: 'book-pressure',
  level: 2,
  cadence: 'book-change',
  warmUp: 'one row a side',
  ageMsMax: 5_000,
};

export const createBookPressure = (): BookPressure => ({
  bidPressure: Number.NaN,
  askPressure: Number.NaN,
  microPrice: Number.NaN,
  rows: 0,
  broken: false,
  crossed: false,
  bookAt: Number.NaN,
});

/** A row out of order counts as one at the touch, never more. */
const nearness = (half: number, distance: number): number => (distance > half ? half / distance : 1);

export const onBookPressureBook = (state: BookPressure, book: Book, at: number): void => {
  const { price, size, bidCount, askCount } = book;
  state.bookAt = at;
  state.broken = book.broken;
  state.crossed = isCrossed(book);
  state.rows = Math.min(bidCount, askCount);
  if (state.rows === 0 || state.broken || state.crossed) return;
  const bid = bestBid(book);
  const ask = bestAsk(book);
  const middle = (bid + ask) / 2;
  const half = (ask - bid) / 2;
  let below = size[BOOK_LEVELS] ?? 0;
  let above = size[0] ?? 0;
  state.microPrice = below + above > 0 ? (bid * above + ask * below) / (below + above) : Number.NaN;
  for (let level = 1; level < bidCount; level++)
    below += (size[BOOK_LEVELS + level] ?? 0) * nearness(half, middle - (price[BOOK_LEVELS + level] ?? 0));
  for (let level = 1; level < askCount; level++)
    above += (size[level] ?? 0) * nearness(half, (price[level] ?? 0) - middle);
  // A locked book has no distance to weigh by.
  state.bidPressure = half > 0 ? below : Number.NaN;
  state.askPressure = half > 0 ? above : Number.NaN;
};

export const bookPressureView = (state: BookPressure, at: number): BookPressureView => {
  const ageMs = at - state.bookAt;
  const fault = bookFault(state.rows, state.broken, state.crossed, ageMs, BOOK_PRESSURE_MODULE.ageMsMax);
  const { bidPressure, askPressure } = state;
  const figure = (value: number, reason: string): Measured => {
    if (fault !== null) return absent(fault, 'book');
    return Number.isFinite(value) ? measured(value, instant(state.bookAt), 'book') : absent(reason, 'book');
  };
  return {
    bid: figure(bidPressure, 'locked-book'),
    ask: figure(askPressure, 'locked-book'),
    pressure: figure(
      (bidPressure - askPressure) / (bidPressure + askPressure),
      Number.isNaN(bidPressure) ? 'locked-book' : 'no-size',
    ),
    microPrice: figure(state.microPrice, 'no-size'),
  };
};
