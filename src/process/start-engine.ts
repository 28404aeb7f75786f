import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { openDatabase } from '../db/client.ts';
import { createPostgresLedger } from '../db/ledger.ts';
import { commandsAfter, markCommandTaken } from '../db/queries/commands.ts';
import { stateHash } from '../engine/core/hash.ts';
import { brokerNumbersOf } from '../engine/core/recover.ts';
import { createState, type State } from '../engine/core/state.ts';
import { step } from '../engine/core/step.ts';
import type { Instant } from '../engine/core/types.ts';
import type { EngineView } from '../engine/core/view.ts';
import { viewOf } from '../engine/core/view-of.ts';
import type { Ledger } from '../engine/ports/ledger.ts';
import { createAlphaVantageFeed } from '../engine/shell/alphavantage/feed.ts';
import { createCalendarFeed, readCalendarFile } from '../engine/shell/calendar/calendar-file.ts';
import { createScaledClock, createSystemClock } from '../engine/shell/clock.ts';
import { createIbkr } from '../engine/shell/ibkr/ibkr.ts';
import { createRunner } from '../engine/shell/runner.ts';
import { createLog, type Log } from '../log.ts';
import { marketTimeOf } from '../sandbox/market/session-clock.ts';
import type { EngineOptions, TradedSymbol } from './engine-options.ts';
import { openBus } from './open-bus.ts';
import { openRecords, type Records } from './open-records.ts';
import { createPastChains } from './past-chains.ts';
import { configHash } from './plan-engine.ts';
import { recoverFromLedger } from './recover-from-ledger.ts';

const LEAD_RETRY_MS = 1_000;

/** Without options there is nothing to trade: a volatility index is measured alone. */
const isTraded = ({ options }: TradedSymbol): boolean => options;

/** The file as it is now: a restart of this thread must not go back to the calendar of the program's start. */
const calendarOf = ({ calendar }: EngineOptions, log: Log) => {
  if (calendar.path === null) return { overrides: calendar.overrides, feeds: [] };
  const read = readCalendarFile(calendar.path);
  if (!read.ok)
    log('error', 'the calendar file cannot be taken; the last one stays', { problems: read.problems.join('; ') });
  const feeds = [createCalendarFeed(calendar.path, read.ok ? read.text : '', log)];
  return { overrides: read.ok ? read.overrides : calendar.overrides, feeds };
};

const openWhenFree = async (ledger: Ledger, onWaiting: (reason: string) => void): Promise<void> => {
  for (let told = false; ; told = true) {
    const opened = await ledger.open();
    if (opened.ok) return;
    if (!told) onWaiting(opened.reason);
    await Bun.sleep(LEAD_RETRY_MS);
  }
};

export interface EngineEvents {
  /** Another engine leads; this one waits until it may. */
  readonly onWaiting: (reason: string) => void;
  /** The engine stopped folding and performing. What holds it must end and start anew. */
  readonly onFatal: (error: Error) => void;
}

export interface RunningEngine {
  readonly runId: string;
  /** Seals the run and lets go of the ledger. */
  stop(): Promise<{ readonly seq: number; readonly stateHash: string }>;
}

/** Cash indices have options, and neither bars nor articles of their own there. */
const alphaVantageSymbols = (symbols: readonly TradedSymbol[], traded: readonly string[]) => {
  const stocks = symbols.filter(({ kind }) => kind === 'stock').map(({ symbol }) => symbol);
  const watched = stocks.filter((symbol) => traded.includes(symbol));
  return { optionSymbols: traded, barSymbols: stocks, indicatorSymbols: watched, newsSymbols: watched, macro: true };
};

/** The core's view, and how its copy in the state store stands. */
const viewWith =
  ({ storeHealth }: Records) =>
  (state: State, at: Instant): EngineView => {
    const view = viewOf(state, at);
    return { ...view, sources: { ...view.sources, stateStore: storeHealth() } };
  };

/** Wires one engine: ledger and recovery, shells, core, runner. Resolves once the run is in the ledger. */
export const startEngine = async (options: EngineOptions, events: EngineEvents): Promise<RunningEngine> => {
  const log = createLog(options.logLevel, 'engine');
  const anchor = options.clockAnchor;
  const clock = anchor ? createScaledClock(() => marketTimeOf(anchor, Date.now())) : createSystemClock();
  const ledger = createPostgresLedger({ url: options.databaseUrl });
  await openWhenFree(ledger, events.onWaiting);
  const { recovered, takenCommandIds } = await recoverFromLedger(ledger);
  const runId = randomBytes(5).toString('hex');
  const database = openDatabase({ url: options.databaseUrl, connectionsMax: 2 });
  for (const id of takenCommandIds) await markCommandTaken(database.db, id);
  const bus = openBus(options.redisUrl, log);
  const records = openRecords(options, { runId, now: clock.now(), log });
  const calendar = calendarOf(options, log);
  const params = {
    runId,
    symbols: options.symbols.filter(isTraded).map(({ symbol }) => symbol),
    measured: options.symbols.filter((traded) => !isTraded(traded)).map(({ symbol }) => symbol),
    limits: options.limits,
    mode: options.mode,
    rates: options.rates,
    calendar: calendar.overrides,
    gateway: options.gateway,
  };
  const state = createState(params, recovered ?? undefined);
  const ibkr = createIbkr({
    ...options.ibkr,
    ...records.forFeeds,
    symbols: options.symbols.map((traded) => ({ ...traded, exchange: 'SMART' })),
    gateway: options.gateway,
    // The oldest quote that is traded on, and the second that stamps leave open.
    lagMsMax: options.limits.quoteAgeMsMax + 1_000,
    clock,
    log,
  });
  const alphaVantage = createAlphaVantageFeed({
    ...options.alphaVantage,
    ...records.forFeeds,
    ...alphaVantageSymbols(options.symbols, params.symbols),
    backfill: {
      sessions: options.alphaVantage.backfillSessions,
      pastChains: createPastChains(database.db, dirname(options.tapeFolder)),
    },
    clock,
    log,
  });
  const runner = createRunner<State>({
    runId,
    state,
    step,
    stateHash,
    viewOf: viewWith(records),
    started: { recovered, params, build: options.build, configHash: configHash(options) },
    clock,
    ledger,
    tape: records.tape,
    broker: ibkr.broker,
    knownOrders: recovered ? brokerNumbersOf(recovered) : new Map(),
    feeds: [ibkr.feed, alphaVantage, ...calendar.feeds],
    bus,
    commands: {
      takeNew: (afterId) => commandsAfter(database.db, afterId),
      markTaken: (id) => markCommandTaken(database.db, id),
    },
    takenCommandIds,
    onFatal: events.onFatal,
    onPulse: records.onPulse,
    log,
  });
  await runner.start();
  records.begun();
  return {
    runId,
    stop: async () => {
      const sealed = await runner.stop();
      await records.close();
      await Promise.all([ledger.close(), database.close(), bus.close()]);
      return sealed;
    },
  };
};
