import { describe, expect, test } from 'bun:test';
import { chainOf, type TestContract } from '../../../testing/chain.ts';
import { expiresAt, newYorkInstant } from '../../market/calendar.ts';
import { americanGreeks } from '../../pricing/american.ts';
import { type Greeks, yearsUntil } from '../../pricing/bsm.ts';
import type { SessionDate } from '../../types.ts';
import type { Measured } from '../measured.ts';
import type { PositioningView } from './figures.ts';
import { createPositioning, onPositioningChain, positioningView } from './positioning.ts';

const AT = newYorkInstant('2026-09-18' as SessionDate, '11:00:00');
const SPOT = 500;
const RATES = { rate: 0.045, dividendYield: 0.012 };
const EXPIRIES = ['2026-09-18', '2026-09-25', '2026-12-18', '2027-03-19'];

const known = (figure: Measured): number => {
  if (figure.value === null) throw new Error(`expected a figure, got absent: ${figure.reason}`);
  return figure.value;
};

/** More calls above and more puts below, so that gamma turns a little under spot. */
const contracts: readonly TestContract[] = EXPIRIES.flatMap((expiry, e) =>
  Array.from({ length: 17 }, (_, s) => 440 + 7.5 * s).flatMap((strike) =>
    (['C', 'P'] as const).map((right): TestContract => {
      const moneyness = Math.log(strike / SPOT);
      const near = Math.exp(-((moneyness / 0.08) ** 2));
      const openInterest = Math.round(1000 * near * (right === 'C' ? 1 + 6 * moneyness : 1.05 - 5 * moneyness));
      const impliedVolatility = 0.17 - 0.3 * moneyness + 0.01 * e;
      return { expiry, right, strike, impliedVolatility, openInterest: Math.max(0, openInterest) };
    }),
  ),
);

const viewOf = (underlying: string): PositioningView => {
  const state = createPositioning();
  onPositioningChain(state, chainOf(underlying, AT, contracts), SPOT, AT, RATES);
  return positioningView(state, AT);
};

const one = ({ expiry, right, strike, impliedVolatility }: TestContract, spot = SPOT): Greeks =>
  americanGreeks(
    right === 'C',
    spot,
    strike,
    yearsUntil(AT, expiresAt(expiry as SessionDate, false)),
    impliedVolatility ?? Number.NaN,
    RATES.rate,
    RATES.dividendYield,
  );

/** Dealer's sum (calls +, puts −) of a Greek over all contracts, and the sum of what is in it, none netted. */
const summed = (greek: (row: TestContract) => number): { readonly net: number; readonly gross: number } => {
  let net = 0;
  let gross = 0;
  for (const row of contracts) {
    const part = (row.openInterest ?? 0) * 100 * greek(row) * (row.right === 'C' ? 1 : -1);
    net += part;
    gross += Math.abs(part);
  }
  return { net, gross };
};

describe('a fund that can be exercised early', () => {
  const fund = viewOf('SPY');
  const index = viewOf('SPX');
  const told = fund.scopes.all.openInterest;
  test('has the exposure of American Greeks, contract by contract', () => {
    const near = (figure: Measured, greek: (row: TestContract) => number, scale: number): void => {
      const { net, gross } = summed(greek);
      expect(Math.abs(known(figure) / scale - net) / gross).toBeLessThan(1e-5);
    };
    near(told.gex, (row) => one(row).gamma, SPOT * SPOT * 0.01);
    near(told.deltaDealer, (row) => one(row).delta, SPOT);
    near(told.vannaDealerPerPoint, (row) => one(row).vannaPerPoint, SPOT);
    near(told.charmDealerPerDay, (row) => one(row).charmPerDay, SPOT);
    expect(fund.pricing.style).toBe('american');
    expect(index.pricing.style).toBe('european');
  });
  test('flips where American gamma, not European, adds up to nothing', () => {
    const flip = known(told.gammaFlip);
    const european = known(index.scopes.all.openInterest.gammaFlip);
    const at = (spot: number): number => {
      const { net, gross } = summed((row) => one(row, spot).gamma);
      return net / gross;
    };
    expect(Math.abs(at(flip))).toBeLessThan(1e-5);
    expect(Math.abs(at(european))).toBeGreaterThan(1e-3);
  });
  test('hedges what its repriced delta moves by', () => {
    const { perPercentUp, perPercentDown } = fund.hedging;
    const moved = (spot: number): number =>
      -100 *
      SPOT *
      contracts.reduce((sum, row) => {
        const shift = one(row, spot).delta - one(row).delta;
        return sum + (row.openInterest ?? 0) * shift * (row.right === 'C' ? 1 : -1);
      }, 0);
    const gross = summed((row) => one(row).gamma).gross * SPOT * SPOT * 0.01;
    expect(Math.abs(known(perPercentUp.repriced) - moved(505))).toBeLessThan(0.005 * gross);
    expect(Math.abs(known(perPercentDown.repriced) - moved(495))).toBeLessThan(0.005 * gross);
  });
  test('differs from the European figure by what its puts are worth early', () => {
    const [american, european] = [known(told.gex), known(index.scopes.all.openInterest.gex)];
    const gross = summed((row) => one(row).gamma).gross * SPOT * SPOT * 0.01;
    process.stdout.write(
      `American against European: gamma exposure ${american.toExponential(4)} and ${european.toExponential(4)}, ` +
        `${(((american - european) / gross) * 100).toFixed(2)} % of the gross; flip ${known(told.gammaFlip).toFixed(2)} and ` +
        `${known(index.scopes.all.openInterest.gammaFlip).toFixed(2)}\n`,
    );
    expect(american).toBeLessThan(european);
    expect((european - american) / gross).toBeGreaterThan(0.005);
  });
});
