import { expect, test } from 'bun:test';
import { createRandom } from '../../testing/random.ts';
import { americanGreeks } from './american.ts';
import type { BoundaryBanks } from './american-bank.ts';
import { americanChainGreeks } from './american-chain.ts';
import { type ChainCarry, type ChainGreeks, type ChainPricing, createChainGreeks } from './chain-greeks.ts';
import { boundariesSolved } from './effort.ts';
import { createExerciseSides } from './exercise-sides.ts';

const SPOT = 100;
const SEED = 20261126;
const EXPIRIES = ['2026-12-18'];

interface Contract {
  readonly isCall: boolean;
  readonly strike: number;
  readonly volatility: number;
}

/** Both rights, four volatilities, four deviations either way. */
const contractsAt = (years: number): Contract[] =>
  [0.08, 0.15, 0.3, 0.8].flatMap((volatility) =>
    Array.from({ length: 33 }, (_, n) => SPOT * Math.exp((n / 4 - 4) * volatility * Math.sqrt(years))).flatMap(
      (strike) => [true, false].map((isCall) => ({ isCall, strike, volatility })),
    ),
  );

const pricingOf = (contracts: readonly Contract[], years: number): ChainPricing => ({
  rowCount: contracts.length,
  isCall: Uint8Array.from(contracts, ({ isCall }) => (isCall ? 1 : 0)),
  strike: Float64Array.from(contracts, ({ strike }) => strike),
  logStrike: Float64Array.from(contracts, ({ strike }) => Math.log(strike)),
  volatility: Float64Array.from(contracts, ({ volatility }) => volatility),
  expirySlot: new Uint16Array(contracts.length),
  years: Float64Array.of(years),
});

const priced = (
  contracts: readonly Contract[],
  years: number,
  rate: number,
  dividendYield: number,
  banks: BoundaryBanks | null,
): ChainGreeks => {
  const carry: ChainCarry = { rate: Float64Array.of(rate), dividendYield: Float64Array.of(dividendYield) };
  const out = createChainGreeks(contracts.length);
  const kept = banks && { banks, expiries: EXPIRIES };
  const pricing = pricingOf(contracts, years);
  americanChainGreeks(pricing, SPOT, carry, out, createExerciseSides(pricing.years, carry, kept));
  return out;
};

const NAMES = ['price', 'delta', 'gamma', 'thetaPerDay', 'vegaPerPoint'] as const;
type Errors = Record<(typeof NAMES)[number], number>;

/** Each figure by its natural scale; the price by the strike. */
const errorsOf = (own: ChainGreeks, anew: ChainGreeks, i: number, { strike, volatility }: Contract, years: number) => {
  const root = Math.sqrt(years);
  const scale: Errors = {
    price: strike,
    delta: 1,
    gamma: 1 / (SPOT * volatility * root),
    thetaPerDay: (SPOT * volatility) / root / 365,
    vegaPerPoint: (SPOT * root) / 100,
  };
  return Object.fromEntries(
    NAMES.map((name) => [name, Math.abs((own[name][i] as number) - (anew[name][i] as number)) / scale[name]]),
  ) as Errors;
};

test(`boundaries kept from an earlier chain price as boundaries solved anew, seed ${SEED}`, () => {
  const random = createRandom(SEED);
  const between = (low: number, high: number): number => low + (high - low) * random.next();
  const worst: Errors = { price: 0, delta: 0, gamma: 0, thetaPerDay: 0, vegaPerPoint: 0 };
  let read = 0;
  let touching = 0;
  let offAccurate = 0;
  for (let n = 0; n < 60; n++) {
    const years = Math.exp(between(Math.log(0.0005), Math.log(2)));
    const [rate, dividendYield] = [between(0.005, 0.065), between(-0.02, 0.08)];
    const contracts = contractsAt(years);
    const banks: BoundaryBanks = new Map();
    priced(contracts, years, rate, dividendYield, banks);
    for (const [key, bank] of [...banks]) {
      const left = years - between(0, 1) * Math.min(0.25 * years, 0.5 / 365);
      const told = dividendYield + between(-1, 1) * bank.yieldStep;
      // The other right's may not cover this yield.
      const kept = new Map([[key, bank]]);
      const own = priced(contracts, left, rate, told, kept);
      const anew = priced(contracts, left, rate, told, null);
      expect(kept.get(key) === bank).toBe(true);
      contracts.forEach((contract, i) => {
        if (contract.isCall !== bank.isCall) return;
        const errors = errorsOf(own, anew, i, contract, left);
        worst.price = Math.max(worst.price, errors.price);
        worst.delta = Math.max(worst.delta, errors.delta);
        // One of the two is exercised now, the other a hair's breadth from it: gamma jumps there.
        if ((own.gamma[i] === 0) !== (anew.gamma[i] === 0)) touching++;
        else for (const name of NAMES) worst[name] = Math.max(worst[name], errors[name]);
        if (read++ % 97 > 0) return;
        const { isCall, strike, volatility } = contract;
        const accurate = americanGreeks(isCall, SPOT, strike, left, volatility, rate, told).price;
        offAccurate = Math.max(offAccurate, Math.abs((own.price[i] as number) - accurate) / strike);
      });
    }
  }
  process.stdout.write(
    `kept boundaries, seed ${SEED}: ${read} contracts, ${touching} at the boundary itself; ` +
      `prices within ${offAccurate.toExponential(1)} of the strike of the accurate scheme's; worst of natural scale ` +
      `${JSON.stringify(worst, (_, value) => (typeof value === 'number' ? value.toExponential(1) : value))}\n`,
  );
  expect(read).toBeGreaterThan(10_000);
  expect(touching).toBeLessThan(read / 1000);
  expect(offAccurate).toBeLessThan(2e-5);
  expect(worst.price).toBeLessThan(2e-6);
  expect(worst.delta).toBeLessThan(2e-5);
  for (const name of ['gamma', 'thetaPerDay', 'vegaPerPoint'] as const) expect(worst[name]).toBeLessThan(5e-4);
});

test('the next chain, seconds later and at nearly the same carry, solves next to nothing; the one after that nothing', () => {
  const banks: BoundaryBanks = new Map();
  const contracts = contractsAt(0.02);
  const solvedBy = (years: number, dividendYield: number): number => {
    const before = boundariesSolved();
    priced(contracts, years, 0.04, dividendYield, banks);
    return boundariesSolved() - before;
  };
  const first = solvedBy(0.02, 0.012);
  expect(first).toBeGreaterThan(10);
  expect(solvedBy(0.02 - 5 / 31_536_000, 0.012)).toBe(0);
  // The yields on either side are solved when the carry first moves.
  expect(solvedBy(0.02 - 10 / 31_536_000, 0.0121)).toBe(2 * first);
  expect(solvedBy(0.02 - 15 / 31_536_000, 0.0119)).toBe(0);
});

test.each([
  ['the rate is another', 0.02, 0.041, 0.012],
  ['a quarter of its life has passed', 0.0149, 0.04, 0.012],
  ['the yield has left its range', 0.02, 0.04, 0.02],
  ['more life is left than it began with', 0.021, 0.04, 0.012],
])('a kept boundary is not read where %s', (_, years, rate, dividendYield) => {
  const banks: BoundaryBanks = new Map();
  const contracts = contractsAt(0.02);
  priced(contracts, 0.02, 0.04, 0.012, banks);
  const before = new Map(banks);
  const own = priced(contracts, years, rate, dividendYield, banks);
  expect([...banks].filter(([key, bank]) => before.get(key) === bank)).toEqual([]);
  expect(own).toEqual(priced(contracts, years, rate, dividendYield, null));
});
