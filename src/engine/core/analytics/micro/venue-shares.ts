import { BOOK_LEVELS, type Book } from '../../market/book.ts';
import { instant } from '../../types.ts';
import { absent, type Basis, type Measured, type ModuleInfo, measured } from '../measured.ts';
import { createSlots, type Slots, slotAt, slotSum } from './slots.ts';

/** Venues told apart; the rest share one name. */
const VENUES = 32;
const OTHER = 'other';
const TOTAL = VENUES;

/** Where trades print (five minutes) and where size is displayed (now), by the vendor's venue codes. */
export interface VenueShares {
  readonly printIndex: Map<string, number>;
  readonly slots: Slots;
  tradeAt: number;
  /** Displayed shares by the book's own venue numbers. */
  readonly depth: Float64Array;
  depthVenues: readonly string[];
  depthTotal: number;
  bookAt: number;
}

export interface VenueShare {
  readonly venue: string;
  readonly shares: number;
  /** Of the total, 0 … 1. */
  readonly share: number;
}

export interface VenueSharesView {
  /** Largest first; ties by name. */
  readonly prints: Measured<readonly VenueShare[]>;
  readonly depth: Measured<readonly VenueShare[]>;
  /** Herfindahl index of the prints: 1 is one venue alone. */
  readonly printConcentration: Measured;
}

export const VENUE_SHARES_MODULE: ModuleInfo = {
  name: 'venue-shares',
  level: 2,
  cadence: 'trade',
  warmUp: 'one print; depth: one book',
  ageMsMax: 60_000,
};

export const createVenueShares = (): VenueShares => ({
  printIndex: new Map(),
  slots: createSlots(5_000, 60, VENUES + 1),
  tradeAt: Number.NaN,
  depth: new Float64Array(VENUES),
  depthVenues: [],
  depthTotal: 0,
  bookAt: Number.NaN,
});

const printIndexOf = (state: VenueShares, venue: string): number => {
  const known = state.printIndex.get(venue);
  if (known !== undefined) return known;
  if (state.printIndex.size >= VENUES - 1) return VENUES - 1;
  const index = state.printIndex.size;
  state.printIndex.set(venue, index);
  return index;
};

export const onVenueTrade = (state: VenueShares, venue: string, size: number, at: number): void => {
  if (!(size > 0 && size < Infinity)) return;
  const offset = slotAt(state.slots, at);
  if (offset < 0) return;
  const { sums } = state.slots;
  const index = offset + printIndexOf(state, venue);
  sums[index] = (sums[index] ?? 0) + size;
  sums[offset + TOTAL] = (sums[offset + TOTAL] ?? 0) + size;
  state.tradeAt = at;
};

const addSide = (state: VenueShares, book: Book, from: number, count: number): void => {
  for (let row = from; row < from + count; row++) {
    const venue = Math.min(book.venue[row] ?? 0, VENUES - 1);
    const size = book.size[row] ?? 0;
    state.depth[venue] = (state.depth[venue] ?? 0) + size;
    state.depthTotal += size;
  }
};

export const onVenueBook = (state: VenueShares, book: Book, at: number): void => {
  state.depth.fill(0);
  state.depthTotal = 0;
  state.bookAt = at;
  if (book.broken) return;
  addSide(state, book, 0, book.askCount);
  addSide(state, book, BOOK_LEVELS, book.bidCount);
  if (state.depthVenues.length !== book.venues.length) state.depthVenues = book.venues.slice();
};

const ranked = (names: readonly string[], sharesOf: (index: number) => number): VenueShare[] => {
  const rows = names.map((venue, i) => ({ venue, shares: sharesOf(i) })).filter(({ shares }) => shares > 0);
  const total = rows.reduce((sum, { shares }) => sum + shares, 0);
  return rows
    .map((row) => ({ ...row, share: row.shares / total }))
    .sort((a, b) => b.shares - a.shares || (a.venue < b.venue ? -1 : 1));
};

/** The last place of each table is everything beyond the venues told apart. */
const namesOf = (known: readonly string[]): string[] =>
  Array.from({ length: VENUES }, (_, i) => (i === VENUES - 1 ? OTHER : (known[i] ?? '')));

export const venueSharesView = (state: VenueShares, at: number): VenueSharesView => {
  const fault = (asOf: number, some: boolean, none: string): string | null => {
    if (!some) return none;
    return at - asOf <= VENUE_SHARES_MODULE.ageMsMax ? null : 'stale';
  };
  const figure = <T>(value: () => T, reason: string | null, asOf: number, basis: Basis): Measured<T> =>
    reason === null ? measured(value(), instant(asOf), basis) : absent(reason, basis);
  const printed = slotSum(state.slots, TOTAL, at);
  const noPrint = fault(state.tradeAt, printed > 0, 'no-trades');
  const prints = (): VenueShare[] => ranked(namesOf([...state.printIndex.keys()]), (i) => slotSum(state.slots, i, at));
  const depth = (): VenueShare[] => ranked(namesOf(state.depthVenues), (i) => state.depth[i] ?? 0);
  return {
    prints: figure(prints, noPrint, state.tradeAt, 'trades'),
    depth: figure(depth, fault(state.bookAt, state.depthTotal > 0, 'no-book'), state.bookAt, 'book'),
    printConcentration: figure(
      () => prints().reduce((sum, { share }) => sum + share * share, 0),
      noPrint,
      state.tradeAt,
      'trades',
    ),
  };
};
