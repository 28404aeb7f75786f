import { CLOSED } from '../../engine/core/analytics/bars-set.ts';
import { onClosingAuctionResult } from '../../engine/core/analytics/forecast/closing-auction.ts';
import { createCrossSuite, crossView } from '../../engine/core/analytics/suite/cross.ts';
import { onSuiteBook, onSuiteQuote, onSuiteTimer, onSuiteTrade } from '../../engine/core/analytics/suite/on-market.ts';
import { createSuite, type Suite, type SuiteAnomaly } from '../../engine/core/analytics/suite/suite.ts';
import { type ModuleView, type SuiteView, suiteView } from '../../engine/core/analytics/suite/suite-view.ts';
import { addBulkVpinTrade, closeBulkBar, createBulkVpin, tapeSigma } from '../../engine/core/analytics/vpin-bulk.ts';
import { bulkVpinView, type VpinView } from '../../engine/core/analytics/vpin-view.ts';
import { BOOK_LEVELS, type Book, createBook } from '../../engine/core/market/book.ts';
import { newYorkInstant } from '../../engine/core/market/calendar.ts';
import { type Instant, instant } from '../../engine/core/types.ts';
import type { LobsterRecording } from '../../sandbox/recordings/types.ts';

const PRICE_UNIT = 10_000;
const VENUE = 'NASDAQ';
const VISIBLE_EXECUTION = 4;
const HIDDEN_EXECUTION = 5;
const CROSS = 6;
const HALT = 7;
/** What a halt's price says. Source: LOBSTER's output structure, as in the samples' read-me. */
const HALTED = -1;
const QUOTING_AGAIN = 0;
const TRADING_AGAIN = 1;
const TIMER_MS = 1_000;
const ROWS_PER_TELLING = 50_000;

/** What a recording came to, row by row. */
export interface TapeCounts {
  rows: number;
  trades: number;
  hiddenTrades: number;
  auctionCrosses: number;
  auctionShares: number;
  halts: number;
  quotingResumptions: number;
  tradingResumptions: number;
  bookChanges: number;
  quotes: number;
  minuteBars: number;
  readonly rejected: Record<string, number>;
}

const createTapeCounts = (): TapeCounts => ({
  rows: 0,
  trades: 0,
  hiddenTrades: 0,
  auctionCrosses: 0,
  auctionShares: 0,
  halts: 0,
  quotingResumptions: 0,
  tradingResumptions: 0,
  bookChanges: 0,
  quotes: 0,
  minuteBars: 0,
  rejected: {},
});

const reject = (counts: TapeCounts, reason: string): void => {
  counts.rejected[reason] = (counts.rejected[reason] ?? 0) + 1;
};

/** One side of a row into the book; levels that nobody occupies are left out. Returns how many there are. */
const writeSide = (book: Book, recording: LobsterRecording, row: number, side: 0 | 1): number => {
  const start = row * recording.levels * 4 + 2 * side;
  const base = side * BOOK_LEVELS;
  let count = 0;
  for (let level = 0; level < recording.levels; level++) {
    const size = recording.book[start + level * 4 + 1] ?? 0;
    if (!(size > 0)) continue;
    book.price[base + count] = (recording.book[start + level * 4] ?? 0) / PRICE_UNIT;
    book.size[base + count] = size;
    count++;
  }
  book.price.fill(0, base + count, base + BOOK_LEVELS);
  book.size.fill(0, base + count, base + BOOK_LEVELS);
  return count;
};

const isSameBook = (recording: LobsterRecording, a: number, b: number): boolean => {
  const width = recording.levels * 4;
  for (let i = 0; i < width; i++) if (recording.book[a * width + i] !== recording.book[b * width + i]) return false;
  return true;
};

interface FoldedTape {
  readonly suite: Suite;
  readonly book: Book;
  readonly counts: TapeCounts;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
}

/** The rows of a recording, one by one, into a suite. */
const foldLobster = (recording: LobsterRecording, tell: (done: string) => void): FoldedTape => {
  const suite = createSuite(recording.symbol);
  const book = createBook();
  book.venues.push(VENUE);
  const counts = createTapeCounts();
  const midnight = newYorkInstant(recording.date, '00:00:00');
  const atOf = (row: number): Instant => instant(Math.floor(midnight + (recording.afterMidnightMs[row] ?? 0)));
  let timerAt = atOf(0) as number;
  for (let row = 0; row < recording.rowCount; row++) {
    const at = atOf(row);
    for (; timerAt + TIMER_MS <= at; timerAt += TIMER_MS)
      countBars(counts, onSuiteTimer(suite, instant(timerAt + TIMER_MS)));
    counts.rows++;
    if (counts.rows % ROWS_PER_TELLING === 0) tell(`${counts.rows} of ${recording.rowCount} rows`);
    takeRow(suite, book, recording, row, at, counts);
  }
  return { suite, book, counts, firstAt: atOf(0), lastAt: atOf(recording.rowCount - 1) };
};

const countBars = (counts: TapeCounts, mask: number): void => {
  if (mask & CLOSED['1m']) counts.minuteBars++;
};

const takeTrade = (suite: Suite, recording: LobsterRecording, row: number, at: Instant, counts: TapeCounts): void => {
  counts.trades++;
  if (recording.type[row] === HIDDEN_EXECUTION) counts.hiddenTrades++;
  const price = (recording.price[row] ?? 0) / PRICE_UNIT;
  // The resting order's side is told; who met a hidden one is not told reliably.
  const aggressor = recording.type[row] === VISIBLE_EXECUTION ? -(recording.direction[row] ?? 0) : 0;
  countBars(counts, onSuiteTrade(suite, price, recording.size[row] ?? 0, VENUE, at, at, aggressor));
};

