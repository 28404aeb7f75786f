import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { readReference } from '../../../../../tests/support/reference.ts';
import {
  createOrderFlowImbalance,
  flowRegression,
  type OrderFlowImbalance,
  onOrderFlowQuote,
  orderFlowImbalanceView,
} from './order-flow-imbalance.ts';

interface Reference {
  interval_ms: number;
  tick: number;
  book: { rows: [number, number, number, number, number][] };
  e_n: (number | null)[];
  intervals: { interval: number; start_ts: number; ofi: number; events: number; mid_change_ticks: number }[];
  ols: { beta: number; alpha: number; r2: number };
}

const quote = (state: OrderFlowImbalance, [at, bid, bidSize, ask, askSize]: Reference['book']['rows'][number]): void =>
  onOrderFlowQuote(state, bid, bidSize, ask, askSize, at);

describe.each(['calm', 'moving'])('order-flow imbalance on the reference book %s', (name) => {
  const reference = readReference(`microstructure/ofi_${name}.json.gz`) as Reference;
  const { rows } = reference.book;
  const fresh = (): OrderFlowImbalance =>
    createOrderFlowImbalance({ intervalMs: reference.interval_ms, tick: reference.tick });

  test('every event, every interval and the regression equal the reference', () => {
    const state = fresh();
    rows.forEach((row, i) => {
      quote(state, row);
      expect(state.lastEvent).toBe(reference.e_n[i] ?? Number.NaN);
    });
    reference.intervals.forEach((interval, i) => {
      const { numbers, flows, events, moves } = state;
      expect([numbers[i], flows[i], events[i], moves[i]]).toEqual([
        interval.interval,
        interval.ofi,
        interval.events,
        interval.mid_change_ticks,
      ]);
    });
    expect(state.intervalsSeen).toBe(reference.intervals.length);
    const fit = flowRegression(state, Number.POSITIVE_INFINITY);
    for (const key of ['beta', 'alpha', 'r2'] as const)
      expect(Math.abs((fit?.[key] ?? Number.NaN) - reference.ols[key])).toBeLessThanOrEqual(1e-12);
    console.log(`OFI ${name}: ${rows.length} events, ${state.intervalsSeen} intervals, one regression compared`);
    expect(rows.length).toBeGreaterThan(5_000);
  });

  test('the first quotes alone leave the state they left within the whole book', () => {
    const whole = fresh();
    const part = fresh();
    let held: OrderFlowImbalance | null = null;
    rows.forEach((row, i) => {
      if (i === 2_500) held = structuredClone(whole);
      quote(whole, row);
      if (i < 2_500) quote(part, row);
    });
    expect(part).toEqual(held as unknown as OrderFlowImbalance);
  });

  test('a view knows only finished intervals, and no regression before thirty of them', () => {
    const state = fresh();
    for (const row of rows) {
      quote(state, row);
      const finished = state.intervalsSeen - 1;
      const { regression, last, open } = orderFlowImbalanceView(state, row[0]);
      if (finished < 30) expect(regression).toMatchObject({ value: null, reason: 'warming-up' });
      else expect(regression.value?.intervals).toBe(finished);
      if (finished > 0) expect(last.value).toBe(reference.intervals[finished - 1]?.ofi as number);
      if (finished >= 0) expect(open.value).toBe(state.flows[finished] as number);
    }
    expect(state.intervalsSeen).toBeGreaterThan(60);
    const end = (rows.at(-1)?.[0] as number) + 10_000;
    const { open, last } = orderFlowImbalanceView(state, end);
    expect(open).toMatchObject({ reason: 'no-quotes-yet' });
    expect(last.value).toBe(reference.intervals.at(-1)?.ofi as number);
    expect(orderFlowImbalanceView(state, end + 60_000).last).toMatchObject({ reason: 'stale' });
  });
});

test('swapping the sides turns the sign of every event', () => {
  const seed = 11;
  console.log(`order-flow mirror property: seed ${seed}`);
  const row = fc.record({
    bid: fc.integer({ min: 100, max: 110 }),
    spread: fc.integer({ min: 0, max: 5 }),
    bidSize: fc.integer({ min: 0, max: 900 }),
    askSize: fc.integer({ min: 0, max: 900 }),
  });
  let events = 0;
  fc.assert(
    fc.property(fc.array(row, { minLength: 2, maxLength: 40 }), (quotes) => {
      const straight = createOrderFlowImbalance({ tick: 1 });
      const mirror = createOrderFlowImbalance({ tick: 1 });
      quotes.forEach(({ bid, spread, bidSize, askSize }, i) => {
        onOrderFlowQuote(straight, bid, bidSize, bid + spread, askSize, i);
        onOrderFlowQuote(mirror, 300 - bid - spread, askSize, 300 - bid, bidSize, i);
        if (i === 0) return;
        expect(straight.lastEvent + mirror.lastEvent).toBe(0);
        events++;
      });
    }),
    { seed, numRuns: 100 },
  );
  expect(events).toBeGreaterThan(500);
});

test('a quote that is crossed, one-sided or no number is counted and no flow is read across it', () => {
  const state = createOrderFlowImbalance();
  onOrderFlowQuote(state, 10, 100, 10.01, 100, 1);
  onOrderFlowQuote(state, 10, 150, 10.01, 100, 2);
  expect(state.lastEvent).toBe(50);
  const nan = Number.NaN;
  for (const [bid, bidSize, ask, askSize] of [
    [10.02, 100, 10.01, 100],
    [nan, 100, 10.01, 100],
    [10, 100, nan, 100],
    [10, nan, 10.01, 100],
    [10, 100, 10.01, -1],
  ] as const)
    onOrderFlowQuote(state, bid, bidSize, ask, askSize, 3);
  expect([state.refusedQuotes, state.lastEvent, state.flows[0]]).toEqual([5, nan, 50]);
  onOrderFlowQuote(state, 11, 900, 11.01, 100, 4);
  expect([state.lastEvent, state.flows[0]]).toEqual([nan, 50]);
});

test('the ring keeps the newest intervals', () => {
  const state = createOrderFlowImbalance({ intervalCount: 3 });
  for (let i = 0; i < 10; i++) onOrderFlowQuote(state, 10, 100 + i, 10.01, 100, i * 10_000);
  expect([...state.numbers].sort()).toEqual([7, 8, 9]);
  expect(flowRegression(state, Number.POSITIVE_INFINITY)).toBeNull();
  expect(() => createOrderFlowImbalance({ tick: 0 })).toThrow(/positive interval and tick/);
});
