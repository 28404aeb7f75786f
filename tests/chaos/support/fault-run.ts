import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { giveCommand } from '../../../src/db/queries/commands.ts';
import type { Command } from '../../../src/engine/core/inputs.ts';
import { DEFAULT_LIMITS } from '../../../src/engine/core/limits.ts';
import { createRandom, type Random } from '../../../src/engine/testing/random.ts';
import type { EngineOptions } from '../../../src/process/engine-options.ts';
import { type AlphaVantageSandbox, startAlphaVantageSandbox } from '../../../src/sandbox/alphavantage/server.ts';
import type { SessionClockAnchor } from '../../../src/sandbox/market/session-clock.ts';
import { startTwsSandbox, type TwsSandbox } from '../../../src/sandbox/tws/server.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { IBKR_DEFAULTS } from '../../support/ibkr-defaults.ts';
import { until } from '../../support/server.ts';
import { type EngineProcess, launchEngine } from './engine-process-handle.ts';
import { buyBackByHand, MISCHIEF, type Victims } from './fault-plan.ts';
import { recordOf, SPEED, type Verdict, verdictOf } from './fault-verdict.ts';
import { RestlessMarket } from './restless-market.ts';
import { OUR_CLIENT_ID, watchExchange } from './watch-exchange.ts';

const MOVE_EVERY_MS = 40;
const MISCHIEF_CHANCE = 0.05;
const KILL_ENGINE_CHANCE = 0.004;
const AMBUSH_CHANCE = 0.01;
const COMMAND_CHANCE = 0.01;
const CALM_WAIT_MS = 30_000;
/** The engine buys back by itself what its own books say is short. */
const HAND_WAITS_MS = 8_000;
const REARM_AFTER_MS = 1_500;
const OPERATOR = { kind: 'operator', userId: '1', email: 'drill@example.com' } as const;

export interface FaultRunOptions {
  readonly seed: number;
  /** Wall milliseconds of trouble, before calm and the kill switch. */
  readonly troubleMs: number;
}

export const engineOptions = (databaseUrl: string, tapeFolder: string, world: World): EngineOptions => ({
  databaseUrl,
  redisUrl: null,
  tapeFolder,
  mode: 'simulated',
  symbols: [{ symbol: 'SPY', kind: 'stock', depth: true, trades: true, options: true }],
  limits: {
    ...DEFAULT_LIMITS,
    quoteAgeMsMax: 500 * SPEED,
    bookAgeMsMax: 1_000 * SPEED,
    chainAgeMsMax: 3_000 * SPEED,
    entryLifetimeMs: 1_500 * SPEED,
    signalCooldownMs: 300 * SPEED,
    maxDailyLossFraction: 1,
  },
  rates: { rate: 0.04, dividendYield: 0.013 },
  ibkr: { host: '127.0.0.1', port: world.tws.port, clientId: OUR_CLIENT_ID, ...IBKR_DEFAULTS },
  gateway: null,
  calendar: { overrides: { closures: {}, earlyCloses: {} }, path: null },
  alphaVantage: {
    baseUrl: world.alphaVantage.url,
    apiKeys: ['drill'],
    keyFile: null,
    budgetPerMinute: 600,
    speed: 1,
    openEveryMs: { options: 300, bars: 400 },
    repeatsMsMax: null,
    backfillSessions: 0,
  },
  clockAnchor: world.anchor,
  logLevel: 'error',
  build: 'test',
});

export interface World {
  readonly market: RestlessMarket;
  readonly tws: TwsSandbox;
  readonly alphaVantage: AlphaVantageSandbox;
  readonly anchor: SessionClockAnchor;
}

const CLOSE_MS = Date.UTC(2026, 10, 20, 21, 0);
/** Entries end half an hour before the close: a run that begins here trades for a quarter of its trouble and then gets out. */
const LATE_START_MS = CLOSE_MS - 38 * 60_000;

