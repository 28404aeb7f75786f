import { expect, test } from 'bun:test';
import { readReferenceTable, rowsExpected } from '../../../../tests/support/reference.ts';
import { americanPrice } from './american.ts';
import { americanImpliedVolatility } from './american-implied-volatility.ts';
import { FAST_SCHEME } from './american-scheme.ts';
import { impliedVolatility } from './implied-volatility.ts';

const ROWS = readReferenceTable('options/american_iv.csv.gz');
const solve = (row: Record<string, string>): ReturnType<typeof americanImpliedVolatility> =>
  americanImpliedVolatility(
    row['type'] === 'C',
    Number(row['price']),
    Number(row['S']),
    Number(row['K']),
    Number(row['T']),
    Number(row['r']),
    Number(row['q']),
  );

test('every price gives the reference volatility within its own tolerance', () => {
  let checked = 0;
  for (const row of ROWS) {
    if (row['status'] !== 'ok') continue;
    const ours = solve(row);
    if (ours.status !== 'ok') throw new Error(`row ${row['id']}: ${ours.status}`);
    if (!(Math.abs(ours.volatility - Number(row['iv'])) <= Number(row['iv_tol'])))
      throw new Error(`row ${row['id']}: ${ours.volatility}, expected ${row['iv']}`);
    checked++;
  }
  process.stdout.write(`american_iv.csv: ${checked} volatilities within iv_tol\n`);
  expect(checked).toBe(rowsExpected(checked, 1591));
});

test.each([
  ['at_intrinsic', 'at-intrinsic', 63],
  ['below_intrinsic', 'below-intrinsic', 94],
] as const)('a price %s has none and says so', (status, ours, count) => {
  const rows = ROWS.filter((row) => row['status'] === status);
  expect(rows.length).toBe(rowsExpected(rows.length, count));
  for (const row of rows) expect(solve(row), `row ${row['id']}`).toEqual({ status: ours, volatility: null });
});

test('the scheme for chains is good to a thousandth of a point for ordinary quotes', () => {
  for (const strike of [470, 490, 500, 510]) {
    const price = americanPrice(false, 500, strike, 30 / 365, 0.2, 0.045, 0.012);
    const ours = americanImpliedVolatility(false, price, 500, strike, 30 / 365, 0.045, 0.012, FAST_SCHEME);
    expect(Math.abs((ours.volatility ?? Number.NaN) - 0.2)).toBeLessThan(1e-5);
  }
});

test('a price under the value of the best moment to exercise is below intrinsic, though over that of now and of expiry', () => {
  const put = (price: number): string => americanImpliedVolatility(false, price, 100, 105, 20, 0.05, 0.1).status;
  expect(105 * Math.exp(-0.05 * 20) - 100 * Math.exp(-0.1 * 20)).toBeLessThan(26);
  expect(put(26)).toBe('below-intrinsic');
  expect(put(28)).toBe('ok');
});

test('read as European, the same price would need more volatility', () => {
  const price = americanPrice(false, 100, 105, 0.5, 0.25, 0.06, 0);
  const european = impliedVolatility(false, price, 100, 105, 0.5, 0.06, 0);
  expect(european.volatility).toBeGreaterThan(0.26);
});

test.each([
  ['no price', [Number.NaN, 100, 100, 0.1, 0.04, 0.01], 'no-quote'],
  ['a zero bid', [0, 100, 100, 0.1, 0.04, 0.01], 'no-quote'],
  ['an expired contract', [1, 100, 100, 0, 0.04, 0.01], 'expired'],
  ['a put above its strike', [100, 100, 100, 0.1, 0.04, 0.01], 'above-bound'],
  ['two boundaries', [3, 100, 100, 0.1, -0.01, -0.02], 'not-converged'],
] as const)('%s has no volatility', (_, [price, spot, strike, years, rate, dividendYield], status) => {
  expect(americanImpliedVolatility(false, price, spot, strike, years, rate, dividendYield)).toEqual({
    status,
    volatility: null,
  });
});
