import { expect, test } from 'bun:test';
import { readLobster, touchOf } from '../../../../../tests/support/lobster.ts';
import { hasRecordedData } from '../../../../../tests/support/reference.ts';
import { stateHash } from '../../hash.ts';
import { createBook } from '../../market/book.ts';
import { type Instant, instant } from '../../types.ts';
import {
  createFlowClasses,
  FLOW_CLASSES_MODULE,
  type FlowClasses,
  flowClassView,
  onFlowClassTimer,
  onFlowClassTrade,
} from './flow-classes.ts';
import { FLOW_CLASSES, nameClusters } from './flow-labels.ts';

const AAPL = 'ticks/lobster/LOBSTER_SampleFile_AAPL_2012-06-21_1.zip';
const START = Date.UTC(2026, 7, 20, 13, 30);

/** Deterministic uniform numbers, 0 … 1. */
const randomFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 4_294_967_296;
  };
};

type Kind = (typeof FLOW_CLASSES)[number] | 'noise';

/** One window of 100 trades that looks like `kind`. */
const feedWindow = (state: FlowClasses, kind: Kind, random: () => number, from: number): number => {
  let at = from;
  let sign = random() < 0.5 ? 1 : -1;
  const side = sign;
  for (let i = 0; i < 100; i++) {
    const pace = { momentum: 20, hedging: 400, 'mean-reversion': 120, noise: 100 }[kind];
    at += 1 + pace * (0.5 + random());
    if (kind === 'momentum') sign = random() < 0.85 ? side : random() < 0.7 ? sign : -sign;
    else if (kind === 'hedging') sign = random() < 0.8 ? side : -side;
    else if (kind === 'mean-reversion') sign = random() < 0.85 ? -sign : sign;
    else sign = random() < 0.5 ? 1 : -1;
    const size = (kind === 'hedging' ? 900 : 100) * (0.5 + random());
    const reach =
      kind === 'momentum' ? 1 + random() * 0.3 : kind === 'hedging' ? 0.4 + 0.2 * random() : 0.8 + 0.2 * random();
    const price = sign > 0 ? 100 + 0.02 * reach : 100.02 - 0.02 * reach;
    onFlowClassTrade(state, price, size, sign, 100, 100.02, instant(at));
  }
  return at;
};

const KINDS = FLOW_CLASSES;

test('flow that consists of three kinds is classed as those kinds, and stays so over every refit', () => {
  const seed = 4711;
  const random = randomFrom(seed);
  const state = createFlowClasses();
  let at = START;
  let right = 0;
  let wrong = 0;
  for (let w = 0; w < 600; w++) {
    // Runs of one kind, longer than the hold.
    const kind = KINDS[Math.floor(w / 6) % 3] as Kind;
    at = feedWindow(state, kind, random, at);
    onFlowClassTimer(state);
    const shown = flowClassView(state, instant(at)).flowClass.value;
    // The first window of a run is held back on purpose.
    if (state.fits === 0 || w % 6 === 0) continue;
    if (shown === kind) right++;
    else wrong++;
  }
  process.stdout.write(`flow classes: seed ${seed}, ${state.fits} fits, ${right} windows right, ${wrong} wrong\n`);
  expect(state.fits).toBeGreaterThan(20);
  expect(right).toBeGreaterThan(400);
  expect(wrong / right).toBeLessThan(0.03);
});

test('flow without any structure is unclassified at every fit', () => {
  for (const seed of [1, 2, 3]) {
    const random = randomFrom(seed);
    const state = createFlowClasses();
    let at = START;
    for (let w = 0; w < 300; w++) {
      at = feedWindow(state, 'noise', random, at);
      if (!onFlowClassTimer(state)) continue;
      const view = flowClassView(state, instant(at));
      expect(view.flowClass).toEqual({ value: null, reason: 'unclassified', basis: 'trades' });
    }
    expect(state.fits).toBeGreaterThan(10);
  }
});

test('figures that fall into groups each by itself, but not together, are unclassified', () => {
  const random = randomFrom(21);
  const state = createFlowClasses();
  let at = START;
  let clustered = 0;
  for (let w = 0; w < 300; w++) {
    const size = random() < 0.5 ? 100 : 2000;
    const pace = random() < 0.5 ? 10 : 500;
    for (let i = 0; i < 100; i++) {
      at += 1 + pace * (0.9 + 0.2 * random());
      const sign = random() < 0.5 ? 1 : -1;
      onFlowClassTrade(state, sign > 0 ? 100.02 : 100, size * (0.9 + 0.2 * random()), sign, 100, 100.02, instant(at));
    }
    if (!onFlowClassTimer(state)) continue;
    if (state.silhouette >= state.params.silhouetteMin) clustered++;
    expect(flowClassView(state, instant(at)).flowClass).toMatchObject({ value: null, reason: 'unclassified' });
  }
  // The premise: they do cluster, and that alone would have been taken for a find.
  expect(clustered).toBeGreaterThan(5);
});

