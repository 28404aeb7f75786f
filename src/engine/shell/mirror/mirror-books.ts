import { BOOK_LEVELS, type Book, isCrossed } from '../../core/market/book.ts';
import type { SymbolState } from '../../core/state.ts';
import type { StateStore } from '../../ports/store.ts';
import { type Moment, stampOf } from './stamp.ts';

const WINDOW_EVERY_MS = 2_000;
const SIDES = ['ask', 'bid'] as const;

/** What was written last of one symbol. */
interface Written {
  quoteAt: number;
  bookAt: number;
  windowAt: number;
  /** Prices and sizes of all rows as they were; a row that is not there is 0. */
  readonly price: Float64Array;
  readonly size: Float64Array;
}

type Level = readonly [price: number, size: number, venue: string];

const levelsOf = (book: Book, side: 0 | 1): Level[] => {
  const count = side === 1 ? book.bidCount : book.askCount;
  return Array.from({ length: count }, (_, i) => {
    const row = side * BOOK_LEVELS + i;
    return [book.price[row] ?? 0, book.size[row] ?? 0, book.venues[book.venue[row] ?? 0] ?? ''];
  });
};

/** Rows that are not what they were, as [side, level from 1, price, size]; size 0 is a row that went. */
const changesOf = (book: Book, was: Written): (readonly [string, number, number, number])[] => {
  const changes: (readonly [string, number, number, number])[] = [];
  for (let row = 0; row < 2 * BOOK_LEVELS; row += 1) {
    const price = book.price[row] ?? 0;
    const size = book.size[row] ?? 0;
    if (price === was.price[row] && size === was.size[row]) continue;
    was.price[row] = price;
    was.size[row] = size;
    changes.push([SIDES[row < BOOK_LEVELS ? 0 : 1], (row % BOOK_LEVELS) + 1, price, size]);
  }
  return changes;
};

const quoteText = (symbol: SymbolState): string =>
  JSON.stringify({
    bid: symbol.bidPrice,
    bidSize: symbol.bidSize,
    ask: symbol.askPrice,
    askSize: symbol.askSize,
    last: symbol.lastPrice,
  });

/** Quotes and books. A book that cannot be believed is taken away at once, not left to age. */
export const createBookMirror = (store: StateStore) => {
  const written = new Map<string, Written>();
  const writtenOf = (symbol: string): Written => {
    let found = written.get(symbol);
    if (!found) {
      const rows = (): Float64Array => new Float64Array(2 * BOOK_LEVELS);
      found = {
        quoteAt: Number.NaN,
        bookAt: Number.NaN,
        windowAt: Number.NEGATIVE_INFINITY,
        price: rows(),
        size: rows(),
      };
      written.set(symbol, found);
    }
    return found;
  };

  const quote = (symbol: SymbolState, was: Written, moment: Moment): void => {
    if (Number.isNaN(symbol.quoteAt)) {
      if (!Number.isNaN(was.quoteAt)) store.remove(`raw:ibkr:${symbol.symbol}`);
      was.quoteAt = Number.NaN;
      return;
    }
    if (symbol.quoteAt === was.quoteAt) return;
    was.quoteAt = symbol.quoteAt;
    store.put(`raw:ibkr:${symbol.symbol}`, { kind: 'json', text: quoteText(symbol) }, stampOf(moment, symbol.quoteAt));
  };

  const withdraw = (name: string, was: Written): void => {
    if (Number.isNaN(was.bookAt)) return;
    was.bookAt = Number.NaN;
    store.remove(`raw:ibkr:depth:${name}`);
    store.remove(`market:${name}:book`);
  };

  const book = (symbol: SymbolState, was: Written, moment: Moment): void => {
    const { symbol: name, book: own, bookAt } = symbol;
    if (Number.isNaN(bookAt) || own.broken || isCrossed(own)) {
      withdraw(name, was);
      return;
    }
    const windowDue = moment.wallNow - was.windowAt >= WINDOW_EVERY_MS;
    if (bookAt === was.bookAt && !windowDue) return;
    const stamp = stampOf(moment, bookAt);
    const [asks, bids] = [levelsOf(own, 0), levelsOf(own, 1)];
    const snapshot = JSON.stringify({ bids, asks });
    if (windowDue) {
      was.windowAt = moment.wallNow;
      store.put(`raw:ibkr:depth:${name}:window`, { kind: 'window', text: snapshot }, stamp);
    }
    if (bookAt === was.bookAt) return;
    was.bookAt = bookAt;
    store.put(`raw:ibkr:depth:${name}`, { kind: 'json', text: snapshot }, stamp);
    const fields: Record<string, string> = {};
    bids.forEach((level, i) => {
      fields[`bid:${i + 1}`] = JSON.stringify(level);
    });
    asks.forEach((level, i) => {
      fields[`ask:${i + 1}`] = JSON.stringify(level);
    });
    store.put(`market:${name}:book`, { kind: 'hash', fields }, stamp);
    const rows = changesOf(own, was);
    if (rows.length > 0)
      store.put(`orderflow:ibkr:L2:${name}`, { kind: 'stream', fields: { rows: JSON.stringify(rows) } }, stamp);
  };

  return (symbol: SymbolState, moment: Moment): void => {
    const was = writtenOf(symbol.symbol);
    quote(symbol, was, moment);
    book(symbol, was, moment);
  };
};
