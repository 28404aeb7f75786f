import { expect, test } from 'bun:test';
import { readReferenceTable, rowsExpected } from '../../../../tests/support/reference.ts';
import { greeksOf } from './bsm.ts';
import { noTimeValue } from './no-time-value.ts';

test('every degenerate row of the reference is met, and what is undefined there is absent here', () => {
  const rows = readReferenceTable('options/degenerate_limits.csv.gz');
  let figures = 0;
  let undefinedFigures = 0;
  for (const row of rows) {
    const [S, K, T, r, q] = ['S', 'K', 'T', 'r', 'q'].map((name) => Number(row[name])) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const own = noTimeValue(row['type'] === 'C', S, K, T, r, q);
    const pairs = [
      ['price', own.price, Math.max(S, K)],
      ['delta', own.delta, 1],
      ['gamma', own.gamma, 1],
      ['theta_year', own.thetaPerDay * 365, S],
      ['vega', own.vegaPerPoint * 100, S],
    ] as const;
    for (const [name, figure, scale] of pairs) {
      if (row[name] === '') {
        expect(figure, `${name} of row ${row['id']}`).toBeNaN();
        undefinedFigures++;
        continue;
      }
      expect(Math.abs(figure - Number(row[name])), `${name} of row ${row['id']}`).toBeLessThanOrEqual(1e-13 * scale);
      figures++;
    }
  }
  process.stdout.write(
    `degenerate_limits.csv: ${rows.length} rows, ${figures} figures, ${undefinedFigures} undefined\n`,
  );
  expect(rows.length).toBe(rowsExpected(rows.length, 280));
  expect(undefinedFigures).toBeGreaterThan(rows.length / 6);
});

test.each([1e-6, 1e-9])('prices tend to it as volatility goes to %p', (volatility) => {
  for (const strike of [90, 99, 101, 110])
    for (const isCall of [true, false]) {
      const own = noTimeValue(isCall, 100, strike, 0.1, 0.04, 0.01);
      const near = greeksOf(isCall, 100, strike, 0.1, volatility, 0.04, 0.01);
      expect(Math.abs(near.price - own.price)).toBeLessThan(1e-12);
      expect(Math.abs(near.delta - own.delta)).toBeLessThan(1e-12);
      expect(Math.abs(near.thetaPerDay - own.thetaPerDay)).toBeLessThan(1e-12);
    }
});

test.each([
  ['spot', Number.NaN, 100, 0.1],
  ['strike', 100, 0, 0.1],
  ['time', 100, 100, -1],
] as const)('without a real %s there is none', (_, spot, strike, years) => {
  for (const figure of Object.values(noTimeValue(true, spot, strike, years, 0.04, 0.01))) expect(figure).toBeNaN();
});
