/** One engine in a process of its own, to be killed. Its options come as JSON on standard input; `end` seals the run. */
import type { EngineOptions } from '../../src/process/engine-options.ts';
import { startEngine } from '../../src/process/start-engine.ts';

const lines = console[Symbol.asyncIterator]();
const { value: first } = await lines.next();
const engine = await startEngine(JSON.parse(first ?? '') as EngineOptions, {
  onWaiting: () => {},
  onFatal: (error) => {
    process.stderr.write(`fatal: ${error.stack}\n`);
    process.exit(1);
  },
});
process.stdout.write(`${engine.runId}\n`);
await lines.next();
await engine.stop();
process.exit(0);
