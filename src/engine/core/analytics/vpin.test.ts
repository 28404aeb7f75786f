import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { readReference } from '../../../../tests/support/reference.ts';
import { instant } from '../types.ts';
import { addVpinTrade, createVpin, type Vpin, vpinOf } from './vpin.ts';

interface ReferenceTape {
  bucket_volume: number;
  window: number;
  trades: [number, number, number][];
  tick_rule: {
    buckets: { bucket: number; end_ts: number; value: number; vpin50: number | null }[];
    open_bucket: { buy: number; sell: number; total: number };
  };
}

/** Folds a tape, seeing the state after each trade. */
const fold = (vpin: Vpin, trades: readonly (readonly [number, number, number])[], seen?: (i: number) => void): Vpin => {
  trades.forEach(([at, price, size], i) => {
    addVpinTrade(vpin, price, size, instant(at));
    seen?.(i);
  });
  return vpin;
};

describe.each(['lots', 'block', 'exact', 'mixed'])('VPIN by the tick rule on reference tape %s', (name) => {
  const tape = readReference(`microstructure/vpin_${name}.json.gz`) as ReferenceTape;
  const buckets = tape.tick_rule.buckets;

  test('every bucket and every mean equal the reference to 1e-12', () => {
    const vpin = createVpin(tape.bucket_volume, tape.window);
    let checked = 0;
    fold(vpin, tape.trades, () => {
      const last = buckets[vpin.bucketCount - 1];
      if (!last) return;
      const value = vpin.values[(vpin.bucketCount - 1) % vpin.window] as number;
      if (Math.abs(value - last.value) > 1e-12) throw new Error(`bucket ${last.bucket}: ${value}, not ${last.value}`);
      if (vpin.lastBucketAt !== last.end_ts) throw new Error(`bucket ${last.bucket} ended at ${vpin.lastBucketAt}`);
      if (last.vpin50 === null) expect(vpinOf(vpin)).toBeNaN();
      else if (!(Math.abs(vpinOf(vpin) - last.vpin50) <= 1e-12))
        throw new Error(`mean after bucket ${last.bucket}: ${vpinOf(vpin)}, not ${last.vpin50}`);
      checked++;
    });
    expect(checked).toBeGreaterThan(500);
    expect(vpin.bucketCount).toBe(buckets.length);
    const { buy, sell, total } = tape.tick_rule.open_bucket;
    expect([vpin.openBuy, vpin.openSell, vpin.openTotal]).toEqual([buy, sell, total]);
    expect(vpin.refusedTrades).toBe(0);
  });

  test('the first trades alone give what they gave within the whole tape', () => {
    const means: number[] = [];
    const whole = createVpin();
    fold(whole, tape.trades, () => means.push(vpinOf(whole)));
    for (const length of [1, 200, Math.floor(tape.trades.length / 2)])
      expect(vpinOf(fold(createVpin(), tape.trades.slice(0, length)))).toBe(means[length - 1] as number);
  });
});

test('a huge print costs no more than a window of buckets and leaves what small prints would', () => {
  const seed = 7;
  console.log(`VPIN block property: seed ${seed}`);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 1, max: 400_000 }), (before, block) => {
      const start: [number, number, number][] = [
        [1, 10, 100],
        [2, 11, before],
      ];
      const one = fold(createVpin(), [...start, [3, 10, block]]);
      const many = fold(createVpin(), start);
      for (let left = block; left > 0; left -= 500) fold(many, [[3, 10, Math.min(500, left)]]);
      expect(one.bucketCount).toBe(many.bucketCount);
      expect(one.openTotal).toBe(many.openTotal);
      expect(vpinOf(one)).toBe(vpinOf(many));
    }),
    { seed, numRuns: 100 },
  );
  const vpin = fold(createVpin(), [
    [1, 10, 1],
    [2, 11, 1e15],
  ]);
  expect(vpinOf(vpin)).toBe(1);
  expect(vpin.bucketCount).toBe(1e12);
});

test('there is no figure before fifty buckets', () => {
  const vpin = createVpin();
  addVpinTrade(vpin, 10, 49_999, instant(1));
  expect(vpin.bucketCount).toBe(49);
  expect(vpinOf(vpin)).toBeNaN();
  addVpinTrade(vpin, 10, 1, instant(2));
  expect(vpinOf(vpin)).toBe(0);
});

test('trades without a price or size are counted and change nothing', () => {
  const vpin = createVpin();
  addVpinTrade(vpin, 10, 100, instant(1));
  const before = structuredClone(vpin);
  for (const [price, size] of [
    [Number.NaN, 100],
    [0, 100],
    [-1, 100],
    [10, -1],
    [10, Number.NaN],
    [10, Number.POSITIVE_INFINITY],
  ] as const)
    addVpinTrade(vpin, price, size, instant(2));
  expect(vpin).toEqual({ ...before, refusedTrades: 6 });
});
