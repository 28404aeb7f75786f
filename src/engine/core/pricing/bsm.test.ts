import { describe, expect, test } from 'bun:test';
import { readReferenceTable, rowsExpected } from '../../../../tests/support/reference.ts';
import { newYorkInstant } from '../market/calendar.ts';
import { instant, type SessionDate } from '../types.ts';
import { bsmPrice, createGreeks, type Greeks, greeksOf, yearsUntil } from './bsm.ts';
import { type ChainPricing, chainGreeks, createChainGreeks } from './chain-greeks.ts';
import { normalCdf, normalPdf } from './normal.ts';

interface Row {
  id: string;
  isCall: boolean;
  S: number;
  K: number;
  T: number;
  sigma: number;
  r: number;
  q: number;
  expected: Record<string, number>;
}
const ROWS: readonly Row[] = readReferenceTable('options/european_bsm.csv.gz').map((cells) => {
  const numbers = Object.fromEntries(Object.entries(cells).map(([name, text]) => [name, Number(text)]));
  const { S, K, T, sigma, r, q } = numbers as Record<'S' | 'K' | 'T' | 'sigma' | 'r' | 'q', number>;
  return { id: cells['id'] ?? '', isCall: cells['type'] === 'C', S, K, T, sigma, r, q, expected: numbers };
});

/** Natural scales of the reference's README: errors below 1e-11 of them are rounding. */
const CHECKS: readonly {
  name: keyof Greeks;
  column: string;
  unit: number;
  scale: (row: Row) => number;
}[] = [
  { name: 'delta', column: 'delta', unit: 1, scale: () => 1 },
  { name: 'gamma', column: 'gamma', unit: 1, scale: (x) => 1 / (x.S * x.sigma * Math.sqrt(x.T)) },
  { name: 'thetaPerDay', column: 'theta_year', unit: 365, scale: (x) => (x.S * x.sigma) / Math.sqrt(x.T) },
  { name: 'vegaPerPoint', column: 'vega', unit: 100, scale: (x) => x.S * Math.sqrt(x.T) },
  { name: 'rhoPerPoint', column: 'rho', unit: 100, scale: (x) => x.K * x.T },
  { name: 'vannaPerPoint', column: 'vanna', unit: 100, scale: (x) => 1 / x.sigma },
  { name: 'charmPerDay', column: 'charm_year', unit: 365, scale: (x) => 1 / x.T },
  { name: 'vommaPerPoint', column: 'vomma', unit: 10_000, scale: (x) => (x.S * Math.sqrt(x.T)) / x.sigma },
  { name: 'phiPerPoint', column: 'phi', unit: 100, scale: (x) => x.S * x.T },
  { name: 'speed', column: 'speed', unit: 1, scale: (x) => 1 / (x.S * x.S * x.sigma * x.sigma * x.T) },
  { name: 'colorPerDay', column: 'color_year', unit: 365, scale: (x) => 1 / (x.S * x.sigma * x.T ** 1.5) },
  { name: 'zommaPerPoint', column: 'zomma', unit: 100, scale: (x) => 1 / (x.S * x.sigma ** 2 * Math.sqrt(x.T)) },
  { name: 'vetaPerPointPerDay', column: 'veta_year', unit: 36_500, scale: (x) => x.S / Math.sqrt(x.T) },
];

describe('Black-Scholes-Merton against 113-bit arithmetic', () => {
  test('the reference is there', () => {
    expect(ROWS.length).toBe(rowsExpected(ROWS.length, 8000));
    expect(ROWS.filter((row) => row.T < 1 / 365).length / ROWS.length).toBeGreaterThan(0.1);
  });
  test('prices agree to 1e-12 of the larger of spot and strike', () => {
    let worst = 0;
    for (const { isCall, S, K, T, sigma, r, q, expected } of ROWS) {
      const { price } = greeksOf(isCall, S, K, T, sigma, r, q);
      worst = Math.max(worst, Math.abs(price - (expected['price'] as number)) / Math.max(S, K));
      expect(bsmPrice(isCall, S, K, T, sigma, r, q)).toBe(price);
    }
    expect(worst).toBeLessThan(1e-12);
  });
  test.each(CHECKS.map((check) => [check.name, check] as const))('%s agrees to 1e-9', (_, check) => {
    const out = createGreeks();
    for (const row of ROWS) {
      greeksOf(row.isCall, row.S, row.K, row.T, row.sigma, row.r, row.q, out);
      const expected = row.expected[check.column] as number;
      const error = Math.abs(out[check.name] * check.unit - expected);
      if (!(error <= 1e-9 * Math.abs(expected) + 1e-11 * check.scale(row)))
        throw new Error(`row ${row.id}: ${out[check.name] * check.unit}, expected ${expected}`);
    }
  });
  test('chances below one in a million are good to 1e-9 of themselves', () => {
    let checked = 0;
    for (const row of ROWS) {
      const expected = row.expected['delta'] as number;
      if (!(Math.abs(expected) > 1e-250 && Math.abs(expected) < 1e-6)) continue;
      const { delta } = greeksOf(row.isCall, row.S, row.K, row.T, row.sigma, row.r, row.q);
      expect(Math.abs(delta / expected - 1), `row ${row.id}`).toBeLessThan(1e-9);
      checked++;
    }
    expect(checked / ROWS.length).toBeGreaterThan(0.01);
  });
});

