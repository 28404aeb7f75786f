import { expect, test } from 'bun:test';
import { chainOf, type TestContract } from '../../testing/chain.ts';
import { newYorkInstant } from '../market/calendar.ts';
import type { SessionDate } from '../types.ts';
import { computeExposure } from './exposure.ts';

const AT = newYorkInstant('2026-09-18' as SessionDate, '11:00:00');
const RATES = { rate: 0.045, dividendYield: 0.012 };

test('calls and puts that cancel at every strike have no flip: rounding has signs, but says nothing', () => {
  // All calls before all puts: added in turn they would cancel to the last digit.
  const rows = (['C', 'P'] as const).flatMap((right) =>
    ['2026-09-18', '2026-09-25', '2026-12-18'].flatMap((expiry) =>
      Array.from({ length: 60 }, (_, s) => 440 + 2 * s).map(
        (strike): TestContract => ({
          expiry,
          right,
          strike,
          impliedVolatility: 0.18 - 0.3 * Math.log(strike / 500),
          openInterest: 100 + ((strike * 37) % 900),
        }),
      ),
    ),
  );
  const flipOf = (of: readonly TestContract[]): unknown =>
    computeExposure(chainOf('SPX', AT, of), 500, AT, RATES).gammaFlip;
  expect(flipOf(rows)).toEqual({ value: null, reason: 'no-sign-change' });
  // One contract more under spot, and one less above it, is a fact however small.
  const tilted = rows.map((row) =>
    row.right === 'P' && row.strike < 500 ? { ...row, openInterest: (row.openInterest ?? 0) + 1 } : row,
  );
  expect(flipOf(tilted)).toEqual({ value: null, reason: 'no-sign-change' });
  const crossed = tilted.map((row) =>
    row.right === 'C' && row.strike > 500 ? { ...row, openInterest: (row.openInterest ?? 0) + 1 } : row,
  );
  expect(flipOf(crossed)).toMatchObject({ value: expect.any(Number) });
});
