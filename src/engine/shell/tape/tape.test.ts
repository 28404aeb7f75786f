import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry } from '../../core/inputs.ts';
import { instant } from '../../core/types.ts';
import { readTape, tapeContract } from '../../testing/tape-contract.ts';
import { createTapeReader } from './tape-reader.ts';
import { createTapeWriter } from './tape-writer.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
const freshFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'tape test '));
  folders.push(folder);
  return folder;
};
const START = 1_648_044_000_000;
const sessionDateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
const writerIn = (folder: string, runId = 'run') => createTapeWriter({ folder, runId, sessionDateOf, log: () => {} });
const timer = (seq: number, at = START + seq): Entry => ({ seq, at: instant(at), input: { kind: 'timer.fired' } });

/** Three blocks of ten entries each. */
const threeBlocks = async (folder: string): Promise<string> => {
  const tape = writerIn(folder);
  for (let seq = 1; seq <= 30; seq += 1) {
    tape.record(timer(seq));
    if (seq % 10 === 0) await tape.flush();
  }
  await tape.close();
  return join(folder, 'run', '2022-03-23.tape');
};
const shapeOf = async (folder: string): Promise<string[]> =>
  (await readTape(createTapeReader({ folder }), 'run')).map((item) =>
    item.kind === 'entry' ? String(item.entry.seq) : item.kind === 'gap' ? `gap after ${item.afterSeq}` : 'mark',
  );
const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => String(from + i));

describe('tape files', () => {
  tapeContract(async () => {
    const folder = freshFolder();
    return { writer: (runId) => writerIn(folder, runId), reader: createTapeReader({ folder }) };
  });

  test('each session date has its file, and reading goes through all of them', async () => {
    const folder = freshFolder();
    const tape = writerIn(folder);
    tape.record(timer(1));
    tape.record(timer(2, START + 86_400_000));
    await tape.close();
    expect(readdirSync(join(folder, 'run')).sort()).toEqual([
      '2022-03-23.index',
      '2022-03-23.tape',
      '2022-03-24.index',
      '2022-03-24.tape',
    ]);
    expect(await shapeOf(folder)).toEqual(['1', '2']);
  });

  test('a torn last block is a gap after the last whole one, wherever it is torn', async () => {
    const folder = freshFolder();
    const path = await threeBlocks(folder);
    const whole = readFileSync(path);
    let torn = 0;
    for (let length = whole.length - 1; length > whole.length - 50; length -= 7) {
      truncateSync(path, length);
      expect(await shapeOf(folder)).toEqual([...numbers(1, 20), 'gap after 20']);
      torn += 1;
    }
    expect(torn).toBeGreaterThan(3);
  });

  test('one damaged byte anywhere in the middle block is a gap, and what follows is read', async () => {
    const folder = freshFolder();
    const path = await threeBlocks(folder);
    const whole = readFileSync(path);
    const second = whole.indexOf('QCT1', 4);
    const third = whole.indexOf('QCT1', second + 4);
    expect(third).toBeGreaterThan(second + 48);
    for (let at = second; at < third; at += 1) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 0xff;
      writeFileSync(path, bytes);
      const shape = await shapeOf(folder);
      expect(shape.filter((one) => !one.startsWith('gap'))).toEqual([...numbers(1, 10), ...numbers(21, 30)]);
      expect(shape[10]).toBe('gap after 10');
    }
  });

  test('a missing day is a gap even though sequence numbers may jump', async () => {
    const folder = freshFolder();
    const tape = writerIn(folder);
    tape.record(timer(1));
    tape.record(timer(2, START + 86_400_000));
    tape.record(timer(9, START + 2 * 86_400_000));
    await tape.close();
    rmSync(join(folder, 'run', '2022-03-24.tape'));
    expect(await shapeOf(folder)).toEqual(['1', 'gap after 1', '9']);
  });

  test('a folder that cannot be written fails the flush, not the recording', async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, 'run'), 'a file where the folder should be');
    const tape = writerIn(folder);
    tape.record(timer(1));
    await expect(tape.flush()).rejects.toThrow();
    await tape.close();
  });

  test('a run id that is no file name is refused', () => {
    expect(() => writerIn(freshFolder(), '../elsewhere')).toThrow('run id');
  });
});
