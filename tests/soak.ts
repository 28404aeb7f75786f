/** `bun run soak [seconds] [first seed]`: fault drills from one seed after another, until the time is up or one fails. */
import { runFaults } from './chaos/support/fault-run.ts';

const [seconds = '600', first = String(Date.now() % 1_000_000)] = process.argv.slice(2);
const until = performance.now() + Number(seconds) * 1_000;
let failed = 0;
for (let seed = Number(first); performance.now() < until; seed++) {
  const { problems, done, kills, counts } = await runFaults({ seed, troubleMs: 20_000 });
  process.stdout.write(
    `seed ${seed}: ${problems.length === 0 ? 'sound' : 'FAILED'} ${JSON.stringify({ ...counts, kills })}\n`,
  );
  if (problems.length === 0) continue;
  failed += 1;
  process.stdout.write(`${problems.map((problem) => `  ${problem}`).join('\n')}\n  ${done.join('; ')}\n`);
}
process.exitCode = failed > 0 ? 1 : 0;
