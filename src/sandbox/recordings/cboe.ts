import { calendarCovers, dateInNewYork, previousSession, sessionOn } from '../../engine/core/market/calendar.ts';
import { type OptionRight, parseContractId } from '../../engine/core/market/contract.ts';
import type { Instant, SessionDate } from '../../engine/core/types.ts';
import type { ChainRow } from '../market/types.ts';
import { parseExpiration, parseExportTime } from './cboe-date.ts';
import { parseFigure, separatorOf, splitLine } from './csv-cells.ts';
import type { Source } from './sources.ts';
import { type CboeRecording, type Parsed, refused } from './types.ts';

const HEADER = 'Expiration Date,Calls,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest,Strike,Puts,…';

/** Where each figure of one side of the table stands; -1: not in this file. */
interface SideColumns {
  readonly contract: number;
  readonly last: number;
  readonly bid: number;
  readonly ask: number;
  readonly volume: number;
  readonly impliedVolatility: number;
  readonly delta: number;
  readonly gamma: number;
  readonly openInterest: number;
}
interface Columns {
  readonly separator: string;
  readonly names: readonly string[];
  readonly expiration: number;
  readonly strike: number;
  readonly calls: SideColumns;
  readonly puts: SideColumns;
}

const sideColumns = (names: readonly string[], from: number, to: number): SideColumns => {
  const find = (...known: string[]): number => {
    for (let i = from; i < to; i++) if (known.includes(names[i] ?? '')) return i;
    return -1;
  };
  return {
    contract: from,
    last: find('last sale', 'last'),
    bid: find('bid'),
    ask: find('ask'),
    volume: find('volume', 'vol'),
    impliedVolatility: find('iv', 'implied volatility'),
    delta: find('delta'),
    gamma: find('gamma'),
    openInterest: find('open interest', 'open int'),
  };
};

const readHeader = (line: string, lenient: boolean): Columns | null => {
  const separator = separatorOf(line);
  const names = splitLine(line, separator).map((name) => name.trim().toLowerCase());
  const calls = names.indexOf('calls');
  const puts = names.indexOf('puts');
  const strike = names.indexOf('strike');
  if (calls < 0 || strike < calls || puts < strike) return null;
  const columns = {
    separator,
    names: splitLine(line, separator).map((name) => name.trim()),
    expiration: calls - 1,
    strike,
    calls: sideColumns(names, calls, strike),
    puts: sideColumns(names, puts, names.length),
  };
  const needed = [columns.calls, columns.puts].flatMap((side) => [side.bid, side.ask, side.openInterest]);
  return columns.expiration < 0 || (!lenient && needed.some((at) => at < 0)) ? null : columns;
};

/** Reads the fields of one row; the first thing wrong is kept, worded with column, find and expectation. */
class RowReader {
  problem: string | null = null;
  readonly #fields: readonly string[];
  readonly #names: readonly string[];
  readonly #separator: string;

  constructor(fields: readonly string[], { names, separator }: Columns) {
    this.#fields = fields;
    this.#names = names;
    this.#separator = separator;
  }

