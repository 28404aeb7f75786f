import { calendarCovers, newYorkInstant } from '../../engine/core/market/calendar.ts';
import type { ChainColumns } from '../../engine/core/market/chain.ts';
import { contractId, type OptionRight } from '../../engine/core/market/contract.ts';
import type { Instant, SessionDate } from '../../engine/core/types.ts';
import { parseFigure } from '../../sandbox/recordings/csv-cells.ts';
import type { ChainFile, ChainOptions } from './chain-file.ts';
import { UnreadableFile } from './open-file.ts';

/** Dollars of gamma exposure per 1 % move of calls and of puts, open interest and volume of both. */
const COLUMNS = ['strike', 'cg', 'pg', 'coi', 'poi', 'cvol', 'pvol'] as const;
const HEADER = 'strike,cg,pg,total,coi,poi,cvol,pvol';
const UNDERLYING = 'SPX';
const ROOT = 'SPXW';

/** Whether a text is a profile of one day's expiry: figures behind `#`, then a table by strike. */
export const isProfile = (text: string): boolean => /^\s*(#[^\n]*\bspot=|strike\s*,\s*cg\s*,)/i.test(text);

/** `# spot=7707.04 net0dte=-22298356227 peak=7700.0 flip=7415.0` */
const publishedIn = (lines: readonly string[]): Record<string, number> => {
  const found: Record<string, number> = {};
  for (const line of lines)
    if (line.startsWith('#'))
      for (const [, name = '', figure = ''] of line.matchAll(/(\w+)=([-+.\deE]+)/g)) found[name] = Number(figure);
  return found;
};

/** Such profiles carry their moment in their name alone: `2026-08-18_1057.csv`. */
const momentOf = (path: string, options: ChainOptions): readonly [Instant, string] => {
  if (options.at !== null) return [options.at, 'given'];
  const named = /(\d{4}-\d{2}-\d{2})[_T ](\d{2}):?(\d{2})/.exec(path.split('/').at(-1) ?? '');
  const [, date = '', hour = '', minute = ''] = named ?? [];
  if (!calendarCovers(date) || Number(hour) > 23 || Number(minute) > 59)
    throw new UnreadableFile(
      `${path}: expected a date and time in the name, such as 2026-08-18_1057.csv; say --at INSTANT`,
    );
  return [newYorkInstant(date as SessionDate, `${hour}:${minute}:00`), 'name of the file'];
};

interface Row {
  readonly right: OptionRight;
  readonly strike: number;
  readonly gamma: number;
  readonly openInterest: number;
  readonly volume: number;
}

const readRows = (path: string, lines: readonly string[], spot: number, rejected: Record<string, number>): Row[] => {
  const at = lines.findIndex((line) => /^\s*strike\s*,/i.test(line));
  const names = (lines[at] ?? '').split(',').map((name) => name.trim().toLowerCase());
  const places = COLUMNS.map((name) => names.indexOf(name));
  const missing = COLUMNS.filter((_, i) => (places[i] as number) < 0);
  if (missing.length > 0)
    throw new UnreadableFile(
      `${path}, line ${at + 1}: expected the columns ${HEADER}, found none named ${missing.join(', ')}`,
    );
  const rows: Row[] = [];
  lines.slice(at + 1).forEach((line, n) => {
    if (line.trim() === '' || line.startsWith('#')) return;
    const cells = line.split(',');
    const figures = places.map((place) => parseFigure(cells[place] ?? '') ?? Number.NaN);
    const [strike, callGex, putGex, callInterest, putInterest, callVolume, putVolume] = figures as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    if (cells.length !== names.length || figures.some(Number.isNaN)) {
      if (at + 1 + n === lines.length - 1 || rows.length === 0)
        throw new UnreadableFile(
          `${path}, line ${at + n + 2}: expected ${names.length} figures, found "${line.slice(0, 60)}"`,
        );
      rejected['unreadable-row'] = (rejected['unreadable-row'] ?? 0) + 1;
      return;
    }
    // Exposure per 1 % move is γ · contracts · S²; without contracts it tells no gamma.
    const gammaOf = (exposure: number, contracts: number): number =>
      contracts > 0 ? Math.abs(exposure) / (contracts * spot * spot) : Number.NaN;
    rows.push(
      { right: 'C', strike, gamma: gammaOf(callGex, callInterest), openInterest: callInterest, volume: callVolume },
      { right: 'P', strike, gamma: gammaOf(putGex, putInterest), openInterest: putInterest, volume: putVolume },
    );
  });
  if (rows.length === 0) throw new UnreadableFile(`${path}: expected rows of strikes below the header, found none`);
  return rows;
};

/** The chain of one day's expiry, as far as its exposures tell: gammas, open interest and volume, no quotes. */
export const readProfileChain = (path: string, bytes: Uint8Array, options: ChainOptions): ChainFile => {
  const lines = new TextDecoder()
    .decode(bytes)
    .replace(/\r?\n$/, '')
    .split(/\r?\n/);
  const published = publishedIn(lines);
  const { spot: written } = published;
  const spot = options.spot ?? written ?? Number.NaN;
  if (!(spot > 0))
    throw new UnreadableFile(
      `${path}, line 1: expected "# spot=7707.04 …", found "${(lines[0] ?? '').slice(0, 60)}"; say --spot PRICE`,
    );
  const [at, atFrom] = momentOf(path, options);
  const expiry = (/(\d{4}-\d{2}-\d{2})/.exec(path.split('/').at(-1) ?? '')?.[1] ??
    new Date(at).toISOString().slice(0, 10)) as SessionDate;
  const rejected: Record<string, number> = {};
  const rows = readRows(path, lines, spot, rejected);
  const column = (of: (row: Row) => number): Float64Array => Float64Array.from(rows, of);
  const none = (): Float64Array => new Float64Array(rows.length).fill(Number.NaN);
  const chain: ChainColumns = {
    underlying: UNDERLYING,
    receivedAt: at,
    vendor: 'cboe',
    rowCount: rows.length,
    contractIds: rows.map(({ right, strike }) => contractId(ROOT, expiry, right, strike)),
    expiries: [expiry],
    expiryIndex: new Uint16Array(rows.length),
    settlesAm: new Uint8Array(rows.length),
    isCall: Uint8Array.from(rows, ({ right }) => (right === 'C' ? 1 : 0)),
    strike: column(({ strike }) => strike),
    bid: none(),
    ask: none(),
    last: none(),
    volume: column(({ volume }) => volume),
    openInterest: column(({ openInterest }) => openInterest),
    impliedVolatility: none(),
    delta: none(),
    gamma: column(({ gamma }) => gamma),
    thetaPerDay: none(),
    vegaPerPoint: none(),
    rejected,
  };
  const said = Object.entries(published).map(([name, figure]) => `${name} ${figure}`);
  return {
    format: 'zero-dte-profile',
    file: path,
    chain,
    at,
    atFrom,
    spot,
    spotFrom: options.spot === null ? 'first line of the file' : 'given',
    contractsInFile: rows.length + 2 * (rejected['unreadable-row'] ?? 0),
    assumptions: [
      `SPX options of ${expiry} that settle at its close`,
      'gammas are those of the exposures in the file over its open interest; it has no volatilities, so what needs one is absent',
      `the file itself says: ${said.join(', ')}`,
    ],
  };
};
