import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkRun } from '../../src/engine/shell/tape/check.ts';
import { holdOf } from '../../src/engine/shell/tape/lock.ts';
import { recoverTapes } from '../../src/engine/shell/tape/recover.ts';
import { createTapeReader } from '../../src/engine/shell/tape/tape-reader.ts';
import { createTapeWriter } from '../../src/engine/shell/tape/tape-writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'tape crash '));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a writing process killed at any moment loses nothing it had flushed, and holds nobody up', async () => {
  for (let round = 0; round < 4; round += 1) {
    const runId = `run-${round}`;
    const command = [process.execPath, '--no-env-file', join(import.meta.dir, 'tape-writer-process.ts'), folder, runId];
    const writer = Bun.spawn(command, { stdout: 'pipe', stderr: 'inherit' });
    let flushed = 0;
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of writer.stdout) {
      text += decoder.decode(chunk, { stream: true });
      flushed = Number(text.slice(0, text.lastIndexOf('\n')).split('\n').at(-1) ?? 0);
      if (flushed < 20_000 * (round + 1)) continue;
      const held = holdOf(join(folder, runId));
      expect(held).toMatchObject({ state: 'written', holder: { pid: writer.pid } });
      expect(() => createTapeWriter({ folder, runId, sessionDateOf: () => '2026-11-25', log: () => {} })).toThrow(
        `is written by process ${writer.pid}`,
      );
      writer.kill('SIGKILL');
      break;
    }
    await writer.exited;
    expect(recoverTapes(folder, () => {}).map((one) => one.runId)).toEqual([runId]);
    const check = checkRun(folder, runId);
    expect(check.bad).toEqual([]);
    let seq = 0;
    for (const item of createTapeReader({ folder }).items(runId)) {
      if (item.kind !== 'entry') continue;
      seq += 1;
      if (item.entry.seq !== seq) throw new Error(`after ${seq - 1} comes ${item.entry.seq}`);
    }
    expect(seq).toBeGreaterThanOrEqual(flushed);
    expect(flushed).toBeGreaterThan(0);
    await createTapeWriter({ folder, runId, sessionDateOf: () => '2026-11-25', log: () => {} }).close();
  }
});