const startWorld = async (random: Random): Promise<World> => {
  const anchor: SessionClockAnchor = {
    wallMs: Date.now(),
    marketMs: random.chance(0.25) ? LATE_START_MS : Date.UTC(2026, 10, 20, 15, 0),
    speed: SPEED,
    endsAtMs: CLOSE_MS + 3 * 60 * 60_000,
  };
  const market = new RestlessMarket(anchor, random, CLOSE_MS);
  const tws = await startTwsSandbox({
    market,
    stateFolder: null,
    rules: { commissionFirst: random.chance(0.5), ocaCancelSpreads: random.chance(0.3), startingCash: 1_000_000 },
  });
  return { market, tws, alphaVantage: await startAlphaVantageSandbox({ market, port: 0 }), anchor };
};

/** What was begun and must be ended: by its time, or at once when the run calms down. */
const createAgenda = () => {
  let due: { at: number; work: () => void }[] = [];
  return {
    later: (ms: number, work: () => void): void => void due.push({ at: performance.now() + ms, work }),
    run: (all: boolean): void => {
      const now = performance.now();
      const ready = due.filter(({ at }) => all || at <= now);
      due = due.filter((item) => !ready.includes(item));
      for (const { work } of ready) work();
    },
  };
};

const randomCommand = (random: Random): Command =>
  random.pick<Command>([
    { kind: 'kill' },
    { kind: 'rearm' },
    { kind: 'set-mode', mode: 'manual' },
    { kind: 'set-mode', mode: 'automatic' },
    { kind: 'set-mode', mode: 'automatic' },
  ]);

/** Once, right after the method's next call and before anything it caused is sent. */
const afterNext = <K extends string, T extends Record<K, (...args: never[]) => unknown>>(
  of: T,
  name: K,
  work: () => void,
) => {
  const before = of[name] as (...args: never[]) => unknown;
  const once = (...args: never[]): unknown => {
    of[name] = before as T[K];
    const answer = before.apply(of, args);
    work();
    return answer;
  };
  of[name] = once as T[K];
};

class FaultRun {
  readonly done: string[] = [];
  readonly #random: Random;
  readonly #world: World;
  readonly #database: TestDatabase;
  readonly #options: EngineOptions;
  readonly #agenda = createAgenda();
  readonly #startedAt = performance.now();
  #engine: EngineProcess | null = null;
  kills = 0;

  constructor(random: Random, world: World, database: TestDatabase, folder: string) {
    this.#random = random;
    this.#world = world;
    this.#database = database;
    this.#options = engineOptions(database.url, join(folder, 'tape'), world);
  }

  note(what: string): void {
    this.done.push(`${Math.round(performance.now() - this.#startedAt)} ${what}`);
  }

  engineIsUp(): boolean {
    return this.#engine !== null && !this.#engine.struck();
  }

  async start(): Promise<void> {
    this.#engine = await launchEngine(this.#options);
  }

  /** Before the next order's or fill's answer leaves the exchange: the connection is cut, or the engine dies. */
  ambush(): void {
    const { tws } = this.#world;
    const deadly = this.#random.chance(0.5);
    const atFill = this.#random.chance(0.5);
    this.note(`ambush: ${deadly ? 'death' : 'a cut'} at the next ${atFill ? 'fill' : 'order'}`);
    const spring = (): void => {
      if (deadly) this.#engine?.strike();
      else tws.faults.inject({ kind: 'drop-connection' });
    };
    if (atFill) afterNext(tws.exchange.account, 'book', spring);
    else afterNext(tws.exchange, 'place', spring);
  }

