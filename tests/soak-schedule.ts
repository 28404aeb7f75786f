/**
 * `bun run soak:schedule [seconds] [first seed]`: Alpha Vantage's call budget over random hours of half days, clock
 * changes, outages and small budgets, from one seed after another, until the time is up.
 */
import { drillOf, runScheduleDrill } from '../src/engine/testing/schedule-drill.ts';

const HOUR_MS = 3_600_000;
const [seconds = '600', first = String(Date.now() % 1_000_000)] = process.argv.slice(2);
const until = performance.now() + Number(seconds) * 1_000;
let drills = 0;
let asked = 0;
let failed = 0;
for (let seed = Number(first); performance.now() < until; seed++) {
  const drill = runScheduleDrill(drillOf(seed, 2 * HOUR_MS));
  drills += 1;
  asked += drill.asked.length;
  if (drill.problems.length === 0) continue;
  failed += 1;
  process.stdout.write(`seed ${seed}: FAILED\n${drill.problems.map((problem) => `  ${problem}`).join('\n')}\n`);
}
process.stdout.write(`${drills} drills of two hours from seed ${first}, ${asked} questions, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;
