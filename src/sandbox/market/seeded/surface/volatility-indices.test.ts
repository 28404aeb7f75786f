import { expect, test } from 'bun:test';
import { EVERYTHING, nyTime, seededMarket } from '../../../../../tests/support/seeded.ts';
import { correlationOf, meanOf, standardErrorOf } from '../../../../../tests/support/statistics.ts';
import { expiresAt, type Session, sessionOn, settlesAm } from '../../../../engine/core/market/calendar.ts';
import { yearsUntil } from '../../../../engine/core/pricing/bsm.ts';
import type { Instant, SessionDate } from '../../../../engine/core/types.ts';
import type { ChainRow } from '../../types.ts';
import { RATE } from '../listing/option-quotes.ts';
import { createWorldPaths } from '../volatility/companies.ts';
import { createSessionPath } from '../volatility/session-path.ts';
import { surfaceLevel } from './level.ts';
import { volatilityIndexOf } from './variance-swap.ts';

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

test('they rise as the index falls: quarter of an hour by quarter of an hour, over sessions', () => {
  const correlations = [5, 6, 7, 8, 9, 10].map((seed) => {
    const world = createWorldPaths(seed, []);
    const session = sessionOn('2026-11-18' as SessionDate) as Session;
    const path = createSessionPath({ world, session, chosen: 'mixed', switches: [] });
    path.extendTo(path.minutes);
    const vix = (minute: number): number => volatilityIndexOf(surfaceLevel(world, path, 'SPX', minute), 30, -0.55, 0.8);
    const quarters = Array.from({ length: 26 }, (_, i) => i * 15);
    const falls = quarters.map((minute) => Math.log(path.price('SPX', minute) / path.price('SPX', minute + 15)));
    return correlationOf(
      falls,
      quarters.map((minute) => vix(minute + 15) - vix(minute)),
    );
  });
  console.info(`index against volatility: ${correlations.map((value) => value.toFixed(2)).join(' ')}`);
  expect(meanOf(correlations)).toBeGreaterThan(4 * standardErrorOf(correlations));
  expect(meanOf(correlations)).toBeGreaterThan(3 / Math.sqrt(6 * 26));
});
