import { calendarCovers, dateInNewYork, previousSession, sessionOn } from '../../engine/core/market/calendar.ts';
import { type OptionRight, parseContractId } from '../../engine/core/market/contract.ts';
import type { Instant, SessionDate } from '../../engine/core/types.ts';
import type { ChainRow } from '../market/types.ts';
import { parseExpiration, parseExportTime } from './cboe-date.ts';
import type { Source } from './sources.ts';
import { type CboeRecording, type Parsed, refused } from './types.ts';

const HEADER = 'Expiration Date,Calls,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest,Strike,Puts,…';

/** Fields of one CSV line; quotes may hold commas. */
const splitLine = (line: string): string[] => {
  if (!line.includes('"')) return line.split(',');
  const fields: string[] = [];
  for (const match of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g))
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
  return fields;
};

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

const readHeader = (line: string): Columns | null => {
  const names = splitLine(line).map((name) => name.trim().toLowerCase());
  const calls = names.indexOf('calls');
  const puts = names.indexOf('puts');
  const strike = names.indexOf('strike');
  if (calls < 0 || strike < calls || puts < strike) return null;
  const columns = {
    names: splitLine(line).map((name) => name.trim()),
    expiration: calls - 1,
    strike,
    calls: sideColumns(names, calls, strike),
    puts: sideColumns(names, puts, names.length),
  };
  const needed = [columns.calls, columns.puts].flatMap((side) => [side.bid, side.ask, side.openInterest]);
  return columns.expiration < 0 || needed.some((at) => at < 0) ? null : columns;
};

/** Reads the fields of one row; the first thing wrong is kept, worded with column, find and expectation. */
class RowReader {
  problem: string | null = null;
  readonly #fields: readonly string[];
  readonly #names: readonly string[];

  constructor(fields: readonly string[], names: readonly string[]) {
    this.#fields = fields;
    this.#names = names;
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
    const text = this.text(column);
    if (text === '' || text === '--') return null;
    return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : this.refuse(column, 'a number');
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

const readRows = (
  lines: readonly NumberedLine[],
  columns: Columns,
  label: string,
  date: SessionDate,
): Parsed<readonly ChainRow[]> => {
  const chain: ChainRow[] = [];
  const expiries = new Map<string, SessionDate | null>();
  const lineOf = new Map<string, number>();
  for (const { text, number } of lines) {
    const fields = splitLine(text);
    if (fields.length !== columns.names.length)
      return refused(`${label}, line ${number}: expected ${columns.names.length} columns, found ${fields.length}`);
    const reader = new RowReader(fields, columns.names);
    const written = reader.text(columns.expiration);
    if (!expiries.has(written)) expiries.set(written, parseExpiration(written));
    const expiry = expiries.get(written) ?? null;
    if (expiry === null) reader.refuse(columns.expiration, 'a date such as Wed Mar 23 2022');
    const call = expiry && readSide(reader, columns, 'C', expiry, date);
    const put = expiry && readSide(reader, columns, 'P', expiry, date);
    if (reader.problem !== null || !call || !put) return refused(`${label}, line ${number}, ${reader.problem}`);
    // A contract counted twice would double its exposure.
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
  return { ok: true, value: chain };
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

/** `Last: 4479.0898`, with thousands separated only where a decimal point tells them from decimals. */
const FIGURE = /^\D*:\s*(-?(?:\d+(?:\.\d*)?|\d{1,3}(?:,\d{3})+\.\d+))\s*$/;

/** A labelled figure of the two lines above the header; null where it is absent or zero, as on closed days. */
const figureNamed = (line: NumberedLine, label: string, wanted: string): Parsed<number | null> => {
  const fields = splitLine(line.text);
  const at = fields.findIndex((field) => field.trim().toLowerCase().startsWith(`${wanted.toLowerCase()}:`));
  if (at < 0) return { ok: true, value: null };
  // A figure written with commas and without quotes runs on into the next field.
  const next = fields[at + 1] ?? '';
  const found = next !== '' && !next.includes(':') ? `${fields[at]},${next}` : (fields[at] ?? '');
  const figure = FIGURE.exec(found)?.[1]?.replaceAll(',', '');
  if (figure === undefined || found !== fields[at])
    return refused(
      `${label}, line ${line.number}, column ${at + 1}: expected a figure such as "${wanted}: 4479.0898", found "${found.trim()}"`,
    );
  return { ok: true, value: Number(figure) === 0 ? null : Number(figure) };
};

const sessionOf = (date: SessionDate): SessionDate => (sessionOn(date) ?? previousSession(date)).date;

/**
 * Reads one of Cboe's quotedata exports, whatever language its date is in. Figures are kept as the file has them.
 * `givenAt` stands in for a date that cannot be read.
 */
export const readCboe = (source: Source, givenAt: Instant | null = null): Parsed<CboeRecording> => {
  const bytes = source.read();
  if (!bytes.ok) return bytes;
  const { label } = source;
  const [title, moment, header, ...rows] = linesOf(bytes.value);
  if (!title || !moment || !header)
    return refused(
      `${label}: expected a Cboe quotedata export (name, date, header, rows), found ${[title, moment].filter(Boolean).length} lines`,
    );
  const columns = readHeader(header.text);
  if (!columns)
    return refused(
      `${label}, line ${header.number}: expected the header "${HEADER}", found "${header.text.slice(0, 80)}"`,
    );
  const [written = ''] = splitLine(moment.text);
  const takenAt = parseExportTime(written) ?? givenAt;
  if (takenAt === null)
    return refused(
      `${label}, line ${moment.number}, column 1: expected the date and time of the export, found "${written}"`,
    );
  const [name = ''] = splitLine(title.text);
  const last = figureNamed(title, label, 'Last');
  const bid = figureNamed(moment, label, 'Bid');
  const ask = figureNamed(moment, label, 'Ask');
  if (!last.ok) return last;
  if (!bid.ok) return bid;
  if (!ask.ok) return ask;
  const day = new Date(takenAt).toISOString().slice(0, 10);
  if (!calendarCovers(day))
    return refused(`${label}, line ${moment.number}, column 1: expected a date from 2004 to 2035, found "${written}"`);
  const sessionDate = sessionOf(dateInNewYork(takenAt));
  const chain = readRows(rows, columns, label, sessionDate);
  if (!chain.ok) return chain;
  const underlying = chain.value[0]?.contract.underlying;
  if (underlying === undefined) return refused(`${label}: expected rows of options below the header, found none`);
  const stranger = chain.value.find(({ contract }) => contract.underlying !== underlying);
  if (stranger) return refused(`${label}: expected options on ${underlying} alone, found ${stranger.contract.id}`);
  return {
    ok: true,
    value: {
      kind: 'cboe',
      underlying,
      name,
      takenAt,
      sessionDate,
      last: last.value,
      bid: bid.value,
      ask: ask.value,
      strikeRowCount: rows.length,
      expirationCount: new Set(chain.value.map(({ contract }) => contract.expiry)).size,
      chain: chain.value,
    },
  };
};
