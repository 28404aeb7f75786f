import { expect, test } from 'bun:test';
import { createRandom } from '../../random.ts';
import { KNOWN_PROFILES } from '../instruments/known-profiles.ts';
import { thetaOf, totalVariance } from './ssvi.ts';
import { volatilityIndexOf } from './variance-swap.ts';

test('every smile meets the condition under which no butterfly or calendar can pay', () => {
  const smiles = KNOWN_PROFILES.flatMap(({ options }) => (options ? [options] : []));
  expect(smiles.length).toBe(11);
  for (const { rho, eta } of smiles) expect(eta * (1 + Math.abs(rho))).toBeLessThanOrEqual(2);
});

test('total variance is positive, grows with time at every strike, and gives a density that is nowhere negative', () => {
  const seed = 20261118;
  console.info(`ssvi: seed ${seed}`);
  const random = createRandom(seed);
  const [rho, eta] = [-0.55, 0.8];
  for (let i = 0; i < 300; i++) {
    const level = { now: 0.06 + 0.9 * random.next(), longRun: 0.1 + 0.3 * random.next() };
    const near = 1e-5 + random.next();
    const [early, late] = [thetaOf(level, near), thetaOf(level, near * 1.1)];
    expect(late).toBeGreaterThan(early);
    for (let z = -6; z <= 6; z += 0.25) {
      const k = z * Math.sqrt(early);
      const w = (x: number): number => totalVariance(x, early, rho, eta);
      expect(totalVariance(k, late, rho, eta)).toBeGreaterThanOrEqual(w(k));
      // Durrleman's function: Gatheral and Jacquier (2014), equation 2.1.
      const h = 1e-3 * Math.sqrt(early);
      const [slope, curve] = [(w(k + h) - w(k - h)) / (2 * h), (w(k + h) - 2 * w(k) + w(k - h)) / (h * h)];
      const g = (1 - (k * slope) / (2 * w(k))) ** 2 - (slope * slope * (1 / w(k) + 0.25)) / 4 + curve / 2;
      expect(w(k)).toBeGreaterThan(0);
      expect(g).toBeGreaterThan(-1e-6);
    }
  }
});

test('a volatility index of a flat surface is its volatility; a skew lifts it above the money', () => {
  const flat = { now: 0.2, longRun: 0.2 };
  for (const days of [1, 9, 30, 93]) expect(volatilityIndexOf(flat, days, 0, 1e-6)).toBeCloseTo(20, 4);
  expect(volatilityIndexOf(flat, 30, -0.55, 0.8)).toBeGreaterThan(20.2);
  expect(volatilityIndexOf(flat, 30, -0.55, 0.8)).toBeLessThan(24);
});
