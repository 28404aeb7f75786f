/** Composition root of the engine's thread: shells, ledger and core into one runner. */
import { randomBytes } from 'node:crypto';
import { openDatabase } from './db/client.ts';
import { createPostgresLedger } from './db/ledger.ts';
import { commandsAfter, markCommandTaken } from './db/queries/commands.ts';
import { stateHash } from './engine/core/hash.ts';
import { dateInNewYork } from './engine/core/market/calendar.ts';
import { brokerNumbersOf } from './engine/core/recover.ts';
import { createState, type State } from './engine/core/state.ts';
import { step } from './engine/core/step.ts';
import { viewOf } from './engine/core/view-of.ts';
import { createAlphaVantageFeed } from './engine/shell/alphavantage/alphavantage-feed.ts';
import { createMemoryBus } from './engine/shell/bus/memory-bus.ts';
import { createRedisBus } from './engine/shell/bus/redis-bus.ts';
import { createScaledClock, createSystemClock } from './engine/shell/clock.ts';
import { createIbkr } from './engine/shell/ibkr/ibkr.ts';
import { createRunner, type Runner } from './engine/shell/runner.ts';
import { createTapeWriter } from './engine/shell/tape/tape-writer.ts';
import { createLog } from './log.ts';
import type { EngineAnswer, EngineOptions, EngineRequest } from './process/engine-options.ts';
import { configHash } from './process/plan-engine.ts';
import { recoverFromLedger } from './process/recover-from-ledger.ts';
import { marketTimeOf } from './sandbox/market/session-clock.ts';

declare const self: Worker;

const LEAD_RETRY_MS = 1_000;

const answer = (message: EngineAnswer): void => self.postMessage(message);

/** Ends the thread; the supervisor starts a new one, which recovers from the ledger. */
const endThread = (code: number): never => process.exit(code);

const openWhenFree = async (ledger: ReturnType<typeof createPostgresLedger>): Promise<void> => {
  for (let told = false; ; told = true) {
    const opened = await ledger.open();
    if (opened.ok) return;
    if (!told) answer({ kind: 'waiting', reason: opened.reason });
    await Bun.sleep(LEAD_RETRY_MS);
  }
};

const start = async (options: EngineOptions): Promise<Runner> => {
  const log = createLog(options.logLevel, 'engine');
  const anchor = options.clockAnchor;
  const clock = anchor ? createScaledClock(() => marketTimeOf(anchor, Date.now())) : createSystemClock();
  const ledger = createPostgresLedger({ url: options.databaseUrl });
  await openWhenFree(ledger);
  const { recovered, takenCommandIds } = await recoverFromLedger(ledger);
  const runId = randomBytes(5).toString('hex');
  const database = openDatabase({ url: options.databaseUrl, connectionsMax: 2 });
  for (const id of takenCommandIds) await markCommandTaken(database.db, id);
  const bus = options.redisUrl
    ? createRedisBus({ url: options.redisUrl, log })
    : createMemoryBus({ name: 'quanticity' });
  const params = {
    runId,
    symbols: options.symbols.map(({ symbol }) => symbol),
    limits: options.limits,
    mode: options.mode,
    rates: options.rates,
  };
  const state = createState(params, recovered ?? undefined);
  const ibkr = createIbkr({
    ...options.ibkr,
    symbols: options.symbols.map((traded) => ({ ...traded, exchange: 'SMART' })),
    clock,
    log,
  });
  const withOptions = options.symbols.filter((traded) => traded.options).map(({ symbol }) => symbol);
  const alphaVantage = createAlphaVantageFeed({
    ...options.alphaVantage,
    optionSymbols: withOptions,
    barSymbols: options.symbols.filter(({ kind }) => kind === 'stock').map(({ symbol }) => symbol),
    clock,
    log,
  });
  const runner = createRunner<State>({
    runId,
    state,
    step,
    stateHash,
    viewOf,
    started: { recovered, params, build: options.build, configHash: configHash(options) },
    clock,
    ledger,
    tape: createTapeWriter({ folder: options.tapeFolder, runId, sessionDateOf: dateInNewYork, log }),
    broker: ibkr.broker,
    knownOrders: recovered ? brokerNumbersOf(recovered) : new Map(),
    feeds: [ibkr.feed, alphaVantage],
    bus,
    commands: {
      takeNew: (afterId) => commandsAfter(database.db, afterId),
      markTaken: (id) => markCommandTaken(database.db, id),
    },
    takenCommandIds,
    onFatal: (error) => {
      answer({ kind: 'failed', reason: error.message });
      endThread(1);
    },
    log,
  });
  await runner.start();
  answer({ kind: 'started', runId });
  return runner;
};

let running: Promise<Runner> | null = null;

const stop = async (): Promise<void> => {
  try {
    const sealed = await (await running)?.stop();
    if (sealed) answer({ kind: 'stopped', ...sealed });
  } finally {
    endThread(0);
  }
};

self.onmessage = (event: MessageEvent<EngineRequest>) => {
  const request = event.data;
  if (request.kind === 'crash') endThread(70);
  else if (request.kind === 'stop') void stop();
  else {
    running = start(request.options);
    running.catch((error: Error) => {
      answer({ kind: 'failed', reason: error.message });
      endThread(1);
    });
  }
};
