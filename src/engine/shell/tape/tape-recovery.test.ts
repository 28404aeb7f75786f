import { afterAll, describe, expect, test } from 'bun:test';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Instant, instant } from '../../core/types.ts';
import { checkRun } from './check.ts';
import { indexPathOf, readIndex } from './index-file.ts';
import { holdOf } from './lock.ts';
import { pruneTapes } from './prune.ts';
import { recoverRun, recoverTapes } from './recover.ts';
import { createTapeReader } from './tape-reader.ts';
import { createTapeWriter, type RunTapeWriter } from './tape-writer.ts';

const SEED = 20_261_125;
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
const fresh = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'tape recovery '));
  folders.push(folder);
  return folder;
};
const START = Date.parse('2026-11-25T15:00:00Z');
const sessionDateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
const log = (): void => {};
const open = (folder: string, runId = 'run'): RunTapeWriter => createTapeWriter({ folder, runId, sessionDateOf, log });
const put = (tape: RunTapeWriter, seq: number, at: number = START + seq * 1_000): void =>
  tape.record({ seq, at: instant(at), input: { kind: 'depth.reset', symbol: `S${seq % 7}` } });

/** Blocks of five entries, one second apart; every other day of the month when `days` is above 1. */
const record = async (folder: string, blocks: number, days = 1): Promise<string[]> => {
  const tape = open(folder);
  let seq = 0;
  for (let day = 0; day < days; day += 1)
    for (let block = 0; block < blocks; block += 1) {
      for (let n = 0; n < 5; n += 1) {
        seq += 1;
        put(tape, seq, START + day * 2 * 86_400_000 + seq * 1_000);
      }
      await tape.flush();
    }
  await tape.close();
  return Array.from({ length: days }, (_, day) =>
    join(folder, 'run', `${sessionDateOf(START + day * 2 * 86_400_000)}.tape`),
  );
};
const read = (folder: string, span = {}, runId = 'run'): (number | 'gap')[] => {
  const seqs: (number | 'gap')[] = [];
  for (const item of createTapeReader({ folder }).items(runId, span))
    if (item.kind === 'entry') seqs.push(item.entry.seq);
    else if (item.kind === 'gap') seqs.push('gap');
  return seqs;
};
const range = (from: number, to: number): (number | 'gap')[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('a tape after a crash', () => {
  test('cut at every byte of its last two blocks, it keeps each whole block and tells the gap, and is sound again', async () => {
    const folder = fresh();
    const [path = ''] = await record(folder, 4);
    const whole = readFileSync(path);
    const { blocks } = readIndex(path);
    const third = blocks[2]?.at ?? 0;
    const ends = blocks.map(({ at, bytes }) => at + bytes);
    let torn = 0;
    for (let length = third; length < whole.length; length += 1) {
      writeFileSync(path, whole.subarray(0, length));
      const kept = ends.filter((end) => end <= length).length;
      const exact = length === (ends[kept - 1] ?? 0);
      const { cutBytes } = recoverRun(folder, 'run');
      expect([length, cutBytes]).toEqual([length, length - (ends[kept - 1] ?? 0)]);
      const expected = exact ? range(1, kept * 5) : [...range(1, kept * 5), 'gap' as const];
      expect<unknown[]>([length, ...read(folder)]).toEqual([length, ...expected]);
      const check = checkRun(folder, 'run');
      expect([length, check.ok, check.toldGaps.length]).toEqual([length, true, exact ? 0 : 1]);
      expect(recoverRun(folder, 'run').cutBytes).toBe(0);
      if (!exact) torn += 1;
    }
    expect(torn).toBeGreaterThan(100);
  });

  test('torn in the first block of its first day, nothing but the gap is left', async () => {
    const folder = fresh();
    const [path = ''] = await record(folder, 1);
    truncateSync(path, 30);
    recoverRun(folder, 'run');
    expect(read(folder)).toEqual(['gap']);
    expect(checkRun(folder, 'run').ok).toBe(true);
  });

  test('torn in the first block of a later day, the gap follows what the day before ended with', async () => {
    const folder = fresh();
    const [, second = ''] = await record(folder, 2, 2);
    truncateSync(second, 60);
    recoverRun(folder, 'run');
    expect(read(folder)).toEqual([...range(1, 10), 'gap']);
    expect(checkRun(folder, 'run').ok).toBe(true);
  });

  test('only a run whose writer is gone is recovered', async () => {
    const folder = fresh();
    const living = open(folder, 'living');
    put(living, 1);
    await living.flush();
    await record(folder, 2);
    const crashed = join(folder, 'crashed');
    mkdirSync(crashed);
    copyFileSync(join(folder, 'run', '2026-11-25.tape'), join(crashed, '2026-11-25.tape'));
    truncateSync(join(crashed, '2026-11-25.tape'), 100);
    const holder = { pid: 2 ** 22 + 1, startedAt: null, host: (await import('node:os')).hostname(), since: '' };
    writeFileSync(join(crashed, 'writer.lock'), JSON.stringify(holder));
    expect(holdOf(crashed).state).toBe('abandoned');
    expect(recoverTapes(folder, log).map(({ runId }) => runId)).toEqual(['crashed']);
    expect(holdOf(crashed).state).toBe('closed');
    expect(holdOf(join(folder, 'living')).state).toBe('written');
    await living.close();
    expect(holdOf(join(folder, 'living')).state).toBe('closed');
  });
});

describe('the lock', () => {
  test('a second writer of the same run is refused and told who holds it; once closed it may come', async () => {
    const folder = fresh();
    const first = open(folder);
    expect(() => open(folder)).toThrow(`is written by process ${process.pid}`);
    await first.close();
    await open(folder).close();
  });

  test('a holder of another machine is left alone', () => {
    const folder = fresh();
    mkdirSync(join(folder, 'run'), { recursive: true });
    const holder = { pid: 1, startedAt: null, host: 'elsewhere', since: '2026-11-25' };
    writeFileSync(join(folder, 'run', 'writer.lock'), JSON.stringify(holder));
    expect(() => open(folder)).toThrow('process 1 on elsewhere');
    expect(recoverTapes(folder, log)).toEqual([]);
  });
});

describe('the index', () => {
  const at = (seq: number): Instant => instant(START + seq * 1_000);

  test(`whatever the index is like, a span reads as the whole tape filtered (seed ${SEED})`, async () => {
    const folder = fresh();
    const [path = '', second = ''] = await record(folder, 12, 2);
    const indexes = [path, second].map((tape) => [indexPathOf(tape), readFileSync(indexPathOf(tape))] as const);
    const all: [number, number][] = [];
    for (const item of createTapeReader({ folder }).items('run'))
      if (item.kind === 'entry') all.push([item.entry.seq, item.entry.at]);
    expect(all).toHaveLength(120);
    const [low, high] = [START - 5_000, (all.at(-1)?.[1] ?? 0) + 5_000];
    fc.assert(
      fc.property(
        fc.constantFrom(...all.map(([, time]) => time), low, high),
        fc.constantFrom(...all.map(([, time]) => time), low, high),
        fc.integer({ min: -1_500, max: 1_500 }),
        fc.constantFrom('whole', 'missing', 'torn', 'damaged'),
        (a, b, shift, damage) => {
          for (const [name, bytes] of indexes) {
            if (damage === 'missing') rmSync(name, { force: true });
            else writeFileSync(name, damage === 'torn' ? bytes.subarray(0, bytes.length * 0.4) : bytes);
            if (damage === 'damaged') {
              const broken = Buffer.from(bytes);
              broken[Math.floor(bytes.length / 3)] = 0x55;
              writeFileSync(name, broken);
            }
          }
          const [from, to] = [instant(Math.min(a, b) + shift), instant(Math.max(a, b) + shift)];
          const expected = all.filter(([, time]) => time >= from && time <= to).map(([seq]) => seq);
          expect(read(folder, { from, to })).toEqual(expected);
        },
      ),
      { seed: SEED, numRuns: 150 },
    );
  });

  test('seeking reads from the block before, not from the beginning: damage before it is not met', async () => {
    const folder = fresh();
    const [path = ''] = await record(folder, 20);
    const bytes = readFileSync(path);
    bytes[60] = (bytes[60] ?? 0) ^ 0xff;
    writeFileSync(path, bytes);
    expect(read(folder)[0]).toBe('gap');
    expect(read(folder, { from: at(50) })).toEqual(range(50, 100));
  });

  test('an index of another tape is not believed', async () => {
    const [folder, other] = [fresh(), fresh()];
    const [path = ''] = await record(folder, 6);
    const [bigger = ''] = await record(other, 9);
    copyFileSync(indexPathOf(bigger), indexPathOf(path));
    expect(readIndex(path).blocks).toHaveLength(6);
    expect(read(folder, { from: at(20) })).toEqual(range(20, 30));
    expect(checkRun(folder, 'run').ok).toBe(true);
  });
});

describe('checking', () => {
  test('a flipped byte anywhere is found, and the first bad spot is in its block', async () => {
    const folder = fresh();
    const [path = ''] = await record(folder, 3);
    const whole = readFileSync(path);
    const { blocks } = readIndex(path);
    expect(checkRun(folder, 'run')).toMatchObject({ ok: true, entries: 15, blocks: 3 });
    for (let byte = 0; byte < whole.length; byte += 1) {
      const bytes = Buffer.from(whole);
      bytes[byte] = (bytes[byte] ?? 0) ^ 0x01;
      writeFileSync(path, bytes);
      const { ok, bad } = checkRun(folder, 'run');
      const block = blocks.findLast(({ at: begins }) => begins <= byte);
      expect([byte, ok, bad[0]?.byte]).toEqual([byte, false, block?.at]);
    }
  });

  test('a day that was taken away is named', async () => {
    const folder = fresh();
    const [, second = ''] = await record(folder, 2, 3);
    rmSync(second);
    rmSync(indexPathOf(second));
    const { ok, bad } = checkRun(folder, 'run');
    expect(ok).toBe(false);
    expect(bad[0]?.problem).toContain('between sequence 10 and 20');
  });
});

describe('pruning', () => {
  test('old days of closed runs go; runs that are written, or were left by a crash, keep everything', async () => {
    const folder = fresh();
    await record(folder, 1, 3);
    const living = open(folder, 'living');
    put(living, 1, START - 300 * 86_400_000);
    await living.flush();
    expect(pruneTapes(folder, 2, '2026-11-29', log)).toEqual(['run/2026-11-25']);
    expect(existsSync(indexPathOf(join(folder, 'run', '2026-11-25.tape')))).toBe(false);
    expect(existsSync(join(folder, 'run', '2026-11-27.tape'))).toBe(true);
    expect(pruneTapes(folder, 1, '2027-11-29', log)).toEqual(['run/2026-11-27', 'run/2026-11-29']);
    expect(existsSync(join(folder, 'run'))).toBe(false);
    expect(read(folder, {}, 'living')).toEqual([1]);
    await living.close();
  });
});
