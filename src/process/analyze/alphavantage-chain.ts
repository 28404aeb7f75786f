import { calendarCovers, previousSession, sessionOn } from '../../engine/core/market/calendar.ts';
import type { ChainColumns } from '../../engine/core/market/chain.ts';
import { type Instant, instant, type SessionDate } from '../../engine/core/types.ts';
import { parseOptionsChain } from '../../engine/shell/alphavantage/chain/parse-chain.ts';
import type { ChainFile, ChainOptions } from './chain-file.ts';
import { UnreadableFile } from './open-file.ts';
import { forwardsOf } from './parity.ts';

/** REALTIME_OPTIONS leaves these out unless `require_greeks=true` is said. Source: Alpha Vantage's documentation. */
const GREEKS: ReadonlySet<string> = new Set(['implied_volatility', 'delta', 'gamma', 'theta', 'vega']);

interface Head {
  readonly underlying: string;
  readonly date: SessionDate | null;
  readonly rows: number;
  /** What the vendor says beside the rows; empty when it says nothing. */
  readonly said: string;
}

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

/** Where JSON breaks, as far as the runtime tells. */
const brokenAt = (text: string): string => {
  try {
    JSON.parse(text);
    return '';
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown reason';
    const position = /position (\d+)/.exec(reason)?.[1];
    const line = position === undefined ? lineOf(text, text.length) : lineOf(text, Number(position));
    return `, line ${line}: the JSON is damaged or cut off there (${reason})`;
  }
};

/** Its refusals over the limit repeat the caller's key. */
const withoutKey = (text: string): string => text.replace(/(API key as )\S+/gi, '$1…');

const saidIn = (body: unknown): string =>
  Object.entries(typeof body === 'object' && body !== null ? body : {})
    .filter(([, value]) => typeof value === 'string')
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(', ');

const headOf = (path: string, bytes: Uint8Array): Head => {
  const text = new TextDecoder().decode(bytes);
  const broken = brokenAt(text);
  if (broken !== '') throw new UnreadableFile(`${path}${broken}`);
  const body: unknown = JSON.parse(text);
  const data = typeof body === 'object' && body !== null && 'data' in body ? body.data : null;
  const rows: readonly unknown[] = Array.isArray(data) ? data : [];
  const symbols = new Map<string, number>();
  let date: string | null = null;
  for (const row of rows) {
    if (typeof row !== 'object' || row === null) continue;
    const { symbol, date: day } = row as { readonly symbol?: unknown; readonly date?: unknown };
    if (typeof symbol === 'string') symbols.set(symbol, (symbols.get(symbol) ?? 0) + 1);
    if (typeof day === 'string' && calendarCovers(day) && (date === null || day > date)) date = day;
  }
  const [underlying] = [...symbols].sort((a, b) => b[1] - a[1])[0] ?? [''];
  return { underlying, date: date as SessionDate | null, rows: rows.length, said: saidIn(body) };
};

const momentOf = (path: string, head: Head, options: ChainOptions): readonly [Instant, string, readonly string[]] => {
  if (options.at !== null) return [options.at, 'given', []];
  if (head.date === null)
    throw new UnreadableFile(`${path}: expected a "date" of a session in its rows; say --at INSTANT`);
  const session = sessionOn(head.date) ?? previousSession(head.date);
  return [
    session.closeAt,
    'close of the date in its rows',
    [
      `the file tells the day ${head.date} alone: figures hold for that session's close, so what expires that day is expired; say --at INSTANT for another moment`,
    ],
  ];
};

/** The price at which calls and puts of the nearest expiry agree: the file has no price of the underlying. */
const spotOf = (
  path: string,
  chain: ChainColumns,
  at: Instant,
  options: ChainOptions,
): readonly [number, string, readonly string[]] => {
  if (options.spot !== null) return [options.spot, 'given', []];
  const nearest = forwardsOf(chain, at).find(({ pairs }) => pairs >= 3);
  if (nearest === undefined)
    throw new UnreadableFile(
      `${path}: expected bids and asks of calls and puts at three strikes of one expiry to read the underlying's price off; say --spot PRICE`,
    );
  return [
    nearest.forward,
    `put-call parity of ${nearest.expiry}`,
    [`the file has no price of the underlying: ${nearest.pairs} pairs of calls and puts of ${nearest.expiry} imply it`],
  ];
};

/** Rows saved without the answer around them. */
const wrapped = (bytes: Uint8Array): Uint8Array => {
  const text = new TextDecoder().decode(bytes).trim();
  return text.startsWith('[') ? new TextEncoder().encode(`{"data":${text}}`) : bytes;
};

const greeksMissing = ({ impliedVolatility, gamma }: ChainColumns): readonly string[] =>
  impliedVolatility.some((value) => !Number.isNaN(value)) || gamma.some((value) => !Number.isNaN(value))
    ? []
    : ['no row has an implied volatility or a Greek (asked without require_greeks=true): what rests on them is absent'];

export const readAlphaVantageChain = (path: string, content: Uint8Array, options: ChainOptions): ChainFile => {
  const bytes = wrapped(content);
  const head = headOf(path, bytes);
  // Read before the moment is asked for: a refusal has rows without a date, or none.
  const parsed = parseOptionsChain(bytes, head.underlying, options.at ?? instant(0), GREEKS);
  if (!parsed.ok) {
    const said = parsed.kind === 'empty-answer' && head.said !== '' ? `; the vendor says ${head.said}` : '';
    throw new UnreadableFile(
      withoutKey(
        `${path}: expected an answer of Alpha Vantage's REALTIME_OPTIONS or HISTORICAL_OPTIONS, found ${parsed.kind}: ${`${parsed.message}${said}`.slice(0, 400)}`,
      ),
    );
  }
  const [at, atFrom, momentAssumed] = momentOf(path, head, options);
  const chain: ChainColumns = { ...parsed.chain, receivedAt: at };
  const [spot, spotFrom, spotAssumed] = spotOf(path, chain, at, options);
  return {
    format: 'alphavantage-options',
    file: path,
    chain,
    at,
    atFrom,
    spot,
    spotFrom,
    contractsInFile: head.rows,
    assumptions: [...momentAssumed, ...spotAssumed, ...greeksMissing(chain)],
  };
};