  async #crash(): Promise<void> {
    this.note('kill -9 of the engine');
    this.kills += 1;
    const engine = this.#engine;
    this.#engine = null;
    await engine?.kill();
    const restartMs = this.#random.whole(0, 600);
    const until = performance.now() + restartMs;
    while (performance.now() < until) await this.#moment();
    await this.start();
    this.note('engine up again');
  }

  async #moment(): Promise<void> {
    this.#world.market.move();
    this.#agenda.run(false);
    await Bun.sleep(MOVE_EVERY_MS);
  }

  async trouble(ms: number): Promise<void> {
    const random = this.#random;
    const victims: Victims = { ...this.#world, random, later: this.#agenda.later };
    const until = performance.now() + ms;
    while (performance.now() < until) {
      await this.#moment();
      if (random.chance(MISCHIEF_CHANCE)) {
        const name = random.pick(Object.keys(MISCHIEF));
        this.note(name);
        MISCHIEF[name]?.(victims);
      }
      if (random.chance(COMMAND_CHANCE)) await this.#meddle();
      if (random.chance(AMBUSH_CHANCE)) this.ambush();
      if (random.chance(KILL_ENGINE_CHANCE) || this.#engine?.struck()) await this.#crash();
      if (this.#engine?.exited() && !this.#engine.struck()) throw new Error('the engine ended by itself');
    }
    await this.settle();
  }

  /** An operator's whim; a kill switch is released later, or nothing more would happen. */
  async #meddle(): Promise<void> {
    const command = randomCommand(this.#random);
    await this.command(command);
    if (command.kind === 'kill') this.#agenda.later(REARM_AFTER_MS, () => void this.command({ kind: 'rearm' }));
  }

  async command(command: Command): Promise<void> {
    this.note(JSON.stringify(command));
    await giveCommand(this.#database.db, OPERATOR, command, 'drill');
  }

  /** The engine of a run that was ambushed at its end is started again. */
  async settle(): Promise<void> {
    if (this.#engine?.struck()) await this.#crash();
  }

  /** The world behaves again, and the market goes on until the condition holds. */
  async calm(what: string, holds: () => Promise<boolean>): Promise<void> {
    this.#agenda.run(true);
    this.#world.alphaVantage.faults.clear();
    const untidyFrom = performance.now() + HAND_WAITS_MS;
    let moving = true;
    const moves = (async () => {
      while (moving) await this.#moment();
    })();
    try {
      await until(what, CALM_WAIT_MS, async () => {
        await this.settle();
        if (performance.now() > untidyFrom) await buyBackByHand(this.#world.tws);
        return holds();
      });
    } finally {
      moving = false;
      await moves;
    }
  }

  async seal(): Promise<void> {
    await this.#engine?.end();
    this.#engine = null;
  }
}

/** One engine against one restless world, from a seed: trouble, calm, the kill switch, the seal, the books compared. */
export const runFaults = async ({ seed, troubleMs }: FaultRunOptions): Promise<Verdict> => {
  const random = createRandom(seed);
  const folder = mkdtempSync(join(tmpdir(), 'quanticity-faults-'));
  const database = await createTestDatabase();
  const world = await startWorld(random);
  const run = new FaultRun(random, world, database, folder);
  const watch = watchExchange(world.tws, () => run.engineIsUp());
  const problems: string[] = [];
  try {
    await run.start();
    await run.trouble(troubleMs);
    run.note('calm');
    watch.calmFrom(performance.now());
    await run.command({ kind: 'set-mode', mode: 'manual' });
    await run.calm('the stops of what is held', async () => watch.isProtected());
    await run.calm('an end of what was under way', async () => true);
    await run.command({ kind: 'kill' });
    await run.calm('the kill switch’s proof that nothing is held', async () => (await recordOf(database)).provenFlat());
    run.note('flat by the record');
    if (!watch.isFlat()) problems.push(`proven flat while the exchange holds or works something: ${watch.describe()}`);
    await run.calm('an outcome for each signal', async () => (await recordOf(database)).openSignals().length === 0);
    await run.seal();
    problems.push(...watch.problems());
    return await verdictOf({
      database,
      world,
      tapeFolder: join(folder, 'tape'),
      problems,
      done: run.done,
      kills: run.kills,
    });
  } catch (error) {
    problems.push(...watch.problems(), String(error), watch.describe());
    return { problems, done: run.done, kills: run.kills, counts: { signals: 0, orders: 0, executions: 0, runs: 0 } };
  } finally {
    watch.stop();
    await run.seal().catch(() => {});
    await world.alphaVantage.stop();
    world.tws.stop();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  }
};
