import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { readReference } from '../../../../tests/support/reference.ts';
import { instant } from '../types.ts';
import { addSignedVpinTrade, addVpinTrade, createVpin, type Vpin, vpinOf } from './vpin.ts';
import {
  addBulkVpinTrade,
  type BulkVpin,
  closeBulkBar,
  createBulkVpin,
  onBulkVpinTimer,
  tapeSigma,
} from './vpin-bulk.ts';
import { bulkVpinView, vpinView } from './vpin-view.ts';

type Row = [number, number, number, 'B' | 'S' | 'U'];
interface Expected {
  buckets: { bucket: number; end_ts: number; buy: number; sell: number; value: number; vpin50: number | null }[];
  open_bucket: { buy: number; sell: number; total: number };
}
interface ReferenceTape {
  bucket_volume: number;
  window: number;
  bvc: { bar_ms: number; sigma_dP: number };
  trades: { rows: Row[] };
  expected: Record<'aggressor' | 'tick_rule' | 'bvc', Expected>;
  bvc_bars: { rows: [number, number, number][] };
}

const NAMES = ['lots', 'block', 'exact', 'mixed'];
const readTape = (name: string): ReferenceTape => readReference(`microstructure/vpin_${name}.json.gz`) as ReferenceTape;
const SIGNS = { B: 1, S: -1, U: 0 };

/** Folds a tape by the tick rule, seeing the state after each trade. */
const fold = (
  vpin: Vpin,
  trades: readonly (readonly [number, number, number, ...unknown[]])[],
  seen?: () => void,
): Vpin => {
  for (const [at, price, size] of trades) {
    addVpinTrade(vpin, price, size, instant(at));
    seen?.();
  }
  return vpin;
};

const near = (what: string, actual: number, expected: number): void => {
  if (!(Math.abs(actual - expected) <= 1e-12)) throw new Error(`${what}: ${actual}, not ${expected}`);
};

/** Compares the newest bucket and the mean whenever a fold closed any. */
const checker = (vpin: Vpin, { buckets }: Expected): (() => void) => {
  let seen = 0;
  return () => {
    if (vpin.bucketCount === seen) return;
    seen = vpin.bucketCount;
    const last = buckets[seen - 1] as Expected['buckets'][number];
    near(`bucket ${last.bucket}`, vpin.values[(seen - 1) % vpin.window] as number, last.value);
    expect(vpin.lastBucketAt).toBe(last.end_ts);
    if (last.vpin50 === null) expect(vpinOf(vpin)).toBeNaN();
    else near(`mean after bucket ${last.bucket}`, vpinOf(vpin), last.vpin50);
  };
};

/** One window over all buckets, so that those which a huge print passed over are compared too. */
const WIDE = 10_000;

const compareEnd = (vpin: Vpin, { buckets, open_bucket }: Expected): void => {
  expect(vpin.bucketCount).toBe(buckets.length);
  near('open bucket bought', vpin.openBuy / 1000, open_bucket.buy / 1000);
  near('open bucket sold', vpin.openSell / 1000, open_bucket.sell / 1000);
  expect(vpin.openTotal).toBe(open_bucket.total);
  expect(vpin.refusedTrades).toBe(0);
};

const compareAll = (name: string, classifier: string, wide: Vpin, { buckets }: Expected): void => {
  let checked = 0;
  for (const { bucket, value } of buckets) {
    near(`bucket ${bucket}`, wide.values[bucket] as number, value);
    checked++;
  }
  expect(wide.bucketCount).toBe(checked);
  console.log(`VPIN ${name} by ${classifier}: ${checked} buckets compared`);
  expect(checked).toBeGreaterThan(1000);
};

