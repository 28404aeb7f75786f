import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import { PROJECT_ROOT } from './server.ts';

/** Real files that are never part of the project: tests that need them are skipped where they are absent. */
export const LOBSTER_AMZN = join(PROJECT_ROOT, '../shared/data/ticks/lobster/LOBSTER_SampleFile_AMZN_2012-06-21_5.zip');
export const CBOE_SPX = join(
  PROJECT_ROOT,
  '../shared/data/chains/cboe-quotedata/spx_2022-03-23_1011ET_spanish-locale.csv.gz',
);
export const REAL_FILES_PRESENT = existsSync(LOBSTER_AMZN) && existsSync(CBOE_SPX);

/** Reads one member of a zip by its central directory; written apart from the product's own reader on purpose. */
const zipMember = (path: string, part: string): string => {
  const zip = readFileSync(path);
  const nextEntry = (from: number): number => zip.indexOf('PK\u0001\u0002', from, 'latin1');
  for (let at = nextEntry(0); at >= 0; at = nextEntry(at + 46)) {
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    if (!name.includes(part)) continue;
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = zip.subarray(start, start + zip.readUInt32LE(at + 20));
    return (zip.readUInt16LE(at + 10) === 8 ? inflateRawSync(bytes) : bytes).toString('latin1');
  }
  throw new Error(`${path}: no member with ${part} in its name`);
};

export interface Print {
  readonly price: number;
  readonly size: number;
}

/** Executions of visible and hidden orders (types 4 and 5), in file order. */
export const lobsterPrints = (path: string): Print[] => {
  const prints: Print[] = [];
  for (const line of zipMember(path, '_message_').split('\n')) {
    const [, type, , size, price] = line.split(',');
    if (type === '4' || type === '5') prints.push({ size: Number(size), price: Number(price) / 10_000 });
  }
  return prints;
};

/** VPIN of the first `count` prints: 1,000-share buckets, tick rule, mean of the last 50; and how many buckets were full. */
export const directVpin = (prints: readonly Print[], count: number): { buckets: number; vpin: number } => {
  const values: number[] = [];
  let bought = 0;
  let sold = 0;
  let sign = 0;
  let before = Number.NaN;
  for (const { price, size } of prints.slice(0, count)) {
    if (price > before) sign = 1;
    else if (price < before) sign = -1;
    before = price;
    for (let left = size; left > 0; ) {
      const part = Math.min(left, 1_000 - bought - sold);
      bought += sign === 0 ? part / 2 : sign > 0 ? part : 0;
      sold += sign === 0 ? part / 2 : sign < 0 ? part : 0;
      left -= part;
      if (bought + sold < 1_000) continue;
      values.push(Math.abs(bought - sold) / 1_000);
      bought = 0;
      sold = 0;
    }
  }
  const last = values.slice(-50);
  return {
    buckets: values.length,
    vpin: last.length < 50 ? Number.NaN : last.reduce((sum, value) => sum + value, 0) / 50,
  };
};

/** Dollars per 1 % move from a Cboe file's own gamma and open interest: calls plus, puts minus. */
export const directGex = (path: string): { gex: number; contracts: number; spot: number } => {
  const lines = gunzipSync(readFileSync(path)).toString('utf8').split(/\r?\n/);
  const spot = Number(/Last: ([\d.]+)/.exec(lines.find((line) => line.includes('Last:')) ?? '')?.[1]);
  let gex = 0;
  let contracts = 0;
  for (const line of lines) {
    const cells = line.split(',');
    if (cells.length < 22 || !/^\w{3} \w{3} \d{1,2} \d{4}$/.test(cells[0] ?? '')) continue;
    const perPoint = 100 * spot * spot * 0.01;
    gex += Number(cells[9]) * Number(cells[10]) * perPoint;
    gex -= Number(cells[20]) * Number(cells[21]) * perPoint;
    contracts += 2;
  }
  return { gex, contracts, spot };
};
