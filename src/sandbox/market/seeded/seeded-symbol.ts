import type { Session } from '../../../engine/core/market/calendar.ts';
import { type Instant, instant } from '../../../engine/core/types.ts';
import { diffBook } from '../book-rows.ts';
import { createMinuteBars, type MinuteBars } from '../minute-bars.ts';
import { hash32, hashText } from '../random.ts';
import type { BookSnapshot, ChainRow, MarketEvent, MarketQuote } from '../types.ts';
import { createDayLevels, dayVolatility } from './levels.ts';
import { createOptionBoard, type OptionBoard } from './option-board.ts';
import { chainAt, type PricingMoment } from './option-quotes.ts';
import { createPriceProcess, type PriceProcess, STEP_MS, stepPrice } from './price-process.ts';
import { printStep } from './prints.ts';
import type { Profile } from './profiles.ts';
import { bookAt } from './quoted-book.ts';

const EMPTY_BOOK: BookSnapshot = { bids: [], asks: [] };
/** Books are published every other step. */
const BOOK_EVERY = 2;
const CHAIN_EVERY = 20;

/** One symbol within one session. */
export interface SeededSymbol {
  readonly profile: Profile;
  readonly process: PriceProcess;
  readonly bars: MinuteBars;
  readonly board: OptionBoard;
  readonly volatility: number;
  readonly level: (progress: number) => number;
  readonly bookSeed: number;
  book: BookSnapshot;
  quote: MarketQuote;
  lastPrice: number | null;
  lastSize: number;
  volume: number;
  chain: { step: number; rows: readonly ChainRow[] } | null;
}

const round = (value: number): number => Math.round(value * 100) / 100;

export const openSymbol = (seed: number, profile: Profile, session: Session, book = EMPTY_BOOK): SeededSymbol => {
  const daySeed = hash32(seed, hashText(session.date));
  const level = createDayLevels(seed, profile, session);
  const openPrice = round(level(0));
  const volatility = dayVolatility(seed, profile, session.date);
  const process = createPriceProcess(daySeed, profile, openPrice, volatility);
  const symbol: SeededSymbol = {
    profile,
    process,
    bars: createMinuteBars(),
    board: createOptionBoard(seed, profile, session, openPrice),
    volatility,
    level,
    bookSeed: hash32(daySeed, hashText(profile.symbol), 5),
    book,
    quote: { bidPrice: null, bidSize: 0, askPrice: null, askSize: 0, lastPrice: null, lastSize: 0, volume: 0 },
    lastPrice: null,
    lastSize: 0,
    volume: 0,
    chain: null,
  };
  refreshQuote(symbol);
  return symbol;
};

const sizeAtTouch = (rows: BookSnapshot['bids']): number => {
  const best = rows[0]?.price;
  let size = 0;
  for (const row of rows) if (row.price === best) size += row.size;
  return size;
};

const refreshQuote = (symbol: SeededSymbol): void => {
  const { book } = symbol;
  symbol.quote = {
    bidPrice: book.bids[0]?.price ?? null,
    bidSize: sizeAtTouch(book.bids),
    askPrice: book.asks[0]?.price ?? null,
    askSize: sizeAtTouch(book.asks),
    lastPrice: symbol.lastPrice,
    lastSize: symbol.lastSize,
    volume: symbol.volume,
  };
};

/** One step of the symbol's world; prints are told as they happen. */
export const advanceSymbol = (
  symbol: SeededSymbol,
  stepAt: Instant,
  progress: number,
  shock: number,
  tell: ((event: MarketEvent) => void) | null,
): void => {
  const { process, profile } = symbol;
  printStep(process, profile, progress, (offsetMs, price, size, venue) => {
    const at = instant(stepAt - STEP_MS + offsetMs);
    symbol.lastPrice = price;
    symbol.lastSize = size;
    symbol.volume += size;
    symbol.bars.add(at, price, size);
    tell?.({ kind: 'trade', symbol: profile.symbol, at, price, size, venue });
  });
  stepPrice(process, profile, progress, shock, symbol.level(progress));
};

/** Shows the book and the quote of this step, telling what changed. */
export const publishSymbol = (
  symbol: SeededSymbol,
  step: number,
  at: Instant,
  tell: ((event: MarketEvent) => void) | null,
): void => {
  const name = symbol.profile.symbol;
  if (step % BOOK_EVERY === 0) {
    const before = symbol.quote;
    const book = bookAt(symbol.bookSeed, symbol.process, step);
    const operations = tell ? diffBook(symbol.book, book) : [];
    symbol.book = book;
    refreshQuote(symbol);
    for (const row of operations) tell?.({ kind: 'depth', symbol: name, at, ...row });
    const { quote } = symbol;
    const moved = before.bidPrice !== quote.bidPrice || before.askPrice !== quote.askPrice;
    const resized = before.bidSize !== quote.bidSize || before.askSize !== quote.askSize;
    if (moved || resized || before.volume !== quote.volume) tell?.({ kind: 'quote', symbol: name, at });
  }
  if (step % CHAIN_EVERY === 0) tell?.({ kind: 'chain', symbol: name, at });
};

/** An index has no book: its value follows its fund once a second. */
export const followFund = (
  symbol: SeededSymbol,
  fund: SeededSymbol,
  step: number,
  at: Instant,
  tell: ((event: MarketEvent) => void) | null,
): void => {
  const multiplier = symbol.profile.follows?.multiplier ?? 1;
  if (step % 4 !== 0) return;
  const value = round(fund.process.fair * multiplier);
  symbol.process.fair = value;
  symbol.process.logVolatility = fund.process.logVolatility;
  if (value === symbol.lastPrice) return;
  symbol.lastPrice = value;
  symbol.quote = { ...symbol.quote, lastPrice: value };
  symbol.bars.add(at, value, 0);
  const name = symbol.profile.symbol;
  tell?.({ kind: 'quote', symbol: name, at });
  if (step % CHAIN_EVERY === 0) tell?.({ kind: 'chain', symbol: name, at });
};

export const pricingMoment = (symbol: SeededSymbol, at: Instant, progress: number): PricingMoment => {
  const { quote, process } = symbol;
  const mid = quote.bidPrice !== null && quote.askPrice !== null ? (quote.bidPrice + quote.askPrice) / 2 : process.fair;
  return { at, spot: mid, volatility: symbol.volatility * Math.exp(0.3 * process.logVolatility), progress };
};

export const chainOf = (symbol: SeededSymbol, step: number, at: Instant, progress: number): readonly ChainRow[] => {
  if (symbol.chain?.step !== step)
    symbol.chain = { step, rows: chainAt(symbol.profile, symbol.board, pricingMoment(symbol, at, progress)) };
  return symbol.chain.rows;
};
