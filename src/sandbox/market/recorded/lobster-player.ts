import { newYorkInstant, type Session } from '../../../engine/core/market/calendar.ts';
import { type Instant, instant } from '../../../engine/core/types.ts';
import type { LobsterRecording } from '../../recordings/types.ts';
import { diffBook } from '../book-rows.ts';
import { createMinuteBars, type MinuteBars } from '../minute-bars.ts';
import type { BookLevel, BookSnapshot, MarketEvent, MarketQuote } from '../types.ts';

const PRICE_UNIT = 10_000;
/** LOBSTER records this one market. */
const VENUE = 'NASDAQ';
const VISIBLE_EXECUTION = 4;
const HIDDEN_EXECUTION = 5;
const CROSS = 6;
const HALT = 7;
const RESUMED_PRICE = 1;

export interface LobsterPlayer {
  readonly symbol: string;
  readonly bars: MinuteBars;
  /** Plays every row up to this market time; `tell` is null when the past is only caught up with. */
  playUntil(at: Instant, tell: ((event: MarketEvent) => void) | null): void;
  /** Market time of the next row; null at the end. */
  nextAt(): Instant | null;
  quote(): MarketQuote;
  book(): BookSnapshot;
  halted(): boolean;
}

const sideOf = (recording: LobsterRecording, row: number, offset: 0 | 2): BookLevel[] => {
  const levels: BookLevel[] = [];
  const start = row * recording.levels * 4 + offset;
  for (let level = 0; level < recording.levels; level++) {
    const price = recording.book[start + level * 4] ?? 0;
    const size = recording.book[start + level * 4 + 1] ?? 0;
    if (size > 0) levels.push({ price: price / PRICE_UNIT, size, venue: VENUE });
  }
  return levels;
};

/** The book after a row, without the levels that nobody occupies. */
export const bookOfRow = (recording: LobsterRecording, row: number): BookSnapshot => ({
  asks: sideOf(recording, row, 0),
  bids: sideOf(recording, row, 2),
});

const sameBook = (recording: LobsterRecording, a: number, b: number): boolean => {
  const width = recording.levels * 4;
  for (let i = 0; i < width; i++) if (recording.book[a * width + i] !== recording.book[b * width + i]) return false;
  return true;
};

const isExecution = (type: number): boolean =>
  type === VISIBLE_EXECUTION || type === HIDDEN_EXECUTION || type === CROSS;

/** Plays one recording on the day of the session, as far as the session lasts. Each execution is one print. */
export const createLobsterPlayer = (recording: LobsterRecording, session: Session): LobsterPlayer => {
  const { symbol } = recording;
  const midnight = newYorkInstant(session.date, '00:00:00');
  const bars = createMinuteBars();
  let played = 0;
  let book: BookSnapshot = { bids: [], asks: [] };
  let halted = false;
  let lastPrice: number | null = null;
  let lastSize = 0;
  let volume = 0;

  const rowAt = (row: number): Instant => instant(Math.floor(midnight + (recording.afterMidnightMs[row] ?? 0)));
  const print = (row: number, at: Instant, tell: ((event: MarketEvent) => void) | null): void => {
    const price = (recording.price[row] ?? 0) / PRICE_UNIT;
    const size = recording.size[row] ?? 0;
    lastPrice = price;
    lastSize = size;
    volume += size;
    bars.add(at, price, size);
    tell?.({ kind: 'trade', symbol, at, price, size, venue: VENUE });
  };
  const showBook = (row: number, at: Instant, tell: (event: MarketEvent) => void): boolean => {
    if (row > 0 && sameBook(recording, row - 1, row)) return false;
    const before = book;
    book = bookOfRow(recording, row);
    for (const operation of diffBook(before, book)) tell({ kind: 'depth', symbol, at, ...operation });
    const touch = ([a, b]: readonly (BookLevel | undefined)[]) => [a?.price, a?.size, b?.price, b?.size].join();
    return touch([before.bids[0], before.asks[0]]) !== touch([book.bids[0], book.asks[0]]);
  };

  return {
    symbol,
    bars,
    playUntil(until, tell) {
      const end = Math.min(until, session.closeAt);
      for (; played < recording.rowCount && rowAt(played) <= end; played++) {
        const at = rowAt(played);
        const type = recording.type[played] ?? 0;
        // -1: halted; 0: quoting resumes; 1: trading resumes.
        if (type === HALT) halted = recording.price[played] !== RESUMED_PRICE;
        if (isExecution(type)) print(played, at, tell);
        if (tell === null) continue;
        const moved = showBook(played, at, tell);
        if (moved || isExecution(type)) tell({ kind: 'quote', symbol, at });
      }
      if (tell === null && played > 0) book = bookOfRow(recording, played - 1);
    },
    nextAt: () => (played < recording.rowCount ? rowAt(played) : null),
    quote: () => ({
      bidPrice: book.bids[0]?.price ?? null,
      bidSize: book.bids[0]?.size ?? 0,
      askPrice: book.asks[0]?.price ?? null,
      askSize: book.asks[0]?.size ?? 0,
      lastPrice,
      lastSize,
      volume,
    }),
    book: () => book,
    halted: () => halted,
  };
};