  text(column: number): string {
    return (this.#fields[column] ?? '').trim();
  }

  refuse(column: number, expected: string): null {
    this.problem ??= `column ${column + 1} (${this.#names[column]}): expected ${expected}, found "${this.text(column)}"`;
    return null;
  }

  number(column: number): number | null {
    if (column < 0) return null;
    const figure = parseFigure(this.text(column), this.#separator);
    return Number.isNaN(figure) ? this.refuse(column, 'a number') : figure;
  }
}

const readSide = (
  reader: RowReader,
  columns: Columns,
  right: OptionRight,
  expiry: SessionDate,
  date: SessionDate,
): ChainRow | null => {
  const side = right === 'C' ? columns.calls : columns.puts;
  const contract = parseContractId(reader.text(side.contract));
  if (!contract || contract.right !== right)
    return reader.refuse(side.contract, `a ${right === 'C' ? 'call' : 'put'} such as SPXW220323${right}04500000`);
  if (contract.expiry !== expiry) return reader.refuse(columns.expiration, `${contract.expiry} as in ${contract.id}`);
  if (reader.number(columns.strike) !== contract.strike)
    return reader.refuse(columns.strike, `${contract.strike} as in ${contract.id}`);
  const bid = reader.number(side.bid);
  const ask = reader.number(side.ask);
  return {
    contract,
    date,
    last: reader.number(side.last),
    mark: bid === null || ask === null ? null : (bid + ask) / 2,
    bid,
    bidSize: null,
    ask,
    askSize: null,
    volume: reader.number(side.volume),
    openInterest: reader.number(side.openInterest),
    impliedVolatility: reader.number(side.impliedVolatility),
    delta: reader.number(side.delta),
    gamma: reader.number(side.gamma),
    theta: null,
    vega: null,
    rho: null,
  };
};

interface Rows {
  readonly chain: readonly ChainRow[];
  /** What was wrong with each line left out; lenient readers alone leave any. */
  readonly skipped: readonly string[];
}

const readRows = (
  lines: readonly NumberedLine[],
  columns: Columns,
  label: string,
  date: SessionDate,
  lenient: boolean,
): Parsed<Rows> => {
  const chain: ChainRow[] = [];
  const skipped: string[] = [];
  const expiries = new Map<string, SessionDate | null>();
  const lineOf = new Map<string, number>();
  for (const { text, number } of lines) {
    const fields = splitLine(text, columns.separator);
    if (fields.length !== columns.names.length) {
      const problem = `${label}, line ${number}: expected ${columns.names.length} columns, found ${fields.length}`;
      // A last line cut short: what went missing with it is not known.
      if (!lenient || number === lines.at(-1)?.number) return refused(problem);
      skipped.push(problem);
      continue;
    }
    const reader = new RowReader(fields, columns);
    const written = reader.text(columns.expiration);
    if (!expiries.has(written)) expiries.set(written, parseExpiration(written));
    const expiry = expiries.get(written) ?? null;
    if (expiry === null) reader.refuse(columns.expiration, 'a date such as Wed Mar 23 2022');
    const call = expiry && readSide(reader, columns, 'C', expiry, date);
    const put = expiry && readSide(reader, columns, 'P', expiry, date);
    if (reader.problem !== null || !call || !put) {
      const problem = `${label}, line ${number}, ${reader.problem}`;
      if (!lenient) return refused(problem);
      skipped.push(problem);
      continue;
    }
    // A contract counted twice would double its exposure.
    const before = lineOf.get(call.contract.id) ?? lineOf.get(put.contract.id);
    if (before !== undefined && lenient) {
      skipped.push(
        `${label}, line ${number}: expected each contract once, found ${call.contract.id} as on line ${before}`,
      );
      continue;
    }
    for (const { contract } of [call, put]) {
      const before = lineOf.get(contract.id);
      if (before !== undefined)
        return refused(
          `${label}, line ${number}: expected each contract once, found ${contract.id} as on line ${before}`,
        );
      lineOf.set(contract.id, number);
    }
    chain.push(call, put);
  }
  return { ok: true, value: { chain, skipped } };
};

interface NumberedLine {
  readonly text: string;
  readonly number: number;
}

const linesOf = (bytes: Uint8Array): NumberedLine[] =>
  new TextDecoder()
    .decode(bytes)
    .split(/\r?\n/)
    .map((text, index) => ({ text, number: index + 1 }))
    .filter(({ text }) => text.trim() !== '');

/** `4,479.0898` without quotes has run on into the next field; commas alone might as well be decimals. */
const RUN_ON = /^-?\d{1,3}(,\d{3})+\.\d+$/;

/** A labelled figure of the two lines above the header; null where it is absent or zero, as on closed days. */
const figureNamed = (line: NumberedLine, separator: string, label: string, wanted: string): Parsed<number | null> => {
  const fields = splitLine(line.text, separator);
  const at = fields.findIndex((field) => field.trim().toLowerCase().startsWith(`${wanted.toLowerCase()}:`));
  if (at < 0) return { ok: true, value: null };
  const next = fields[at + 1] ?? '';
  const runsOn = next !== '' && !next.includes(':');
  const found = runsOn ? `${fields[at]}${separator}${next}` : (fields[at] ?? '');
  const text = found.slice(found.indexOf(':') + 1).trim();
  const figure = (runsOn && !RUN_ON.test(text)) || WHOLE_GROUPS.test(text) ? Number.NaN : parseFigure(text, separator);
  if (Number.isNaN(figure))
    return refused(
      `${label}, line ${line.number}, column ${at + 1}: expected a figure such as "${wanted}: 4479.0898", found "${found.trim()}"`,
    );
  return { ok: true, value: figure === 0 ? null : figure };
};
const WHOLE_GROUPS = /^-?\d{1,3}(,\d{3})+$/;

const sessionOf = (date: SessionDate): SessionDate => (sessionOn(date) ?? previousSession(date)).date;

/**
 * Reads one of Cboe's quotedata exports, whatever language its date is in. Figures are kept as the file has them.
 * `givenAt` stands in for a date that cannot be read. A lenient reader leaves out lines it cannot read, and says what was
 * wrong with each, and takes a table without some of its columns.
 */
export const readCboe = (source: Source, givenAt: Instant | null = null, lenient = false): Parsed<CboeRecording> => {
  const bytes = source.read();
  if (!bytes.ok) return bytes;
  const { label } = source;
  const [title, moment, header, ...rows] = linesOf(bytes.value);
  if (!title || !moment || !header)
    return refused(
      `${label}: expected a Cboe quotedata export (name, date, header, rows), found ${[title, moment].filter(Boolean).length} lines`,
    );
  const columns = readHeader(header.text, lenient);
  if (!columns)
    return refused(
      `${label}, line ${header.number}: expected the header "${HEADER}", found "${header.text.slice(0, 80)}"`,
    );
  const { separator } = columns;
  const [written = ''] = splitLine(moment.text, separator);
  const takenAt = parseExportTime(written) ?? givenAt;
  if (takenAt === null)
    return refused(
      `${label}, line ${moment.number}, column 1: expected the date and time of the export, found "${written}"`,
    );
  const [name = ''] = splitLine(title.text, separator);
  const last = figureNamed(title, separator, label, 'Last');
  const bid = figureNamed(moment, separator, label, 'Bid');
  const ask = figureNamed(moment, separator, label, 'Ask');
  const unread: string[] = [];
  for (const figure of [last, bid, ask])
    if (!figure.ok) {
      if (!lenient) return figure;
      unread.push(figure.problem);
    }
  if (!calendarCovers(new Date(takenAt).toISOString().slice(0, 10)))
    return refused(`${label}, line ${moment.number}, column 1: expected a date from 2004 to 2035, found "${written}"`);
  const sessionDate = sessionOf(dateInNewYork(takenAt));
  const read = readRows(rows, columns, label, sessionDate, lenient);
  if (!read.ok) return read;
  const { chain: all, skipped } = read.value;
  // More wrong than right is another kind of file.
  if (skipped.length > 0 && 2 * skipped.length > rows.length) return refused(skipped[0] ?? label);
  const underlying = all[0]?.contract.underlying;
  if (underlying === undefined) return refused(`${label}: expected rows of options below the header, found none`);
  const chain = all.filter(({ contract }) => contract.underlying === underlying);
  const stranger = all.find(({ contract }) => contract.underlying !== underlying);
  if (stranger && !lenient)
    return refused(`${label}: expected options on ${underlying} alone, found ${stranger.contract.id}`);
  return {
    ok: true,
    value: {
      kind: 'cboe',
      underlying,
      name,
      takenAt,
      sessionDate,
      last: last.ok ? last.value : null,
      bid: bid.ok ? bid.value : null,
      ask: ask.ok ? ask.value : null,
      unread,
      strikeRowCount: rows.length,
      expirationCount: new Set(chain.map(({ contract }) => contract.expiry)).size,
      chain,
      skipped,
      strangers: all.length - chain.length,
    },
  };
};
