import { expect, test } from 'bun:test';
import { runFaults } from './support/fault-run.ts';

/** `bun run soak` goes on from here for as long as one likes. */
const SEEDS = [1, 2];
let executions = 0;

test.each(SEEDS)(
  'seed %d: whatever breaks, nothing is doubled, nothing is over-closed, stops rest, books agree, and the replay is the run',
  async (seed) => {
    const { problems, done, counts } = await runFaults({ seed, troubleMs: 7_000 });
    if (problems.length > 0) console.error(`seed ${seed}: ${done.join('; ')}`);
    expect(problems).toEqual([]);
    executions += counts.executions;
  },
  90_000,
);

test('the drills above have traded', () => {
  expect(executions).toBeGreaterThan(1);
});