describe.each(NAMES)('VPIN on reference tape %s', (name) => {
  const tape = readTape(name);

  test.each(['aggressor', 'tick_rule'] as const)('by %s: every bucket and every mean to 1e-12', (classifier) => {
    const vpin = createVpin(tape.bucket_volume, tape.window);
    const expected = tape.expected[classifier];
    const wide = createVpin(tape.bucket_volume, WIDE);
    const check = checker(vpin, expected);
    for (const [at, price, size, aggressor] of tape.trades.rows) {
      for (const each of [vpin, wide])
        if (classifier === 'aggressor') addSignedVpinTrade(each, price, size, SIGNS[aggressor], instant(at));
        else addVpinTrade(each, price, size, instant(at));
      check();
    }
    compareEnd(vpin, expected);
    compareAll(name, classifier, wide, expected);
  });

  test('in bulk with the sigma of the whole tape: every bar, bucket and mean to 1e-12', () => {
    const column = (i: 0 | 1 | 2): Float64Array => Float64Array.from(tape.trades.rows, (row) => row[i]);
    const sigma = tapeSigma(column(0), column(1), column(2), tape.bvc.bar_ms) as number;
    near('sigma', sigma, tape.bvc.sigma_dP);
    const bulk = createBulkVpin({
      bucketShares: tape.bucket_volume,
      window: tape.window,
      barMs: tape.bvc.bar_ms,
      sigma,
    });
    const wide = createBulkVpin({ bucketShares: tape.bucket_volume, window: WIDE, sigma });
    const check = checker(bulk.vpin, tape.expected.bvc);
    const bars: [number, number, number][] = [];
    // Held before each trade, since the trade that ends a bar begins the next.
    let open: [number, number] = [Number.NaN, 0];
    for (const [at, price, size] of tape.trades.rows) {
      const minute = bulk.minute;
      open = [bulk.barLastAt, bulk.barVolume];
      addBulkVpinTrade(bulk, price, size, instant(at));
      addBulkVpinTrade(wide, price, size, instant(at));
      if (!Number.isNaN(minute) && bulk.minute !== minute) bars.push([...open, bulk.buyFraction]);
      check();
    }
    open = [bulk.barLastAt, bulk.barVolume];
    closeBulkBar(bulk);
    closeBulkBar(wide);
    bars.push([...open, bulk.buyFraction]);
    check();
    expect(bars.length).toBe(tape.bvc_bars.rows.length);
    tape.bvc_bars.rows.forEach(([lastAt, volume, fraction], i) => {
      expect([bars[i]?.[0], bars[i]?.[1]]).toEqual([lastAt, volume]);
      near(`bar ${i}`, bars[i]?.[2] as number, fraction);
    });
    compareEnd(bulk.vpin, tape.expected.bvc);
    compareAll(name, 'bulk', wide.vpin, tape.expected.bvc);
  });

  test('the first trades alone give what they gave within the whole tape', () => {
    const means: number[] = [];
    const whole = createVpin();
    fold(whole, tape.trades.rows, () => means.push(vpinOf(whole)));
    for (const length of [1, 200, Math.floor(tape.trades.rows.length / 2)])
      expect(vpinOf(fold(createVpin(), tape.trades.rows.slice(0, length)))).toBe(means[length - 1] as number);
  });

  test('in bulk and causal, the first trades alone leave the state they left within the whole tape', () => {
    const { rows } = tape.trades;
    const half = Math.floor(rows.length / 2);
    const whole = createBulkVpin();
    const part = createBulkVpin();
    let held: BulkVpin | null = null;
    rows.forEach(([at, price, size], i) => {
      if (i === half) held = structuredClone(whole);
      addBulkVpinTrade(whole, price, size, instant(at));
    });
    for (const [at, price, size] of rows.slice(0, half)) addBulkVpinTrade(part, price, size, instant(at));
    expect(part).toEqual(held as unknown as BulkVpin);
    expect(part.vpin.bucketCount).toBeGreaterThan(100);
    expect(part.sigma).not.toBe(tape.bvc.sigma_dP);
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
  expect(vpin.historyCount).toBe(1e12 - 49);
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

test('sides by the toss of a coin give no zero: a quarter, at ten trades to the bucket', () => {
  const vpin = createVpin(1000, 2_000);
  let state = 12_345;
  for (let i = 0; i < 20_000; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    addSignedVpinTrade(vpin, 10, 100, state < 2 ** 31 ? -1 : 1, instant(i));
  }
  // E|2X − 10| / 10 of X from ten tosses is 252/1024; four standard errors of the mean of two thousand buckets.
  expect(Math.abs(vpinOf(vpin) - 252 / 1024)).toBeLessThan(0.017);
  expect(vpinOf(vpin)).toBeGreaterThan(0.2);
});

test('a bulk bar ends with its minute when the timer says so, and not before', () => {
  const bulk = createBulkVpin({ bucketShares: 100, window: 2 });
  addBulkVpinTrade(bulk, 10, 100, instant(1_000));
  onBulkVpinTimer(bulk, instant(59_999));
  expect(bulk.vpin.bucketCount).toBe(0);
  onBulkVpinTimer(bulk, instant(60_000));
  expect([bulk.vpin.bucketCount, bulk.unclassifiedShares]).toEqual([1, 100]);
  // A trade of the minute that is already closed opens it again rather than being lost.
  addBulkVpinTrade(bulk, 11, 100, instant(59_999));
  addBulkVpinTrade(bulk, Number.NaN, 5, instant(70_000));
  closeBulkBar(bulk);
  closeBulkBar(bulk);
  expect([bulk.vpin.bucketCount, bulk.changes, bulk.refusedTrades]).toEqual([2, 1, 1]);
});

test('bars may be of another width', () => {
  const bulk = createBulkVpin({ bucketShares: 100, window: 2, barMs: 1_000 });
  for (let i = 0; i < 3; i++) addBulkVpinTrade(bulk, 10 + i, 100, instant(i * 1_000));
  expect([bulk.vpin.bucketCount, bulk.changes]).toEqual([2, 1]);
  onBulkVpinTimer(bulk, instant(3_000));
  expect(bulk.vpin.bucketCount).toBe(3);
  expect(tapeSigma([0, 1_000, 2_000], [10, 11, 13], [1, 1, 1], 1_000)).toBeCloseTo(Math.SQRT1_2, 12);
});

test('the causal sigma is that of the changes so far, and a late trade moves no close', () => {
  const bulk = createBulkVpin();
  const closes = [10, 10.5, 10.25, 11];
  closes.forEach((price, i) => {
    addBulkVpinTrade(bulk, price, 100, instant(i * 60_000));
    if (i === 2) addBulkVpinTrade(bulk, 99, 50, instant(59_000));
  });
  closeBulkBar(bulk);
  const changes = [0.5, -0.25, 0.75];
  const mean = 1 / 3;
  near('sigma', bulk.sigma, Math.sqrt(changes.reduce((sum, c) => sum + (c - mean) ** 2, 0) / 2));
  expect(tapeSigma([0, 1], [1, 2], [1, 1])).toBeNull();
  expect(() => createBulkVpin({ sigma: 0 })).toThrow(/expected a positive sigma/);
});

describe('the view of VPIN', () => {
  const filled = (buckets: number): Vpin => {
    const vpin = createVpin(100, 50);
    // The first is half and half; then each bucket has one more share sold than the one before.
    for (let i = 0; i < buckets; i++) {
      addVpinTrade(vpin, 10, 100 - (i % 50), instant(1000 + i));
      addSignedVpinTrade(vpin, 10, i % 50, -1, instant(1000 + i));
    }
    return vpin;
  };

  test('says nothing up to thirty buckets, then the mean so far with the confidence of its number', () => {
    expect(vpinView(filled(30), 'tick-rule', 2_000).vpin).toEqual({
      value: null,
      reason: 'warming-up',
      basis: 'trades',
    });
    const view = vpinView(filled(31), 'tick-rule', 2_000);
    expect(view.vpin).toEqual({
      value: expect.closeTo(0.15, 12),
      asOf: instant(1030),
      basis: 'trades',
      confidence: 0.62,
    });
    expect(view.percentile).toEqual({ value: null, reason: 'warming-up', basis: 'trades' });
    expect(vpinView(filled(80), 'tick-rule', 2_000).vpin).toMatchObject({ confidence: 1 });
  });

  test('grows stale without buckets', () => {
    expect(vpinView(filled(60), 'tick-rule', 1_059 + 900_000).vpin.value).not.toBeNull();
    expect(vpinView(filled(60), 'tick-rule', 1_059 + 900_001).vpin).toMatchObject({ reason: 'stale' });
  });

  test('places a mean among its own history', () => {
    const vpin = createVpin(100, 50);
    for (let i = 0; i < 400; i++) addSignedVpinTrade(vpin, 10, 50, i % 2 ? 1 : -1, instant(i));
    expect(vpin.historyCount).toBe(151);
    expect(vpinView(vpin, 'aggressor', 400).percentile).toMatchObject({ value: 0.5 });
    for (let i = 0; i < 10; i++) addSignedVpinTrade(vpin, 10, 100, 1, instant(400));
    expect(vpinOf(vpin)).toBe(0.2);
    expect(vpinView(vpin, 'aggressor', 400).percentile).toMatchObject({ value: (160 + 0.5) / 161 });
  });

  test('of a bulk classification without a sigma trusts it as little as it deserves', () => {
    const bulk = createBulkVpin({ bucketShares: 100, window: 2 });
    for (let i = 0; i < 4; i++) addBulkVpinTrade(bulk, 10 + i * i, 100, instant(i * 60_000));
    closeBulkBar(bulk);
    const view = bulkVpinView(bulk, 300_000);
    expect(view.classifier).toBe('bulk-causal');
    // The first minute has no change, the second no deviation: half of the four hundred shares.
    expect(view.vpin).toMatchObject({ confidence: 0.5 });
  });
});
