import type { Log } from '../log.ts';
import type { EngineAnswer, EngineOptions, EngineRequest } from './engine-options.ts';

const RESTART_FIRST_MS = 250;
const RESTART_MAX_MS = 10_000;
/** A run that lasted this long starts the next restart's wait from the beginning. */
const STEADY_MS = 30_000;

export interface EngineSupervisor {
  /** Ends the thread as a crash would: for drills and tests. */
  crash(): void;
  /** Seals the run and ends the thread. */
  stop(): Promise<void>;
}

export interface SuperviseOptions {
  readonly engine: EngineOptions;
  readonly log: Log;
  /** True while a thread is up (or on its first start), false from its death until the next one has started. */
  readonly onUp: (up: boolean) => void;
}

/** Runs the engine on a Worker and brings it back when it dies; recovery is the engine's own business, from the ledger. */
export const superviseEngine = (options: SuperviseOptions): EngineSupervisor => {
  const { log } = options;
  let worker: Worker | null = null;
  let stopping = false;
  let waitMs = RESTART_FIRST_MS;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let ended: () => void = () => {};

  const hear = (answer: EngineAnswer): void => {
    if (answer.kind === 'started') {
      log('info', 'engine run started', { runId: answer.runId });
      options.onUp(true);
    } else if (answer.kind === 'waiting') log('warn', 'engine stands by', { reason: answer.reason });
    else if (answer.kind === 'failed') log('error', 'engine failed', { reason: answer.reason });
    else log('info', 'engine run sealed', { seq: answer.seq, stateHash: answer.stateHash });
  };

  const start = (): void => {
    const startedAt = Date.now();
    const thread = new Worker(new URL('../engine-thread.ts', import.meta.url).href);
    worker = thread;
    thread.onmessage = (event: MessageEvent<EngineAnswer>) => hear(event.data);
    thread.onerror = (event) => log('error', 'engine thread threw', { reason: event.message });
    thread.addEventListener('close', () => {
      worker = null;
      ended();
      if (stopping) return;
      options.onUp(false);
      if (Date.now() - startedAt > STEADY_MS) waitMs = RESTART_FIRST_MS;
      log('warn', 'engine thread ended; restarting', { waitMs });
      timer = setTimeout(start, waitMs);
      waitMs = Math.min(waitMs * 2, RESTART_MAX_MS);
    });
    thread.postMessage({ kind: 'start', options: options.engine } satisfies EngineRequest);
  };
  start();

  return {
    crash: () => worker?.postMessage({ kind: 'crash' } satisfies EngineRequest),
    stop: async () => {
      stopping = true;
      if (timer) clearTimeout(timer);
      const thread = worker;
      if (!thread) return;
      const gone = new Promise<void>((resolve) => {
        ended = resolve;
      });
      thread.postMessage({ kind: 'stop' } satisfies EngineRequest);
      await Promise.race([gone, Bun.sleep(2_500)]);
      worker?.terminate();
    },
  };
};
