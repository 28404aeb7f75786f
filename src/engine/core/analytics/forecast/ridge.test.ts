import { expect, test } from 'bun:test';
import { createRidge, learnRidge, ridgeWeights } from './ridge.ts';

test('with no case it is its prior, with many the least squares of the cases', () => {
  const ridge = createRidge([1, 0, 0], 5);
  expect([...ridgeWeights(ridge)]).toEqual([1, 0, 0]);
  const x = new Float64Array(3);
  for (let i = 0; i < 5000; i++) {
    // Small figures on purpose: what the prior counts for must not depend on their size.
    x.set([0.1 * Math.sin(i), 0.05 * Math.cos(3 * i), 0.02 * Math.sin(7 * i + 1)]);
    learnRidge(ridge, x, 0, 0.4 * (x[0] as number) - 0.3 * (x[1] as number) + 0.2 * (x[2] as number));
  }
  const [a, b, c] = ridgeWeights(ridge);
  expect(a as number).toBeCloseTo(0.4, 2);
  expect(b as number).toBeCloseTo(-0.3, 2);
  expect(c as number).toBeCloseTo(0.2, 2);
});

test('as many cases as the prior counts for move it half way, whatever their size', () => {
  for (const size of [0.001, 1, 1000]) {
    const ridge = createRidge([1, 0, 0], 5);
    for (let i = 0; i < 5; i++) learnRidge(ridge, Float64Array.from([size, 0, 0]), 0, 0);
    expect(ridgeWeights(ridge)[0] as number).toBeCloseTo(0.5, 12);
  }
});