/** No aggressor and no continuous price: a cross is in no bar and no flow. After the close it is the closing auction's result. */
const takeCross = (suite: Suite, recording: LobsterRecording, row: number, at: Instant, counts: TapeCounts): void => {
  counts.auctionCrosses++;
  counts.auctionShares += recording.size[row] ?? 0;
  onClosingAuctionResult(suite.auction, (recording.price[row] ?? 0) / PRICE_UNIT, at);
};

const takeHalt = (says: number | undefined, counts: TapeCounts): void => {
  if (says === HALTED) counts.halts++;
  else if (says === QUOTING_AGAIN) counts.quotingResumptions++;
  else if (says === TRADING_AGAIN) counts.tradingResumptions++;
  else reject(counts, 'unknown-halt-indicator');
};

const takeRow = (
  suite: Suite,
  book: Book,
  recording: LobsterRecording,
  row: number,
  at: Instant,
  counts: TapeCounts,
): void => {
  const type = recording.type[row];
  // The print comes before the book that it leaves behind.
  if (type === VISIBLE_EXECUTION || type === HIDDEN_EXECUTION) takeTrade(suite, recording, row, at, counts);
  else if (type === CROSS) takeCross(suite, recording, row, at, counts);
  else if (type === HALT) {
    // Its row of the book is the one before, said again.
    takeHalt(recording.price[row], counts);
    return;
  }
  if (row > 0 && isSameBook(recording, row - 1, row)) return;
  const askBefore = book.askCount > 0 ? book.price[0] : Number.NaN;
  const bidBefore = book.bidCount > 0 ? book.price[BOOK_LEVELS] : Number.NaN;
  const [askSizeBefore, bidSizeBefore] = [book.size[0], book.size[BOOK_LEVELS]];
  book.askCount = writeSide(book, recording, row, 0);
  book.bidCount = writeSide(book, recording, row, 1);
  counts.bookChanges++;
  const ask = book.askCount > 0 ? (book.price[0] ?? Number.NaN) : Number.NaN;
  const bid = book.bidCount > 0 ? (book.price[BOOK_LEVELS] ?? Number.NaN) : Number.NaN;
  const crossed = bid > ask;
  if (crossed) reject(counts, 'crossed-book');
  if (
    ask !== askBefore ||
    bid !== bidBefore ||
    book.size[0] !== askSizeBefore ||
    book.size[BOOK_LEVELS] !== bidSizeBefore
  ) {
    counts.quotes++;
    const [bidSize, askSize] = [book.size[BOOK_LEVELS] ?? Number.NaN, book.size[0] ?? Number.NaN];
    if (crossed) onSuiteQuote(suite, Number.NaN, bidSize, Number.NaN, askSize, at);
    else onSuiteQuote(suite, bid, bidSize, ask, askSize, at);
  }
  onSuiteBook(suite, book, at);
};

export interface LobsterTape {
  readonly symbol: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly counts: TapeCounts;
  readonly analytics: SuiteView;
  /** One recording is of one symbol: absent, with what each of them waits for. */
  readonly crossAsset: readonly ModuleView[];
  /** Bulk classification with σ of the whole tape, dollars: it knows the tape's end, so it is no figure for live use. */
  readonly wholeTape: { readonly sigma: number | null; readonly bulkVpin: VpinView | null };
  readonly anomalies: readonly SuiteAnomaly[];
}

const isExecution = (type: number | undefined): boolean => type === VISIBLE_EXECUTION || type === HIDDEN_EXECUTION;

const wholeTapeOf = (recording: LobsterRecording, at: Instant): LobsterTape['wholeTape'] => {
  const midnight = newYorkInstant(recording.date, '00:00:00');
  const rows = Array.from(recording.type.keys()).filter((row) => isExecution(recording.type[row]));
  const times = rows.map((row) => midnight + (recording.afterMidnightMs[row] ?? 0));
  const prices = rows.map((row) => (recording.price[row] ?? 0) / PRICE_UNIT);
  const sizes = rows.map((row) => recording.size[row] ?? 0);
  const sigma = tapeSigma(times, prices, sizes);
  if (sigma === null || !(sigma > 0)) return { sigma: null, bulkVpin: null };
  const bulk = createBulkVpin({ sigma });
  times.forEach((time, i) => {
    addBulkVpinTrade(bulk, prices[i] ?? Number.NaN, sizes[i] ?? Number.NaN, instant(time));
  });
  closeBulkBar(bulk);
  return { sigma, bulkVpin: bulkVpinView(bulk, at) };
};

/** Every figure of one recording at its end. `tell` hears how far it is. */
export const lobsterTape = (recording: LobsterRecording, tell: (done: string) => void = () => {}): LobsterTape => {
  const folded = foldLobster(recording, tell);
  const { minutes } = folded.suite.levelOne.bars;
  return {
    symbol: recording.symbol,
    from: folded.firstAt,
    to: folded.lastAt,
    counts: {
      ...folded.counts,
      rejected: {
        ...folded.counts.rejected,
        'late-trade': minutes.lateTrades,
        'trade-without-price-or-size': minutes.refusedTrades,
        'trade-from-the-future': minutes.futureTrades,
      },
    },
    analytics: suiteView(folded.suite, folded.lastAt),
    crossAsset: crossView(createCrossSuite(), folded.lastAt),
    wholeTape: wholeTapeOf(recording, folded.lastAt),
    anomalies: folded.suite.anomalies,
  };
};
