import { expect, test } from 'bun:test';
import { stateHash } from '../engine/core/hash.ts';
import type { LedgerRow } from '../engine/ports/ledger.ts';
import type { TapeItem } from '../engine/ports/tape.ts';
import { command, createWorld, feed, goLive, optionOf, quoteOption, rally, wait } from '../engine/testing/world.ts';
import { replayRun } from './replay-run.ts';

/** A run with its tape, a hash on the tape after each entry, and all its rows. */
const recordedRun = () => {
  const world = createWorld();
  const tape: TapeItem[] = [];
  const keep = (): void => {
    const entry = world.entries.at(-1);
    if (!entry) throw new Error('no entry was fed');
    if (entry.input.kind !== 'broker.reported' && entry.input.kind !== 'command.given')
      tape.push({ kind: 'entry', entry });
    tape.push({ kind: 'mark', mark: { seq: entry.seq, stateHash: stateHash(world.state) } });
  };
  goLive(world);
  rally(world);
  quoteOption(world, optionOf('C', 600), 1.98, 2);
  command(world, { kind: 'kill' });
  wait(world, 500);
  const inputs = world.entries.map(({ at, input }) => ({ at, input }));
  const again = createWorld();
  Object.assign(world, again);
  for (const { at, input } of inputs) {
    world.at = at;
    feed(world, input);
    keep();
  }
  const rows = world.ledger.map((row, index): LedgerRow => {
    const started = { recovered: null, params: world.params, build: 'test' };
    return { ...row, position: index + 1, hash: '', body: row.kind === 'run.started' ? started : row.body };
  });
  return { rows, tape, lastSeq: world.seq };
};

test('wherever a crash cuts the record off before the tape, the replay is the run as far as it was committed', async () => {
  const { rows, tape, lastSeq } = recordedRun();
  expect(rows.filter(({ kind }) => kind === 'output').length).toBeGreaterThan(3);
  let cuts = 0;
  let uncommitted = 0;
  for (let seq = 0; seq <= lastSeq; seq++) {
    const committed = rows.filter((row) => row.seq <= seq);
    const report = await replayRun(committed, { items: () => tape });
    expect(report).toMatchObject({ ok: true, firstDifference: null, firstDifferentMark: null });
    cuts += 1;
    uncommitted = Math.max(uncommitted, report.uncommitted);
  }
  expect(cuts).toBeGreaterThan(10);
  expect(uncommitted).toBeGreaterThan(0);
});

test('a row that the core does not produce, or one that is missing between others, is a difference', async () => {
  const { rows, tape } = recordedRun();
  const output = rows.findIndex(({ kind }) => kind === 'output');
  const without = await replayRun(rows.toSpliced(output, 1), { items: () => tape });
  expect(without.ok).toBe(false);
  const input = rows.findIndex(({ kind }) => kind === 'input');
  expect((await replayRun(rows.toSpliced(input, 1), { items: () => tape })).ok).toBe(false);
});