describe('a chain in columns', () => {
  test('has the Greeks of its contracts one by one', () => {
    // The reference's shapes, put at one spot, rate and yield as a chain has.
    const sample = ROWS.map((row) => ({ ...row, S: 500, K: (500 * row.K) / row.S, r: 0.0425, q: 0.02 }));
    expect(sample.length).toBe(rowsExpected(sample.length, 8000));
    const times = [...new Set(sample.map((row) => row.T))];
    const chain: ChainPricing = {
      rowCount: sample.length,
      isCall: Uint8Array.from(sample, (row) => (row.isCall ? 1 : 0)),
      strike: Float64Array.from(sample, (row) => row.K),
      logStrike: Float64Array.from(sample, (row) => Math.log(row.K)),
      volatility: Float64Array.from(sample, (row) => row.sigma),
      expirySlot: Uint16Array.from(sample, (row) => times.indexOf(row.T)),
      years: Float64Array.from(times),
    };
    const { S, r, q } = sample[0] as Row;
    const out = createChainGreeks(sample.length);
    chainGreeks(chain, S, r, q, out);
    sample.forEach((row, i) => {
      const one = greeksOf(row.isCall, row.S, row.K, row.T, row.sigma, row.r, row.q);
      for (const { name, unit, scale } of CHECKS) {
        if (!(name in out)) continue;
        const column = out[name as keyof typeof out];
        const error = Math.abs((column[i] as number) - one[name]);
        expect(error, `${name} of row ${row.id}`).toBeLessThanOrEqual(
          1e-9 * Math.abs(one[name]) + (1e-11 * scale(row)) / unit,
        );
      }
    });
  });
});

describe('the last second', () => {
  const close = newYorkInstant('2026-09-18' as SessionDate, '16:00:00');
  test.each([1, 1000, 60_000])('%d ms before expiry every Greek is finite', (before) => {
    const years = yearsUntil(instant(close - before), close);
    for (const strike of [499.99, 500, 500.01, 300, 900])
      for (const isCall of [true, false])
        for (const figure of Object.values(greeksOf(isCall, 500, strike, years, 0.15, 0.04, 0.013)))
          expect(Number.isFinite(figure)).toBe(true);
  });
  test.each([0, 1, 86_400_000])('at expiry and %d ms after it there is none', (after) => {
    const years = yearsUntil(instant(close + after), close);
    for (const strike of [480, 500, 520])
      for (const isCall of [true, false]) {
        for (const figure of Object.values(greeksOf(isCall, 500, strike, years, 0.15, 0.04, 0.013)))
          expect(figure).toBeNaN();
        expect(bsmPrice(isCall, 500, strike, years, 0.15, 0.04, 0.013)).toBeNaN();
      }
  });
  test.each([
    ['spot', [Number.NaN, 500, 0.1, 0.2]],
    ['spot', [0, 500, 0.1, 0.2]],
    ['strike', [500, -1, 0.1, 0.2]],
    ['time', [500, 500, Number.NaN, 0.2]],
    ['volatility', [500, 500, 0.1, 0]],
    ['volatility', [500, 500, 0.1, Number.NaN]],
    ['volatility', [500, 500, 0.1, Number.POSITIVE_INFINITY]],
  ] as const)('without a real %s there is none (%p)', (_, [spot, strike, years, volatility]) => {
    for (const figure of Object.values(greeksOf(false, spot, strike, years, volatility, 0.04, 0.013)))
      expect(figure).toBeNaN();
    expect(bsmPrice(false, spot, strike, years, volatility, 0.04, 0.013)).toBeNaN();
  });
});

describe('the normal distribution', () => {
  /** Φ(x) = ½ + φ(x)·(x + x³/3 + x⁵/15 + …), summed to the end; all terms positive for x > 0. */
  const bySeries = (x: number): number => {
    let term = x;
    let sum = x;
    for (let k = 1; term > sum * 1e-18; k++) {
      term *= (x * x) / (2 * k + 1);
      sum += term;
    }
    return 0.5 + normalPdf(x) * sum;
  };
  test('is within 1e-15 of its series', () => {
    let worst = 0;
    for (let x = 0; x <= 6; x += 1 / 64) worst = Math.max(worst, Math.abs(normalCdf(x) - bySeries(x)));
    expect(worst).toBeLessThan(1e-15);
  });
  test('is symmetric and keeps its tail', () => {
    expect(normalCdf(0)).toBe(0.5);
    expect(normalCdf(1) + normalCdf(-1)).toBe(1);
    expect(normalCdf(-10) / 7.619853024160525e-24 - 1).toBeLessThan(1e-12);
    expect(Math.abs(normalCdf(-37.5) / 4.605353009581936e-308 - 1)).toBeLessThan(1e-10);
    expect([normalCdf(-Infinity), normalCdf(Infinity), normalCdf(50)]).toEqual([0, 1, 1]);
    expect(normalCdf(Number.NaN)).toBeNaN();
  });
});
