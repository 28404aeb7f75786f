import { describe, expect, test } from 'bun:test';
import { readReferenceTable, rowsExpected } from '../../../../tests/support/reference.ts';
import { bsmPrice, greeksOf } from './bsm.ts';
import { impliedVolatility } from './implied-volatility.ts';

const ROWS = readReferenceTable('options/implied_vol.csv.gz');
/** The statuses of ours that a reference status may come back as: a price within an ulp of a bound may go either way. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  invalid: ['no-quote'],
  expired: ['expired'],
  at_intrinsic: ['at-intrinsic', 'no-quote'],
  below_intrinsic: ['below-intrinsic', 'no-quote'],
  above_max: ['above-bound'],
};
const solve = (row: Record<string, string>): ReturnType<typeof impliedVolatility> =>
  impliedVolatility(
    row['type'] === 'C',
    Number(row['price']),
    Number(row['S']),
    Number(row['K']),
    Number(row['T']),
    Number(row['r']),
    Number(row['q']),
  );

describe('implied volatility against exact inverses', () => {
  test('is within 1e-9 and four times the unavoidable error', () => {
    let checked = 0;
    for (const row of ROWS) {
      if (row['status'] !== 'ok') continue;
      const ours = solve(row);
      if (ours.volatility === null) throw new Error(`row ${row['id']} (${row['category']}): ${ours.status}`);
      const tolerance = 1e-9 + 4 * Number(row['iv_rounding_error']);
      const error = Math.abs(ours.volatility - Number(row['iv']));
      if (!(error <= tolerance))
        throw new Error(`row ${row['id']} (${row['category']}): ${ours.volatility}, expected ${row['iv']}`);
      checked++;
    }
    expect(checked).toBe(rowsExpected(checked, 5473));
  });
  test.each(Object.keys(EXPECTED))('a price that is %s has none, and says why', (status) => {
    let checked = 0;
    let elsewhere = 0;
    for (const row of ROWS) {
      if (row['status'] !== status) continue;
      checked++;
      const ours = solve(row);
      if (EXPECTED[status]?.includes(ours.status)) continue;
      // Our bounds are in doubles: a price on the exact bound may fall a rounding inside or outside them.
      const [spot, strike, price] = [Number(row['S']), Number(row['K']), Number(row['price'])];
      const years = Number(row['T']);
      const stock = spot * Math.exp(-Number(row['q']) * years);
      const cash = strike * Math.exp(-Number(row['r']) * years);
      const bound = row['type'] === 'C' ? stock - cash : cash - stock;
      const upper = row['type'] === 'C' ? stock : cash;
      const slack = 4 * Number.EPSILON * Math.max(stock, cash);
      if (Math.min(Math.abs(price - Math.max(0, bound)), Math.abs(price - upper)) > slack)
        throw new Error(`row ${row['id']} (${row['category']}): ${ours.status} at ${price}`);
      elsewhere++;
    }
    expect(checked).toBeGreaterThan(rowsExpected(checked, 101) - 1);
    expect(elsewhere).toBeLessThan(checked);
  });
  test('ill-conditioned prices give a finite answer or a reason', () => {
    const ours = ROWS.filter((row) => row['status'] === 'ill_conditioned').map(solve);
    expect(ours.length).toBeGreaterThan(50);
    for (const { status, volatility } of ours)
      if (status === 'ok') expect(Number.isFinite(volatility) && volatility > 0).toBe(true);
  });
});

test('bid, mid and ask of quotes in cents each have their own volatility or reason', () => {
  const rows = readReferenceTable('options/quote_iv.csv.gz');
  let volatilities = 0;
  let reasons = 0;
  for (const row of rows)
    for (const side of ['bid', 'mid', 'ask']) {
      const ours = solve({ ...row, price: row[side] ?? '' });
      const expected = row[`${side}_status`] ?? '';
      if (expected !== 'ok') {
        expect(EXPECTED[expected], `${side} of row ${row['id']}`).toContain(ours.status);
        reasons++;
        continue;
      }
      // An error of an ulp in the price is the least there is.
      const { vegaPerPoint } = greeksOf(
        row['type'] === 'C',
        Number(row['S']),
        Number(row['K']),
        Number(row['T']),
        Number(row[`${side}_iv`]),
        Number(row['r']),
        Number(row['q']),
      );
      const rounding = (Number.EPSILON * Math.max(Number(row['S']), Number(row['K']))) / (100 * vegaPerPoint);
      const error = Math.abs((ours.volatility ?? Number.NaN) - Number(row[`${side}_iv`]));
      expect(error, `${side} of row ${row['id']}: ${ours.status}`).toBeLessThanOrEqual(1e-9 + 4 * rounding);
      volatilities++;
    }
  process.stdout.write(`quote_iv.csv: ${volatilities} volatilities, ${reasons} reasons\n`);
  expect(rows.length).toBe(rowsExpected(rows.length, 240));
});

test('an ordinary price gives back its volatility', () => {
  const price = bsmPrice(false, 500, 480, 0.01, 0.21, 0.04, 0.013);
  const ours = impliedVolatility(false, price, 500, 480, 0.01, 0.04, 0.013);
  expect(Math.abs((ours.volatility ?? Number.NaN) - 0.21)).toBeLessThan(1e-12);
});

test.each([
  ['no price', [Number.NaN, 500, 500, 0.1, 0.04, 0.01], 'no-quote'],
  ['a zero bid', [0, 500, 500, 0.1, 0.04, 0.01], 'no-quote'],
  ['no spot', [1, Number.NaN, 500, 0.1, 0.04, 0.01], 'no-quote'],
  ['no time', [1, 500, 500, Number.NaN, 0.04, 0.01], 'no-quote'],
  ['no rate', [1, 500, 500, 0.1, Number.NaN, 0.01], 'no-quote'],
  ['an expired contract', [1, 500, 500, 0, 0.04, 0.01], 'expired'],
  ['a price under intrinsic value', [49, 550, 500, 0.001, 0.04, 0.01], 'below-intrinsic'],
  ['a price above the stock', [501, 500, 500, 0.1, 0.04, 0], 'above-bound'],
] as const)('%s has no volatility', (_, [price, spot, strike, years, rate, dividendYield], status) => {
  expect(impliedVolatility(true, price, spot, strike, years, rate, dividendYield)).toEqual({
    status,
    volatility: null,
  });
});
