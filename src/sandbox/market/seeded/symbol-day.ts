import type { Session } from '../../../engine/core/market/calendar.ts';
import { type Instant, instant } from '../../../engine/core/types.ts';
import type { BookSnapshot, ChainRow, MarketQuote } from '../types.ts';
import { isTraded, type Profile } from './instruments/profiles.ts';
import { createOptionBoard, type OptionBoard } from './listing/option-board.ts';
import { chainAt, type PricingMoment } from './listing/option-quotes.ts';
import { surfaceLevel } from './surface/level.ts';
import { type FairMinute, STEP_MS, STEPS_PER_MINUTE } from './tape/fair-minute.ts';
import { addPrint, type BarMaker, createBarMaker, createSessionBars, type SessionBars } from './tape/session-bars.ts';
import { SymbolMinute } from './tape/symbol-minute.ts';
import { everySteps, indexValue, tapeSeed, wholeMinute } from './tape/whole-minute.ts';
import type { World } from './volatility/companies.ts';
import type { SessionPath } from './volatility/session-path.ts';

const EMPTY_BOOK: BookSnapshot = { bids: [], asks: [] };

/** One symbol within one session, as it is shown. */
export interface SymbolDay {
  readonly profile: Profile;
  readonly board: OptionBoard;
  readonly bars: SessionBars;
  /** The running minute: its bar, and its tape where it trades. */
  running: BarMaker;
  minute: SymbolMinute | null;
  book: BookSnapshot;
  quote: MarketQuote;
  lastPrice: number | null;
  lastSize: number;
  /** Shares since the open. */
  volume: number;
  chain: { readonly step: number; readonly rows: readonly ChainRow[] } | null;
}

const NO_QUOTE: MarketQuote = {
  bidPrice: null,
  bidSize: 0,
  askPrice: null,
  askSize: 0,
  lastPrice: null,
  lastSize: 0,
  volume: 0,
};

export const openSymbolDay = (world: World, profile: Profile, session: Session, book = EMPTY_BOOK): SymbolDay => ({
  profile,
  board: createOptionBoard(world, profile, session),
  bars: createSessionBars(),
  running: createBarMaker(),
  minute: null,
  book,
  quote: NO_QUOTE,
  lastPrice: null,
  lastSize: 0,
  volume: 0,
  chain: null,
});

/** Begins a minute: the finished ones before it are made where nobody has lived through them. */
export const openMinute = (
  world: World,
  path: SessionPath,
  day: SymbolDay,
  fairAt: (minute: number) => FairMinute,
  minute: number,
): void => {
  const { profile, bars } = day;
  while (bars.length < minute) bars.push(wholeMinute(world, path, profile, fairAt(bars.length)));
  day.running = createBarMaker();
  day.minute = isTraded(profile) ? new SymbolMinute(profile, path, fairAt(minute), tapeSeed(world, path)) : null;
  day.volume = bars.volume;
  day.lastPrice = Number.isNaN(bars.lastPrice) ? null : bars.lastPrice;
  day.lastSize = bars.lastSize;
};

/** Takes the running minute's bar among the finished ones. */
export const closeMinute = (day: SymbolDay): void => day.bars.push(day.running);

export const recordPrint = (day: SymbolDay, price: number, size: number): void => {
  addPrint(day.running, price, size);
  day.lastPrice = price;
  day.lastSize = size;
  day.volume += size;
};

const sizeAtTouch = (rows: BookSnapshot['bids']): number => {
  const best = rows[0]?.price;
  let size = 0;
  for (const row of rows) if (row.price === best) size += row.size;
  return size;
};

/** Shows the book as it now stands, and the quote at its touch. */
export const showBook = (day: SymbolDay): void => {
  day.book = day.minute?.book() ?? day.book;
  const { book } = day;
  day.quote = {
    bidPrice: book.bids[0]?.price ?? null,
    bidSize: sizeAtTouch(book.bids),
    askPrice: book.asks[0]?.price ?? null,
    askSize: sizeAtTouch(book.asks),
    lastPrice: day.lastPrice,
    lastSize: day.lastSize,
    volume: day.volume,
  };
};

/** An index has no book: its value is computed every so often. Says whether it changed. */
export const computeIndex = (
  world: World,
  path: SessionPath,
  day: SymbolDay,
  fair: FairMinute,
  step: number,
): boolean => {
  if (step % everySteps(day.profile) !== 0) return false;
  const value = indexValue(world, path, day.profile, fair, step);
  addPrint(day.running, value, 0);
  const changed = value !== day.quote.lastPrice;
  day.lastPrice = value;
  if (changed) day.quote = { ...NO_QUOTE, lastPrice: value };
  return changed;
};

/** Options' markets widen as implied volatility rises above its long run. */
const widthOf = (now: number, longRun: number): number => Math.max(0.8, Math.min(4, (now / longRun) ** 1.5));

export const pricingMoment = (world: World, path: SessionPath, day: SymbolDay, step: number): PricingMoment => {
  const { quote, profile } = day;
  const mid = quote.bidPrice !== null && quote.askPrice !== null ? (quote.bidPrice + quote.askPrice) / 2 : null;
  const level = surfaceLevel(world, path, profile.symbol, step / STEPS_PER_MINUTE);
  return {
    at: instantAt(path, step),
    spot: mid ?? quote.lastPrice ?? path.price(profile.symbol, 0),
    level,
    width: widthOf(level.now, level.longRun),
    progress: step / (path.minutes * STEPS_PER_MINUTE),
  };
};

export const instantAt = (path: SessionPath, step: number): Instant => instant(path.session.openAt + step * STEP_MS);

export const chainOf = (world: World, path: SessionPath, day: SymbolDay, step: number): readonly ChainRow[] | null => {
  const { options } = day.profile;
  if (!options) return null;
  if (day.chain?.step !== step)
    day.chain = { step, rows: chainAt(options, day.board, pricingMoment(world, path, day, step)) };
  return day.chain.rows;
};
