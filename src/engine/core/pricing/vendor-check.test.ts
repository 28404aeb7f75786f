import { describe, expect, test } from 'bun:test';
import { parseCboeQuotes } from '../../../../tests/support/cboe.ts';
import { hasRecordedData, readRecordedText } from '../../../../tests/support/reference.ts';
import { chainOf, type TestContract } from '../../testing/chain.ts';
import { expiresAt, newYorkInstant } from '../market/calendar.ts';
import type { ChainColumns } from '../market/chain.ts';
import { type Instant, instant, type SessionDate } from '../types.ts';
import { greeksOf, yearsUntil } from './bsm.ts';
import { type ChainGreeks, type ChainPricing, chainGreeks, createChainGreeks } from './chain-greeks.ts';
import { checkVendorGreeks, VENDOR_BOUNDS, VENDOR_MARK, type VendorBounds, type VendorCheck } from './vendor-check.ts';

const AT = newYorkInstant('2026-09-14' as SessionDate, '11:00:00');
const EXPIRY = '2026-09-18' as SessionDate;
const RATES = { rate: 0.04, dividendYield: 0.012 };

const slotYears = (chain: ChainColumns, at: Instant): Float64Array =>
  Float64Array.from(
    chain.expiries.flatMap((expiry) => [false, true].map((am) => yearsUntil(at, expiresAt(expiry, am)))),
  );
const ownGreeks = (
  chain: ChainColumns,
  years: Float64Array,
  spot: number,
  rate: number,
  yield_: number,
): ChainGreeks => {
  const pricing: ChainPricing = {
    ...chain,
    logStrike: chain.strike.map(Math.log),
    volatility: chain.impliedVolatility,
    expirySlot: chain.expiryIndex.map((e, i) => 2 * e + (chain.settlesAm[i] ?? 0)),
    years,
  };
  const out = createChainGreeks(chain.rowCount);
  chainGreeks(pricing, spot, rate, yield_, out);
  return out;
};
const check = (rows: readonly TestContract[], at = AT, bounds: VendorBounds = VENDOR_BOUNDS): VendorCheck => {
  const chain = chainOf('SPX', AT, rows);
  const years = slotYears(chain, at);
  return checkVendorGreeks(chain, years, ownGreeks(chain, years, 500, RATES.rate, RATES.dividendYield), bounds);
};

/** A row whose vendor figures are ours, rounded as a vendor prints them. */
const honest = (right: 'C' | 'P', strike: number): TestContract & { delta: number; gamma: number } => {
  const years = yearsUntil(AT, expiresAt(EXPIRY, false));
  const own = greeksOf(right === 'C', 500, strike, years, 0.2, RATES.rate, RATES.dividendYield);
  const round = (value: number): number => Math.round(value * 1e4) / 1e4;
  return { expiry: EXPIRY, right, strike, impliedVolatility: 0.2, delta: round(own.delta), gamma: round(own.gamma) };
};

