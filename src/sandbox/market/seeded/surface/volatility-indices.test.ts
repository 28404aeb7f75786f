import { expect, test } from 'bun:test';
import { EVERYTHING, nyTime, seededMarket } from '../../../../../tests/support/seeded.ts';
import { expiresAt, settlesAm } from '../../../../engine/core/market/calendar.ts';
import { yearsUntil } from '../../../../engine/core/pricing/bsm.ts';
import { type Instant, instant } from '../../../../engine/core/types.ts';
import type { ChainRow } from '../../types.ts';
import { RATE } from '../listing/option-quotes.ts';

/** Cboe's variance of one expiry from its quoted mids: Volatility Index Methodology, step 2, without the two-zero-bids rule's refinements. */
const varianceOfExpiry = (rows: readonly ChainRow[], years: number): number => {
  const mid = ({ bid, ask }: ChainRow): number => ((bid ?? 0) + (ask ?? 0)) / 2;
  const strikes = [...new Set(rows.map(({ contract }) => contract.strike))].sort((a, b) => a - b);
  const at = (strike: number, right: 'C' | 'P'): ChainRow =>
    rows.find(({ contract }) => contract.strike === strike && contract.right === right) as ChainRow;
  const nearest = strikes.reduce((best, strike) => {
    const gap = (k: number): number => Math.abs(mid(at(k, 'C')) - mid(at(k, 'P')));
    return gap(strike) < gap(best) ? strike : best;
  });
  const growth = Math.exp(RATE * years);
  const forward = nearest + growth * (mid(at(nearest, 'C')) - mid(at(nearest, 'P')));
  const zero = strikes.findLast((strike) => strike <= forward) ?? nearest;
  let sum = 0;
  for (const [i, strike] of strikes.entries()) {
    const gap =
      ((strikes[i + 1] ?? strike) - (strikes[i - 1] ?? strike)) / (i === 0 || i === strikes.length - 1 ? 1 : 2);
    const [call, put] = [at(strike, 'C'), at(strike, 'P')];
    const row = strike < zero ? put : call;
    if ((row.bid ?? 0) === 0) continue;
    const value = strike === zero ? (mid(call) + mid(put)) / 2 : mid(row);
    sum += (gap / strike ** 2) * growth * value;
  }
  return (2 * sum - (forward / zero - 1) ** 2) / years;
};

const cboeIndex = (rows: readonly ChainRow[], at: Instant, days: number): number => {
  const terms = new Map<string, { rows: ChainRow[]; years: number }>();
  for (const row of rows) {
    const { tradingClass, expiry } = row.contract;
    if (tradingClass !== 'SPXW') continue;
    const term = terms.get(expiry) ?? {
      rows: [],
      years: yearsUntil(at, expiresAt(expiry, settlesAm(tradingClass, expiry))),
    };
    term.rows.push(row);
    terms.set(expiry, term);
  }
  const target = days / 365;
  const ordered = [...terms.values()].sort((a, b) => a.years - b.years);
  const near = ordered.findLast(({ years }) => years <= target);
  const next = ordered.find(({ years }) => years > target);
  if (!near || !next) throw new Error(`no expiries on either side of ${days} days`);
  const weight = (next.years - target) / (next.years - near.years);
  const total =
    weight * near.years * varianceOfExpiry(near.rows, near.years) +
    (1 - weight) * next.years * varianceOfExpiry(next.rows, next.years);
  return 100 * Math.sqrt(total / target);
};

test.each([
  [1, '2026-11-18', '10:00:00'],
  [2, '2026-11-18', '14:30:00'],
  [3, '2026-05-12', '11:00:00'],
] as const)(
  'the volatility indices are what Cboe would compute from the quoted chain (seed %i, %s %s)',
  (seed, date, time) => {
    const at = nyTime(date, time);
    const market = seededMarket(seed, at, EVERYTHING);
    const rows = market.chain('SPX') ?? [];
    for (const [name, days] of [
      ['VIX9D', 9],
      ['VIX', 30],
      ['VIX3M', 93],
    ] as const) {
      const shown = market.quote(name)?.lastPrice ?? Number.NaN;
      const computed = cboeIndex(rows, at, days);
      // Coarse strikes of later expiries and cut-off wings: Jiang and Tian (2005) put such errors at a few percent.
      expect(Math.abs(computed / shown - 1)).toBeLessThan(0.05);
    }
    const shown = market.quote('VIX1D')?.lastPrice ?? Number.NaN;
    expect(Math.abs(cboeIndex(rows, at, 1) / shown - 1)).toBeLessThan(0.1);
  },
  30_000,
);

test('they rise as the index falls: minute by minute over a session', () => {
  const at = nyTime('2026-11-18', '09:30');
  const market = seededMarket(5, at, ['SPX', 'VIX']);
  market.advanceTo(instant(at + 380 * 60_000));
  const [spx, vix] = [market.minuteBars('SPX', 400), market.minuteBars('VIX', 400)];
  expect(vix.length).toBe(381);
  let against = 0;
  for (let i = 15; i < vix.length; i += 15) {
    const change = (bars: typeof spx): number => (bars[i]?.close ?? 0) - (bars[i - 15]?.close ?? 0);
    against -= Math.sign(change(spx)) * Math.sign(change(vix));
  }
  // 25 quarters of an hour: by chance alone the signs would differ by 5 either way.
  expect(against).toBeGreaterThan(5);
});
