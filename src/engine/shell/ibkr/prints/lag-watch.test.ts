import { describe, expect, test } from 'bun:test';
import { LagWatch } from './lag-watch.ts';

const verdicts = (lags: readonly number[]): boolean[] => {
  const watch = new LagWatch(4_000);
  return lags.map((lagMs) => {
    watch.heard(lagMs);
    return watch.lagging;
  });
};

describe('a feed that lags', () => {
  test('is found at the fifth late print in a row, and well again at the third on time', () => {
    expect(verdicts([100, 4_001, 4_001, 4_001, 4_001, 4_001, 900, 900, 900])).toEqual([
      ...Array(5).fill(false),
      ...Array(3).fill(true),
      false,
    ]);
  });

  test('is not inferred from late reports of trades among others on time', () => {
    expect(verdicts([9_000, 9_000, 9_000, 9_000, 10, 9_000, 9_000, 9_000, 9_000]).some(Boolean)).toBe(false);
  });

  test('is found at the first print after a break', () => {
    const watch = new LagWatch(4_000);
    watch.begin(9_000);
    expect(watch.lagging).toBe(true);
    watch.begin(10);
    expect(watch.lagging).toBe(false);
  });

  test('is told once each way', () => {
    const watch = new LagWatch(4_000);
    const changes = [5_000, 5_000, 5_000, 5_000, 5_000, 5_000, 0, 0, 0, 0].map((lagMs) => watch.heard(lagMs));
    expect(changes.filter(Boolean)).toHaveLength(2);
  });
});