describe('a vendor whose Greeks', () => {
  const strikes = [440, 480, 495, 500, 505, 520, 560];
  const rows = strikes.flatMap((strike) => [honest('C', strike), honest('P', strike)]);
  test('are ours but for rounding agrees in every contract', () => {
    const own = check(rows);
    expect(own).toMatchObject({ checked: 14, agreeing: 14, differing: 0, reasons: {} });
    expect([...own.marks]).toEqual(rows.map(() => VENDOR_MARK.agrees));
    expect(own.worst.gamma).toBeGreaterThan(0);
    expect(own.worst.thetaPerDay).toBeNull();
  });
  test('are rounded differs from ours by what rounding comes to, and no more', () => {
    const bound = (absolute: number): VendorBounds => ({
      ...VENDOR_BOUNDS,
      delta: { absolute, relative: 0 },
      gamma: { absolute, relative: 0 },
    });
    expect(check(rows, AT, bound(0.51e-4))).toMatchObject({ differing: 0 });
    expect(check(rows, AT, bound(1e-6)).differing).toBeGreaterThan(7);
  });
  test.each([
    ['sends the wrong sign', (row: TestContract) => ({ ...row, delta: -(row.delta ?? 0) }), 'delta-differs'],
    [
      'is off by half as much again as the bound',
      (row: TestContract) => ({ ...row, delta: (row.delta ?? 0) + 0.045 }),
      'delta-differs',
    ],
    ['swaps call and put', (row: TestContract) => ({ ...row, delta: 1 + (row.delta ?? 0) }), 'impossible'],
    ['drops its gamma to zero', (row: TestContract) => ({ ...row, gamma: 0 }), 'gamma-differs'],
    ['gives gamma per 1 %', (row: TestContract) => ({ ...row, gamma: 5 * (row.gamma ?? 0) }), 'gamma-differs'],
    ['sends a negative gamma', (row: TestContract) => ({ ...row, gamma: -(row.gamma ?? 0) }), 'impossible'],
    ['is of another expiry', (row: TestContract) => ({ ...row, gamma: 0.5 * (row.gamma ?? 0) }), 'gamma-differs'],
  ] as const)('%s has that contract marked', (_, damage, reason) => {
    const damaged = rows.map((row) => (row.strike === 500 && row.right === 'P' ? damage(row) : row));
    const own = check(damaged);
    const place = rows.findIndex((row) => row.strike === 500 && row.right === 'P');
    expect(own.marks[place]).toBe(VENDOR_MARK.differs);
    expect(own).toMatchObject({ checked: 14, agreeing: 13, differing: 1 });
    expect(own.reasons[reason]).toBe(1);
  });
  test('are off by two thirds of the bound agrees', () => {
    expect(
      check(
        rows.map((row) => ({
          ...row,
          delta: row.delta - 0.02 * Math.sign(row.delta) * (Math.abs(row.delta) > 0.1 ? 1 : 0),
        })),
      ),
    ).toMatchObject({
      differing: 0,
    });
  });
  test('are not there, or cannot be compared, is not marked but counted', () => {
    const own = check([
      { expiry: EXPIRY, right: 'C', strike: 500, impliedVolatility: 0.2 },
      { expiry: EXPIRY, right: 'C', strike: 505, delta: 0.4, gamma: 0.02 },
      { expiry: '2026-09-11', right: 'C', strike: 500, impliedVolatility: 0.2, delta: 0.5, gamma: 0.02 },
    ]);
    expect(own).toMatchObject({ checked: 0, agreeing: 0, differing: 0 });
    expect(own.reasons).toEqual({ 'vendor-greeks-absent': 1, 'implied-volatility-absent': 1, expired: 1 });
    expect([...own.marks]).toEqual([0, 0, 0]);
  });
  test('come after the settlement instant is expired, up to it is not', () => {
    const settles = expiresAt(EXPIRY, false);
    expect(check(rows, settles).reasons).toEqual({ expired: 14 });
    expect(check(rows, instant(settles - 1000)).checked).toBe(14);
  });
});

const FILE = 'chains/cboe-quotedata/spx_2023-09-14_1631ET.csv.gz';
test.skipIf(!hasRecordedData(FILE))('a real chain agrees in most contracts, and every threshold is reached', () => {
  const at = newYorkInstant('2023-09-14' as SessionDate, '15:59:00');
  const { spot, chain } = parseCboeQuotes(readRecordedText(FILE), at);
  const years = slotYears(chain, at);
  const own = checkVendorGreeks(chain, years, ownGreeks(chain, years, spot, 0.053, 0.015));
  process.stdout.write(`cboe 2023-09-14: ${own.agreeing} of ${own.checked} agree, ${JSON.stringify(own.reasons)}\n`);
  expect(own.checked).toBeGreaterThan(5000);
  expect(own.agreeing / own.checked).toBeGreaterThan(0.8);
  expect(own.reasons['delta-differs']).toBeGreaterThan(0);
  expect(own.reasons['gamma-differs']).toBeGreaterThan(0);
});
