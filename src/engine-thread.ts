/** The engine's own thread: starts one engine, seals it when told, dies when it cannot go on. */
import type { EngineAnswer, EngineRequest } from './process/engine-options.ts';
import { type RunningEngine, startEngine } from './process/start-engine.ts';

declare const self: Worker;

const CRASH_EXIT_CODE = 70;

const answer = (message: EngineAnswer): void => self.postMessage(message);

/** Ends the thread; unless the server is going down the supervisor starts a new one, which recovers from the ledger. */
const fail = (error: Error): void => {
  answer({ kind: 'failed', reason: error.message });
  process.exit(1);
};

let running: Promise<RunningEngine> | null = null;

const stop = async (): Promise<void> => {
  try {
    const engine = await running;
    if (engine) answer({ kind: 'stopped', ...(await engine.stop()) });
  } finally {
    process.exit(0);
  }
};

self.onmessage = (event: MessageEvent<EngineRequest>) => {
  const request = event.data;
  if (request.kind === 'crash') process.exit(CRASH_EXIT_CODE);
  if (request.kind === 'stop') return void stop();
  running = startEngine(request.options, {
    onWaiting: (reason) => answer({ kind: 'waiting', reason }),
    onFatal: fail,
  });
  running.then(({ runId }) => answer({ kind: 'started', runId }), fail);
};