test('a cluster is named by what its centroid looks like, whatever its number', () => {
  const momentum = [1.5, 0, -1.2, 1.4, 1.3];
  const hedging = [0.6, 1.8, 1, -0.9, 0];
  const reversion = [-1.4, -0.5, 0.1, -0.4, -1.5];
  const none = new Int8Array(3).fill(-1);
  expect([...nameClusters(Float64Array.from([...momentum, ...hedging, ...reversion]), none)]).toEqual([0, 1, 2]);
  expect([...nameClusters(Float64Array.from([...reversion, ...momentum, ...hedging]), none)]).toEqual([2, 0, 1]);
  const nothing = [0.05, 0, 0.02, 0, 0.01];
  expect([...nameClusters(Float64Array.from([...nothing, ...momentum, ...hedging]), none)]).toEqual([-1, 0, 1]);
});

test('one window of another kind does not change the class that is shown; two do', () => {
  const random = randomFrom(9);
  const state = createFlowClasses();
  let at = START;
  for (let w = 0; w < 120; w++) {
    at = feedWindow(state, KINDS[Math.floor(w / 6) % 3] as Kind, random, at);
    onFlowClassTimer(state);
  }
  const shown = (): string | null => flowClassView(state, instant(at)).flowClass.value;
  expect(shown()).toBe('hedging');
  at = feedWindow(state, 'momentum', random, at);
  expect(shown()).toBe('hedging');
  expect(flowClassView(state, instant(at)).flowClass).toMatchObject({ confidence: 0 });
  at = feedWindow(state, 'momentum', random, at);
  expect(shown()).toBe('momentum');
});

test('before 60 windows, without quotes, and long after the last trade there is no class', () => {
  const random = randomFrom(5);
  const state = createFlowClasses();
  expect(flowClassView(state, instant(START)).flowClass).toMatchObject({ value: null, reason: 'warming-up' });
  let at = START;
  for (let w = 0; w < 59; w++) at = feedWindow(state, KINDS[w % 3] as Kind, random, at);
  expect(onFlowClassTimer(state)).toBe(false);
  expect(flowClassView(state, instant(at)).flowClass).toMatchObject({ reason: 'warming-up' });
  at = feedWindow(state, 'hedging', random, at);
  expect(onFlowClassTimer(state)).toBe(true);
  expect(onFlowClassTimer(state)).toBe(false);
  const late = instant(at + FLOW_CLASSES_MODULE.ageMsMax + 1);
  expect(flowClassView(state, late).flowClass).toMatchObject({ value: null, reason: 'stale' });

  const blind = createFlowClasses();
  for (let i = 0; i < 500; i++) onFlowClassTrade(blind, 100, 100, 1, Number.NaN, Number.NaN, instant(START + i * 50));
  expect([blind.windowCount, blind.incompleteWindows]).toEqual([0, 5]);
  onFlowClassTrade(blind, Number.NaN, 100, 1, 99, 101, instant(START));
  onFlowClassTrade(blind, 100, -1, 1, 99, 101, instant(START));
  expect(blind.refusedTrades).toBe(2);
});

const runDay = (day: ReturnType<typeof readLobster>, events: number, checks: ReadonlySet<number>): string[] => {
  const state = createFlowClasses();
  const book = createBook();
  const seen: string[] = [];
  let bid = Number.NaN;
  let ask = Number.NaN;
  let windows = 0;
  for (let i = 0; i < events; i++) {
    const at = instant(day.at[i] as number) as Instant;
    if (day.type[i] === 4)
      onFlowClassTrade(state, day.price[i] as number, day.size[i] as number, day.aggressor[i] as number, bid, ask, at);
    day.bookAfter(book, i);
    [bid, , ask] = touchOf(book);
    if (state.windowCount !== windows) onFlowClassTimer(state);
    windows = state.windowCount;
    if (checks.has(i)) seen.push(stateHash(state) + JSON.stringify(flowClassView(state, at)));
  }
  return seen;
};

test.skipIf(!hasRecordedData(AAPL))(
  'AAPL of 2012-06-21: every class is reached, and what is said at a time does not depend on what came after',
  () => {
    const day = readLobster(AAPL, 1);
    const checks = [30_000, 55_555, 80_001, 118_000];
    const whole = runDay(day, day.events, new Set(checks));
    checks.forEach((check, n) => {
      expect(runDay(day, check + 1, new Set([check]))).toEqual([whole[n] as string]);
    });
    const all = runDay(
      day,
      day.events,
      new Set(Array.from({ length: day.events }, (_, i) => i).filter((i) => i % 200 === 0)),
    );
    const classes = new Set(all.map((text) => /"flowClass":\{"value":"([a-z-]+)"/.exec(text)?.[1] ?? 'absent'));
    expect([...classes].sort()).toEqual(['absent', 'hedging', 'mean-reversion', 'momentum']);
  },
);
