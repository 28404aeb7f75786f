import { describe, expect, test } from 'bun:test';
import { chainOf, type TestContract } from '../../testing/chain.ts';
import { expiresAt, newYorkInstant } from '../market/calendar.ts';
import { americanPrice } from '../pricing/american.ts';
import { bsmPrice, yearsUntil } from '../pricing/bsm.ts';
import type { SessionDate } from '../types.ts';
import { type ChainTerms, chainTerms, type Rates } from './chain-terms.ts';
import { yearsPerSlot } from './exposure-sums.ts';
import { CARRY_BASES } from './forward-carry.ts';

const AT = newYorkInstant('2026-09-18' as SessionDate, '11:00:00');
const EXPIRIES = ['2026-09-18', '2026-09-21', '2026-09-25', '2026-10-16', '2026-12-18', '2027-03-19', '2027-09-17'];
const RATE = 0.045;
const GIVEN: Rates = { rate: RATE, dividendYield: 0.013 };

/** A market whose every price has the forward `spot · e^((r − q) T)` in it, quoted two cents either side. */
const market = (
  underlying: string,
  spot: number,
  yieldOf: (years: number) => number,
  change: (row: TestContract, n: number) => TestContract = (row) => row,
): ReturnType<typeof chainOf> => {
  const price = underlying === 'SPX' ? bsmPrice : americanPrice;
  const rows: TestContract[] = [];
  for (const expiry of EXPIRIES)
    for (let strike = 460; strike <= 540; strike += 5)
      for (const right of ['C', 'P'] as const) {
        const years = yearsUntil(AT, expiresAt(expiry as SessionDate, false));
        const volatility = 0.18 - 0.2 * Math.log(strike / 500);
        const middle = price(right === 'C', spot, strike, years, volatility, RATE, yieldOf(years));
        const row = { expiry, right, strike, bid: middle - 0.02, ask: middle + 0.02, impliedVolatility: volatility };
        if (middle > 0.05) rows.push(change(row, rows.length));
      }
  return chainOf(underlying, AT, rows);
};

const termsOf = (chain: ReturnType<typeof chainOf>, spot = 500, rates = GIVEN): ChainTerms =>
  chainTerms(chain, yearsPerSlot(chain, AT), spot, AT, rates);
const yields = ({ carry }: ChainTerms): number[] => EXPIRIES.map((_, e) => carry.dividendYield[2 * e] ?? Number.NaN);
const bases = ({ carry }: ChainTerms): (string | undefined)[] =>
  EXPIRIES.map((_, e) => CARRY_BASES[carry.basis[2 * e] ?? -1]);

describe('the carry of each expiry', () => {
  test('is what its own calls and puts agree on, whatever yield was given', () => {
    const terms = termsOf(market('SPX', 500, (years) => 0.002 + 0.02 * years));
    EXPIRIES.forEach((expiry, e) => {
      const years = yearsUntil(AT, expiresAt(expiry as SessionDate, false));
      const logForward = ((yields(terms)[e] ?? Number.NaN) - 0.002 - 0.02 * years) * years;
      expect(Math.abs(logForward), expiry).toBeLessThan(2e-5);
    });
    expect(terms.style).toBe('european');
    expect(bases(terms).slice(2)).toEqual(Array.from({ length: 5 }, () => 'put-call-parity'));
    expect(bases(terms)[0]).toBe('neighbouring-parity');
  });
  test('of American options leaves out what early exercise adds to each price', () => {
    const terms = termsOf(market('SPY', 500, () => 0.005));
    for (const [e, expiry] of EXPIRIES.entries()) {
      const years = yearsUntil(AT, expiresAt(expiry as SessionDate, false));
      expect(Math.abs((yields(terms)[e] ?? Number.NaN) - 0.005) * years, expiry).toBeLessThan(3e-4);
    }
    expect(terms.style).toBe('american');
  });
  test('does not take a spot of another moment for a carry', () => {
    const chain = market('SPX', 500, () => 0.013);
    const terms = termsOf(chain, 499);
    expect(terms.spotShift).toBeCloseTo(Math.log(500 / 499), 5);
    for (const q of yields(terms)) expect(Math.abs(q - 0.013)).toBeLessThan(1e-3);
  });
  test('is the one given, by the dividends known, where there are no quotes', () => {
    const bare = market(
      'SPY',
      500,
      () => 0.01,
      ({ bid: _, ask: __, ...row }) => row,
    );
    const payments = [{ exAt: newYorkInstant('2026-09-24' as SessionDate, '09:30:00'), amount: 2 }];
    const dividends = { value: { kind: 'cash', payments }, source: 'the calendar', asOf: AT } as const;
    const terms = termsOf(bare, 500, { ...GIVEN, dividends: { SPY: dividends } });
    expect(bases(terms)).toEqual(EXPIRIES.map(() => 'rate-and-dividends'));
    expect(terms.dividendsFrom).toBe('the calendar');
    expect(yields(terms).slice(0, 2)).toEqual([0, 0]);
    const years = yearsUntil(AT, expiresAt('2026-09-25' as SessionDate, false));
    // 2 of 500 dollars, less six days' interest.
    expect((yields(terms)[2] ?? Number.NaN) * years).toBeCloseTo(0.004, 4);
    expect(yields(termsOf(bare))).toEqual(EXPIRIES.map(() => 0.013));
  });
  test('is not moved by one crossed or one mistaken quote', () => {
    const spoilt = market(
      'SPX',
      500,
      () => 0.02,
      (row, n) => (n % 19 === 3 ? { ...row, bid: (row.bid ?? 0) + 3, ask: (row.ask ?? 0) + 3 } : row),
    );
    const crossed = market(
      'SPX',
      500,
      () => 0.02,
      (row, n) => (n % 7 === 3 ? { ...row, bid: (row.ask ?? 0) + 1 } : row),
    );
    for (const chain of [spoilt, crossed])
      EXPIRIES.forEach((expiry, e) => {
        const years = yearsUntil(AT, expiresAt(expiry as SessionDate, false));
        expect(Math.abs((yields(termsOf(chain))[e] ?? Number.NaN) - 0.02) * years, expiry).toBeLessThan(2e-5);
      });
  });
  test('is the one given where the forwards belong to another price altogether', () => {
    const terms = termsOf(
      market('SPX', 500, () => 0.01),
      460,
    );
    expect(bases(terms)).toEqual(EXPIRIES.map(() => 'rate-and-dividends'));
  });
});
