import { BOOK_LEVELS, type Book } from '../../src/engine/core/market/book.ts';
import { readRecordedZip } from './reference.ts';

/** A day of LOBSTER: columns by event, and the book after each. */
export interface LobsterDay {
  readonly events: number;
  /** Market milliseconds of an arbitrary day, with their fractions. */
  readonly at: Float64Array;
  readonly type: Uint8Array;
  readonly size: Float64Array;
  /** Dollars. */
  readonly price: Float64Array;
  /** 1 where a buyer was the aggressor of a visible execution, −1 a seller, 0 for every other event. */
  readonly aggressor: Int8Array;
  /** Writes the book after event `i` into `book`. */
  readonly bookAfter: (book: Book, i: number) => void;
}

const MIDNIGHT = 1_340_251_200_000;
const ABSENT = 9_000_000_000;

export const readLobster = (zip: string, levels: number): LobsterDay => {
  const lines = (name: string): string[] => readRecordedZip(zip, `_${name}_${levels}.csv`).trimEnd().split(/\r?\n/);
  const messages = lines('message');
  const events = messages.length;
  const day = {
    events,
    at: new Float64Array(events),
    type: new Uint8Array(events),
    size: new Float64Array(events),
    price: new Float64Array(events),
    aggressor: new Int8Array(events),
  };
  messages.forEach((line, i) => {
    const [seconds = 0, type = 0, , size = 0, price = 0, direction = 0] = line.split(',').map(Number);
    day.at[i] = MIDNIGHT + seconds * 1000;
    day.type[i] = type;
    day.size[i] = size;
    day.price[i] = price / 10_000;
    if (type === 4) day.aggressor[i] = -direction;
  });
  const width = 4 * levels;
  const cells = new Float64Array(events * width);
  lines('orderbook').forEach((line, i) => {
    line.split(',').forEach((cell, column) => {
      cells[i * width + column] = Number(cell);
    });
  });
  const side = (book: Book, i: number, column: number, base: number): number => {
    let rows = 0;
    for (let level = 0; level < levels; level++) {
      const price = cells[i * width + 4 * level + column] ?? 0;
      if (!(price > 0 && price < ABSENT)) continue;
      book.price[base + rows] = price / 10_000;
      book.size[base + rows] = cells[i * width + 4 * level + column + 1] ?? 0;
      rows++;
    }
    return rows;
  };
  const bookAfter = (book: Book, i: number): void => {
    if (book.venues.length === 0) book.venues.push('NASDAQ');
    book.askCount = side(book, i, 0, 0);
    book.bidCount = side(book, i, 2, BOOK_LEVELS);
  };
  return { ...day, bookAfter };
};

/** Best quotes as a row, for comparing one event with the next. */
export const touchOf = (book: Book): readonly [number, number, number, number] => [
  book.price[BOOK_LEVELS] ?? Number.NaN,
  book.size[BOOK_LEVELS] ?? Number.NaN,
  book.price[0] ?? Number.NaN,
  book.size[0] ?? Number.NaN,
];
