import type { SessionDate } from '../../engine/core/types.ts';
import { countLines, readNumberTable } from './number-table.ts';
import { LOBSTER_NAME, type Source } from './sources.ts';
import { type LobsterRecording, type Parsed, refused } from './types.ts';

/** As deep as anybody shows a book here. */
const MOST_LEVELS = 10;
/** LOBSTER fills levels that nobody occupies with this price. */
const DUMMY_PRICE = 9_999_999_999;

interface LobsterName {
  readonly symbol: string;
  readonly date: SessionDate;
  readonly part: 'message' | 'orderbook';
  readonly levels: number;
}

const parseName = (name: string): LobsterName | null => {
  const match = LOBSTER_NAME.exec(name);
  if (!match) return null;
  return {
    symbol: (match[1] ?? '').toUpperCase(),
    date: (match[2] ?? '') as SessionDate,
    part: match[5]?.toLowerCase() === 'message' ? 'message' : 'orderbook',
    levels: Number(match[6]),
  };
};

/** What names a ticker, a day and a depth: the two files of one recording agree in it. Null: not a LOBSTER file. */
export const lobsterKey = (source: Source): { readonly key: string; readonly part: 'message' | 'orderbook' } | null => {
  const name = parseName(source.name);
  return name && { key: `${name.symbol}_${name.date}_${name.levels}`, part: name.part };
};

const MESSAGE_COLUMNS = ['time', 'type', 'order id', 'size', 'price', 'direction'];

type Messages = Pick<LobsterRecording, 'rowCount' | 'afterMidnightMs' | 'type' | 'size' | 'price' | 'direction'>;

const readMessages = (bytes: Uint8Array, label: string): Parsed<Messages> => {
  const rowCount = countLines(bytes);
  const afterMidnightMs = new Float64Array(rowCount);
  const type = new Uint8Array(rowCount);
  const size = new Float64Array(rowCount);
  const price = new Float64Array(rowCount);
  const direction = new Int8Array(rowCount);
  const shape = { columns: MESSAGE_COLUMNS, allowMore: true };
  let latest = 0;
  const problem = readNumberTable(bytes, label, shape, (values, row) => {
    const [seconds = 0, kind = 0, , shares = 0, cents = 0, side = 0] = values;
    if (seconds < latest || seconds >= 86_400)
      return `column 1 (time): expected seconds after midnight, not before the ${latest} of the row above, found ${seconds}`;
    if (!(Number.isInteger(kind) && kind >= 1 && kind <= 7)) return `column 2 (type): expected 1 to 7, found ${kind}`;
    if ((kind === 4 || kind === 5 || kind === 6) && !(shares > 0 && cents > 0))
      return `columns 4 and 5 (size, price): expected an execution of some shares at a price, found ${shares} at ${cents}`;
    if (side !== 1 && side !== -1) return `column 6 (direction): expected -1 or 1, found ${side}`;
    latest = seconds;
    afterMidnightMs[row] = seconds * 1000;
    type[row] = kind;
    size[row] = shares;
    price[row] = cents;
    direction[row] = side;
    return null;
  });
  if (problem !== null) return refused(problem);
  return { ok: true, value: { rowCount, afterMidnightMs, type, size, price, direction } };
};

const bookColumns = (levels: number): string[] =>
  Array.from({ length: levels }, (_, i) => i + 1).flatMap((level) =>
    ['ask price', 'ask size', 'bid price', 'bid size'].map((name) => `${name} ${level}`),
  );

const readBook = (bytes: Uint8Array, label: string, fileLevels: number): Parsed<Float64Array> => {
  const levels = Math.min(fileLevels, MOST_LEVELS);
  const book = new Float64Array(countLines(bytes) * levels * 4);
  const shape = { columns: bookColumns(fileLevels), allowMore: false };
  const problem = readNumberTable(bytes, label, shape, (values, row) => {
    const start = row * levels * 4;
    for (let i = 0; i < levels * 4; i++) {
      const value = values[i] ?? 0;
      if (i % 2 === 1 && value < 0)
        return `column ${i + 1} (${shape.columns[i]}): expected no negative size, found ${value}`;
      const isDummy = i % 2 === 0 && Math.abs(value) === DUMMY_PRICE;
      book[start + i] = isDummy ? 0 : value;
    }
    return null;
  });
  return problem === null ? { ok: true, value: book } : refused(problem);
};

/** Reads the two files of one LOBSTER sample. Source: LOBSTER's output structure, as in the samples' read-me. */
export const readLobster = (message: Source, orderbook: Source): Parsed<LobsterRecording> => {
  const name = parseName(orderbook.name);
  if (!name || name.levels < 1) return refused(`${orderbook.label}: expected one level or more in its name`);
  const messageBytes = message.read();
  if (!messageBytes.ok) return messageBytes;
  const bookBytes = orderbook.read();
  if (!bookBytes.ok) return bookBytes;
  const messageRows = countLines(messageBytes.value);
  const bookRows = countLines(bookBytes.value);
  if (messageRows !== bookRows)
    return refused(
      `${orderbook.label}: expected ${messageRows} rows, one for each row of the message file, found ${bookRows}`,
    );
  const book = readBook(bookBytes.value, orderbook.label, name.levels);
  if (!book.ok) return book;
  const messages = readMessages(messageBytes.value, message.label);
  if (!messages.ok) return messages;
  const { symbol, date, levels: fileLevels } = name;
  const levels = Math.min(fileLevels, MOST_LEVELS);
  return {
    ok: true,
    value: { kind: 'lobster', symbol, date, fileLevels, levels, book: book.value, ...messages.value },
  };
};
