import { expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { sessionOn } from '../../engine/core/market/calendar.ts';
import { instant } from '../../engine/core/types.ts';
import { diffBook } from '../market/book-rows.ts';
import { bookOfRow, createLobsterPlayer } from '../market/recorded/lobster-player.ts';
import type { BookLevel, BookSnapshot } from '../market/types.ts';
import { openRecordings } from './open-recordings.ts';
import type { CboeRecording, LobsterRecording } from './types.ts';

const SHARED = join(import.meta.dir, '../../../../shared/data');
const CHAINS = join(SHARED, 'chains/cboe-quotedata');
const LOBSTER = join(SHARED, 'ticks/lobster');
const noChains = !existsSync(CHAINS);
const noLobster = !existsSync(LOBSTER);

const openOne = async <T>(path: string): Promise<T> => {
  const opened = await openRecordings([path]);
  if (!opened.ok) throw new Error(opened.problems.join('\n'));
  expect(opened.recordings.length).toBe(1);
  return opened.recordings[0] as T;
};

const FILES = [
  ['spx_2022-03-23_1011ET_spanish-locale.csv.gz', 'SPX', '2022-03-23T14:11', '2022-03-23', 9501, 41, 4479.0898],
  ['spx_2023-09-14_1631ET.csv.gz', 'SPX', '2023-09-14T20:31', '2023-09-14', 9960, 53, 4505.1001],
  ['xsp_2023-09-14_1630ET.csv.gz', 'XSP', '2023-09-14T20:30', '2023-09-14', 5441, 51, 450.51],
  ['spx_2022-06-11_2047ET_saturday.csv.gz', 'SPX', '2022-06-12T00:47', '2022-06-10', 9835, 44, 3900.8601],
  ['ndx_2022-02-05_2026ET_saturday.csv.gz', 'NDX', '2022-02-06T01:26', '2022-02-04', 9193, 34, 14694.3506],
] as const;

test.skipIf(noChains).each(FILES)(
  'the shared chain %s has its rows, dates and sums (shared data)',
  async (name, underlying, takenAt, sessionDate, rows, expirations, last) => {
    const cboe = await openOne<CboeRecording>(join(CHAINS, name));
    expect(cboe).toMatchObject({ underlying, sessionDate, last, strikeRowCount: rows, expirationCount: expirations });
    expect(new Date(cboe.takenAt).toISOString().slice(0, 16)).toBe(takenAt);
    expect(cboe.chain.length).toBe(rows * 2);
    // An independent reading of the text: open interest and gamma column by column.
    const lines = gunzipSync(readFileSync(join(CHAINS, name)))
      .toString()
      .trim()
      .split('\n')
      .slice(3);
    const column = (index: number): number => lines.reduce((sum, line) => sum + Number(line.split(',')[index]), 0);
    const total = (right: string, pick: 'openInterest' | 'gamma' | 'volume'): number =>
      cboe.chain.reduce((sum, row) => sum + (row.contract.right === right ? (row[pick] ?? Number.NaN) : 0), 0);
    expect(column(10)).toBeGreaterThan(10_000);
    expect([total('C', 'openInterest'), total('P', 'openInterest')]).toEqual([column(10), column(21)]);
    expect([total('C', 'volume'), total('P', 'volume')]).toEqual([column(6), column(17)]);
    expect(total('C', 'gamma')).toBeCloseTo(column(9), 9);
    expect(total('P', 'gamma')).toBeCloseTo(column(20), 9);
  },
);

const SAMPLES = [
  ['LOBSTER_SampleFile_AMZN_2012-06-21_5.zip', 'AMZN', 5, 155_935, 8974, 2445],
  ['LOBSTER_SampleFile_AAPL_2012-06-21_1.zip', 'AAPL', 1, 118_497, 23_658, 11_332],
] as const;

test.skipIf(noLobster).each(SAMPLES)(
  'the shared sample %s has its rows and executions, and plays each of them once in order (shared data)',
  async (name, symbol, levels, rows, visible, hidden) => {
    const lobster = await openOne<LobsterRecording>(join(LOBSTER, name));
    expect(lobster).toMatchObject({ symbol, levels, rowCount: rows, date: '2012-06-21' });
    const count = (type: number): number => lobster.type.filter((each) => each === type).length;
    expect([count(4), count(5), count(6), count(7)]).toEqual([visible, hidden, 0, 0]);

    const session = sessionOn(lobster.date);
    if (!session) throw new Error('expected a session');
    const player = createLobsterPlayer(lobster, session);
    const played: string[] = [];
    const at: number[] = [];
    for (let now = session.openAt as number; now <= session.closeAt; now += 60_000)
      player.playUntil(instant(now), (event) => {
        at.push(event.at);
        if (event.kind === 'trade') played.push(`${event.price} ${event.size}`);
      });
    const inFile: string[] = [];
    for (let row = 0; row < rows; row++)
      if (lobster.type[row] === 4 || lobster.type[row] === 5)
        inFile.push(`${(lobster.price[row] ?? 0) / 10_000} ${lobster.size[row]}`);
    expect(played.length).toBe(visible + hidden);
    expect(played).toEqual(inFile);
    expect(at.every((value, i) => i === 0 || value >= (at[i - 1] ?? 0))).toBe(true);
    expect(player.bars.latest(1000).reduce((sum, bar) => sum + bar.volume, 0)).toBe(player.quote().volume);
  },
);

test.skipIf(noLobster).each(SAMPLES)(
  'the row operations of %s rebuild every row of its book (shared data)',
  async (name) => {
    const lobster = await openOne<LobsterRecording>(join(LOBSTER, name));
    const book: { bids: BookLevel[]; asks: BookLevel[] } = { bids: [], asks: [] };
    let shown: BookSnapshot = { bids: [], asks: [] };
    let operations = 0;
    let wrong = 0;
    for (let row = 0; row < lobster.rowCount; row++) {
      const next = bookOfRow(lobster, row);
      for (const { operation, side, level, price, size, venue } of diffBook(shown, next)) {
        const rows = side === 0 ? book.asks : book.bids;
        rows.splice(level, operation === 0 ? 0 : 1, ...(operation === 2 ? [] : [{ price, size, venue }]));
        operations++;
      }
      shown = next;
      const same = (a: readonly BookLevel[], b: readonly BookLevel[]): boolean =>
        a.length === b.length && a.every((level, i) => level.price === b[i]?.price && level.size === b[i]?.size);
      if (!same(book.bids, next.bids) || !same(book.asks, next.asks)) wrong++;
      const [askPrice, askSize, bidPrice, bidSize] = lobster.book.subarray(row * lobster.levels * 4);
      if (book.asks[0]?.price !== (askPrice ?? 0) / 10_000 || book.asks[0]?.size !== askSize) wrong++;
      if (book.bids[0]?.price !== (bidPrice ?? 0) / 10_000 || book.bids[0]?.size !== bidSize) wrong++;
    }
    expect(wrong).toBe(0);
    expect(operations).toBeGreaterThan(lobster.rowCount / 2);
  },
);

test.skipIf(noLobster)('an archive that is cut off or damaged is refused by name (shared data)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'zip-'));
  const bytes = readFileSync(join(LOBSTER, 'LOBSTER_SampleFile_AAPL_2012-06-21_1.zip'));
  writeFileSync(join(folder, 'half.zip'), bytes.subarray(0, bytes.length / 2));
  const spoilt = Buffer.from(bytes);
  spoilt.fill(0, 50_000, 50_100);
  writeFileSync(join(folder, 'spoilt.zip'), spoilt);
  const half = await openRecordings([join(folder, 'half.zip')]);
  const damaged = await openRecordings([join(folder, 'spoilt.zip')]);
  rmSync(folder, { recursive: true });
  expect(half).toMatchObject({ ok: false, problems: [expect.stringContaining('half.zip: expected a ZIP archive')] });
  expect(damaged).toMatchObject({ ok: false, problems: [expect.stringContaining('the archive is damaged')] });
});
