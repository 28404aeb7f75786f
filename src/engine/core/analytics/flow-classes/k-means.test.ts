import { expect, test } from 'bun:test';
import { kMeans } from './k-means.ts';

const CORNERS = [
  [0, 0],
  [10, 0],
  [0, 10],
];

/** Three tight groups of ten points, in an order that mixes them. */
const points = (): Float64Array => {
  const rows = new Float64Array(60);
  for (let i = 0; i < 30; i++) {
    const corner = CORNERS[i % 3] as number[];
    rows[2 * i] = (corner[0] as number) + 0.1 * Math.cos(i);
    rows[2 * i + 1] = (corner[1] as number) + 0.1 * Math.sin(i);
  }
  return rows;
};

test('three tight groups are found, explain nearly everything, and are found alike every time', () => {
  const fit = kMeans(points(), 30, 2, 3);
  expect([...fit.sizes].sort()).toEqual([10, 10, 10]);
  for (let i = 3; i < 30; i++) expect(fit.labels[i]).toBe(fit.labels[i % 3] as number);
  expect(fit.explained).toBeGreaterThan(0.999);
  expect(fit.silhouette).toBeGreaterThan(0.98);
  expect(kMeans(points(), 30, 2, 3)).toEqual(fit);
});

test('explained variance is one less within over total, by direct computation', () => {
  const rows = Float64Array.from([0, 1, 2, 10, 11, 13, 30, 29, 33]);
  const fit = kMeans(rows, 9, 1, 3);
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const squares = (values: readonly number[]): number => values.reduce((a, b) => a + (b - mean(values)) ** 2, 0);
  const within = squares([0, 1, 2]) + squares([10, 11, 13]) + squares([30, 29, 33]);
  expect(fit.explained).toBeCloseTo(1 - within / squares([...rows]), 12);
});

test('rows that are all alike explain nothing', () => {
  const fit = kMeans(new Float64Array(20).fill(3), 10, 2, 3);
  expect([fit.explained, fit.silhouette]).toEqual([0, 0]);
});
