import { describe, expect, test } from 'bun:test';
import { createFakeBroker, type FakeBroker } from '../testing/fake-broker.ts';
import { createRandom, type Random } from '../testing/random.ts';
import {
  command,
  createWorld,
  goLive,
  openFeeds,
  quoteOption,
  rally,
  refresh,
  report,
  restart,
  TEST_DATE,
  type World,
  wait,
} from '../testing/world.ts';
import { snapshotTrading } from './execution/snapshot.ts';
import type { Recovered } from './execution/trade.ts';
import { hashOf, stateHash } from './hash.ts';
import type { Output } from './outputs.ts';
import { recover } from './recover.ts';
import { firstDifference, replay } from './replay.ts';
import { type Instant, instant } from './types.ts';
import { booksView, viewOf } from './view-of.ts';

const BASE_SEED = Number(process.env['SEED'] ?? 20260820);
const RUNS = Number(process.env['RUNS'] ?? 150);

/** One seeded day of an engine, its broker, a tape, an impatient operator and a machine that crashes. */
interface Day {
  readonly random: Random;
  readonly world: World;
  readonly broker: FakeBroker;
  readonly check: (what: string) => void;
  premium: number;
  killed: boolean;
  boughtAtKill: number;
  readonly stops: Map<string, number>;
}

const perform = (day: Day, outputs: readonly Output[]): void => {
  for (const output of outputs) {
    if (output.kind === 'stop.moved') expect(output.to).toBeGreaterThan(output.from);
    day.broker.perform(output);
  }
};

const deliver = (day: Day): void => {
  for (let i = 0; i < 20; i++) {
    const reports = day.broker.take();
    if (reports.length === 0) return;
    for (const one of reports) {
      perform(day, report(day.world, one));
      day.check(one.kind);
    }
  }
};

const reconnect = (day: Day): void => {
  for (const one of day.broker.connect()) perform(day, report(day.world, one));
  day.check('synced');
};

const quote = (day: Day): void => {
  const { world, random } = day;
  day.premium = Math.max(0.3, Math.round(day.premium * (0.9 + random.next() * 0.22) * 100) / 100);
  for (const { contract } of world.state.options.values()) {
    perform(day, quoteOption(world, contract, day.premium - 0.02, day.premium));
  }
};

const act = (day: Day): void => {
  const { world, random, broker } = day;
  const roll = random.next();
  if (roll < 0.35) broker.trade(world.at);
  else if (roll < 0.6) quote(day);
  else if (roll < 0.85) perform(day, wait(world, random.whole(100, 20_000)));
  else if (roll < 0.9) {
    if (broker.connected()) broker.cut();
    else reconnect(day);
  } else if (roll < 0.92) {
    broker.cut();
    broker.take();
    restart(world);
    openFeeds(world);
    reconnect(day);
  } else if (roll < 0.94) {
    perform(day, command(world, { kind: random.chance(0.5) ? 'kill' : 'rearm' }));
    if (world.state.trading.kill.engaged && !day.killed) day.boughtAtKill = broker.boughtOrders();
    day.killed = world.state.trading.kill.engaged;
  } else if (roll < 0.97) perform(day, refresh(world, 599.6));
  else {
    perform(day, rally(world));
    quote(day);
  }
  deliver(day);
  day.check('act');
};

/** The mark between two moves lives in memory only; the doubt about orders begins with the new run. */
const comparable = (recovered: Recovered): string =>
  hashOf({ ...recovered, trades: recovered.trades.map((trade) => ({ ...trade, lastFillAt: null })) });

const checkDay = (day: Day, seed: number, what: string): void => {
  const { world, broker, stops } = day;
  const { state } = world;
  const where = `seed ${seed}, seq ${world.seq} of ${world.params.runId}, after ${what}`;
  expect(broker.leastPosition(), `${where}: sold more than was held`).toBe(0);
  const view = booksView(state);
  const exiting = view.orders.some(({ purpose }) => purpose === 'exit');
  for (const position of view.positions) {
    expect(position.quantity, `${where}: negative position`).toBeGreaterThan(0);
    if (state.broker.synced && !exiting) {
      const moribund = [...state.trading.trades.values()].some(({ orders }) =>
        orders.some(
          (order) =>
            order.ticket.purpose === 'protective-stop' && order.state !== 'cancelled' && order.cancelAskedAt !== null,
        ),
      );
      // A broker that refuses stop after stop leaves nothing to rest; exits go on being tried.
      const hopeless = [...state.trading.trades.values()].some(
        ({ orders }) =>
          orders.filter((order) => order.ticket.purpose === 'protective-stop' && order.state === 'refused').length > 3,
      );
      if (!moribund && !hopeless) expect(position.stopQuantity, `${where}: unprotected`).toBe(position.quantity);
    }
  }
  for (const trade of state.trading.trades.values()) {
    if (trade.stopPrice === null) continue;
    expect(trade.stopPrice, `${where}: the stop was loosened`).toBeGreaterThanOrEqual(stops.get(trade.signalId) ?? 0);
    stops.set(trade.signalId, trade.stopPrice);
  }
  if (day.killed && state.trading.kill.engaged) {
    expect(broker.boughtOrders(), `${where}: bought under the kill switch`).toBeLessThanOrEqual(day.boughtAtKill);
  }
  if (state.trading.kill.flat && broker.connected()) {
    expect(broker.position(), `${where}: said flat while it was not`).toBe(0);
  }
};

