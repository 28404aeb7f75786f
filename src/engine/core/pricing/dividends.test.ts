import { describe, expect, test } from 'bun:test';
import { newYorkInstant } from '../market/calendar.ts';
import { instant, type SessionDate } from '../types.ts';
import { yearsUntil } from './bsm.ts';
import { type CarryInputs, carryByExpiry, dividendYieldUntil, forwardOf } from './dividends.ts';
import { flatRate, rateAt } from './rates.ts';

const AT = newYorkInstant('2026-09-14' as SessionDate, '11:00:00');
const DAY = 86_400_000;
const rates = flatRate(0.04, 'test', AT);
const withCash = (...payments: readonly [number, number][]): CarryInputs => ({
  rates,
  dividends: {
    value: { kind: 'cash', payments: payments.map(([days, amount]) => ({ exAt: instant(AT + days * DAY), amount })) },
    source: 'test',
    asOf: AT,
  },
});
const withYield = (perYear: number): CarryInputs => ({
  rates,
  dividends: { value: { kind: 'yield', perYear }, source: 'test', asOf: AT },
});

describe('a rate curve', () => {
  const curve = {
    value: [
      { years: 0.1, rate: 0.05 },
      { years: 0.5, rate: 0.04 },
      { years: 2, rate: 0.03 },
    ],
    source: 'test',
    asOf: AT,
  };
  test.each([
    [0.001, 0.05],
    [0.1, 0.05],
    [0.3, 0.045],
    [0.5, 0.04],
    [1.25, 0.035],
    [2, 0.03],
    [10, 0.03],
  ])('at %p years is %p', (years, rate) => {
    expect(rateAt(curve, years)).toBeCloseTo(rate, 14);
  });
  test('without points or a time has no rate', () => {
    expect(rateAt({ ...curve, value: [] }, 1)).toBeNaN();
    expect(rateAt(curve, Number.NaN)).toBeNaN();
  });
});

describe('dividends', () => {
  const month = yearsUntil(AT, instant(AT + 30 * DAY));
  test('paid in cash lower the forward by their value at expiry', () => {
    const forward = forwardOf(500, AT, month, withCash([10, 1.75]));
    const atExpiry = 1.75 * Math.exp((0.04 * 20) / 365);
    expect(forward).toBeCloseTo(500 * Math.exp(0.04 * month) - atExpiry, 10);
  });
  test('count from the first instant after now to expiry, and not beyond', () => {
    const none = 500 * Math.exp(0.04 * month);
    expect(forwardOf(500, AT, month, withCash([0, 1.75], [-1, 1.75], [30.01, 1.75]))).toBeCloseTo(none, 12);
    expect(forwardOf(500, AT, month, withCash([30, 1.75]))).toBeLessThan(none - 1.7);
  });
  test('as a yield give the forward of that yield', () => {
    expect(forwardOf(500, AT, month, withYield(0.012))).toBeCloseTo(500 * Math.exp(0.028 * month), 12);
    expect(dividendYieldUntil(500, AT, month, withYield(0.012))).toBe(0.012);
  });
  test('become the yield with the same forward, by expiry', () => {
    const inputs = withCash([10, 1.75]);
    const carry = carryByExpiry(500, AT, Float64Array.of(5 / 365, month, Number.NaN), inputs);
    expect(carry.dividendYield[0]).toBe(0);
    const [rate, dividendYield] = [carry.rate[1] ?? Number.NaN, carry.dividendYield[1] ?? Number.NaN];
    expect(500 * Math.exp((rate - dividendYield) * month)).toBeCloseTo(forwardOf(500, AT, month, inputs), 10);
    expect(dividendYield).toBeGreaterThan(0.04);
    expect(carry.dividendYield[2]).toBeNaN();
  });
  test('beyond the spot itself have no forward', () => {
    expect(forwardOf(1, AT, month, withCash([10, 1.75]))).toBeNaN();
    expect(dividendYieldUntil(Number.NaN, AT, month, withCash([10, 1.75]))).toBeNaN();
  });
});