/** The ledger's last rows in short, to be read beside a failure: run with STORY=1. */
const storyOf = (world: World): string =>
  world.ledger
    .slice(-60)
    .map(({ runId, seq, kind, body }) => `${runId}/${seq} ${kind} ${JSON.stringify(body).slice(0, 420)}`)
    .join('\n');

const playDay = (seed: number, steps: number): Day => {
  const random = createRandom(seed);
  const world = createWorld({ limits: { signalCooldownMs: 60_000 } });
  let checks = (_what: string): void => {};
  const day: Day = {
    random,
    world,
    broker: createFakeBroker(random, () => day.premium),
    check: (what) => checks(what),
    premium: 2,
    killed: false,
    boughtAtKill: 0,
    stops: new Map(),
  };
  goLive(world);
  checks = (what) => {
    try {
      checkDay(day, seed, what);
    } catch (error) {
      if (process.env['STORY']) console.log(storyOf(world));
      throw error;
    }
  };
  perform(day, rally(world));
  quote(day);
  for (let i = 0; i < steps; i++) act(day);
  return day;
};

/** What the current run took over from the one before it. */
const beganWith = (world: World): Recovered | undefined => {
  const body = world.ledger.findLast(({ kind }) => kind === 'run.started')?.body;
  return (body as { recovered?: Recovered | null } | undefined)?.recovered ?? undefined;
};

/** Settles: the broker answers, the exits are filled. */
const settle = (day: Day): void => {
  if (!day.broker.connected()) reconnect(day);
  perform(day, command(day.world, { kind: 'kill' }));
  day.killed = true;
  day.boughtAtKill = day.broker.boughtOrders();
  for (let i = 0; i < 200 && day.broker.position() !== 0; i++) {
    day.broker.trade(day.world.at);
    deliver(day);
    perform(day, wait(day.world, 5_000));
    deliver(day);
    if (i % 20 === 19) {
      day.broker.cut();
      deliver(day);
      reconnect(day);
    }
  }
};

describe('the engine against a broker that loses, repeats, refuses and reorders', () => {
  test(`protects, never over-closes, never loosens a stop, keeps the kill switch, and recovers (seed ${BASE_SEED}, ${RUNS} days)`, () => {
    const seen = { entries: 0, stops: 0, exits: 0, moves: 0, restarts: 0, recoveries: 0 };
    for (let run = 0; run < RUNS; run++) {
      const seed = BASE_SEED + run;
      const day = playDay(seed, 120);
      const { world } = day;
      for (const { kind, body } of world.ledger) {
        const output = body as Output;
        if (kind === 'run.started') seen.restarts += 1;
        if (kind !== 'output') continue;
        if (output.kind === 'stop.moved') seen.moves += 1;
        if (output.kind !== 'order.place') continue;
        if (output.ticket.purpose === 'entry') seen.entries += 1;
        else if (output.ticket.purpose === 'exit') seen.exits += 1;
        else seen.stops += 1;
      }
      expect(comparable(recover(world.ledger)), `seed ${seed}: recovery differs`).toBe(
        comparable(snapshotTrading(world.state.trading)),
      );
      seen.recoveries += 1;
      settle(day);
      expect(day.broker.position(), `seed ${seed}: the kill switch did not flatten`).toBe(0);
    }
    console.log(`seed ${BASE_SEED}: ${JSON.stringify(seen)}`);
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(RUNS / 4);
  });

  test(`folds the same entries to the same outputs and the same state hash (seed ${BASE_SEED})`, () => {
    for (let run = 0; run < 20; run++) {
      const { world } = playDay(BASE_SEED + run, 60);
      const recovered = beganWith(world);
      const items = world.entries.map((entry) => ({ kind: 'entry', entry: structuredClone(entry) }) as const);
      expect(items.length).toBeGreaterThan(0);
      const again = replay(items, world.params, recovered);
      expect(firstDifference(world.outputs, again.outputs)).toBeNull();
      expect(again.hash).toBe(stateHash(world.state));
    }
  });

  test(`decides nothing from what comes later: a prefix folds to a prefix (seed ${BASE_SEED})`, () => {
    const { world } = playDay(BASE_SEED, 80);
    const recovered = beganWith(world);
    const items = world.entries.map((entry) => ({ kind: 'entry', entry }) as const);
    const cut = Math.floor(items.length / 2);
    const part = replay(items.slice(0, cut), world.params, recovered);
    const whole = replay(items, world.params, recovered);
    const lastSeq = items[cut - 1]?.entry.seq ?? 0;
    expect(part.outputs).toEqual(whole.outputs.filter(({ seq }) => seq <= lastSeq));
  });
});

test('market time of the test day is inside its session', () => {
  const world = createWorld();
  expect(viewOf(world.state, world.at).sessionDate).toBe(TEST_DATE);
  expect(viewOf(world.state, instant(world.at + 86_400_000 * 2) as Instant).sessionOpen).toBe(false);
});
