import { describe, expect, test } from 'bun:test';
import { readReferenceTable, rowsExpected } from '../../../../tests/support/reference.ts';
import { americanGreeks } from './american.ts';
import { americanChainGreeks } from './american-chain.ts';
import type { Greeks } from './bsm.ts';
import {
  type ChainCarry,
  type ChainGreeks,
  type ChainPricing,
  chainGreeksByExpiry,
  createChainGreeks,
} from './chain-greeks.ts';

interface Contract {
  readonly isCall: boolean;
  readonly strike: number;
  readonly years: number;
  readonly volatility: number;
}
const chainOf = (contracts: readonly Contract[]): ChainPricing => {
  const years = [...new Set(contracts.map((contract) => contract.years))];
  return {
    rowCount: contracts.length,
    isCall: Uint8Array.from(contracts, (contract) => (contract.isCall ? 1 : 0)),
    strike: Float64Array.from(contracts, (contract) => contract.strike),
    logStrike: Float64Array.from(contracts, (contract) => Math.log(contract.strike)),
    volatility: Float64Array.from(contracts, (contract) => contract.volatility),
    expirySlot: Uint16Array.from(contracts, (contract) => years.indexOf(contract.years)),
    years: Float64Array.from(years),
  };
};
const carryOf = (chain: ChainPricing, rate: number, dividendYield: number): ChainCarry => ({
  rate: chain.years.map(() => rate),
  dividendYield: chain.years.map(() => dividendYield),
});
const priced = (contracts: readonly Contract[], spot: number, rate: number, dividendYield: number): ChainGreeks => {
  const chain = chainOf(contracts);
  const out = createChainGreeks(contracts.length);
  americanChainGreeks(chain, spot, carryOf(chain, rate, dividendYield), out);
  return out;
};
const NAMES = ['price', 'delta', 'gamma', 'thetaPerDay', 'vegaPerPoint', 'vannaPerPoint', 'charmPerDay'] as const;

test('every reference row, priced as a chain, is within its stated accuracy', () => {
  const rows = readReferenceTable('options/american.csv.gz');
  const worst = { price: 0, delta: 0, gamma: 0, theta: 0, vega: 0 };
  let within = 0;
  let greeks = 0;
  for (const row of rows) {
    const [S, K, T, sigma] = ['S', 'K', 'T', 'sigma'].map((name) => Number(row[name])) as [
      number,
      number,
      number,
      number,
    ];
    const contract = { isCall: row['type'] === 'C', strike: K, years: T, volatility: sigma };
    const own = priced([contract], S, Number(row['r']), Number(row['q']));
    const off = (figure: number | undefined, name: string): number =>
      Math.abs((figure ?? Number.NaN) - Number(row[name]));
    const error = off(own.price[0], 'price');
    if (error <= Number(row['price_tol'])) within++;
    worst.price = Math.max(worst.price, error / K);
    if (row['greeks_reliable'] !== '1') continue;
    greeks++;
    const root = Math.sqrt(T);
    worst.delta = Math.max(worst.delta, off(own.delta[0], 'delta'));
    worst.gamma = Math.max(worst.gamma, off(own.gamma[0], 'gamma') * S * sigma * root);
    worst.theta = Math.max(
      worst.theta,
      (off((own.thetaPerDay[0] ?? Number.NaN) * 365, 'theta_year') * root) / (S * sigma),
    );
    worst.vega = Math.max(worst.vega, off((own.vegaPerPoint[0] ?? Number.NaN) * 100, 'vega') / (S * root));
  }
  process.stdout.write(
    `american.csv as chains: ${within} of ${rows.length} prices within price_tol; worst of natural scale in ${greeks} rows ` +
      `${JSON.stringify(worst, (_, value) => (typeof value === 'number' ? value.toExponential(1) : value))}\n`,
  );
  expect(rows.length).toBe(rowsExpected(rows.length, 1995));
  expect(within / rows.length).toBeGreaterThan(2 / 3);
  expect(worst.price).toBeLessThan(2e-5);
  expect(worst.delta).toBeLessThan(1e-5);
  for (const name of ['gamma', 'theta', 'vega'] as const) expect(worst[name]).toBeLessThan(1e-4);
});

describe('a chain with a smile', () => {
  const contracts: Contract[] = [];
  for (const days of [0.01, 1, 9, 44, 200])
    for (let strike = 380; strike <= 620; strike += 7.5) {
      const moneyness = Math.log(strike / 500);
      for (const isCall of [true, false])
        contracts.push({
          isCall,
          strike,
          years: days / 365,
          volatility: 0.18 + 1.5 * moneyness ** 2 - 0.1 * moneyness,
        });
    }
  test('has the Greeks of its contracts one by one', () => {
    const own = priced(contracts, 500, 0.045, 0.012);
    let premiums = 0;
    contracts.forEach(({ isCall, strike, years, volatility }, i) => {
      const one = americanGreeks(isCall, 500, strike, years, volatility, 0.045, 0.012);
      const scale = { price: strike, delta: 1, gamma: 1 / (500 * volatility * Math.sqrt(years)) };
      expect(Math.abs((own.price[i] ?? Number.NaN) - one.price)).toBeLessThan(1e-6 * scale.price);
      expect(Math.abs((own.delta[i] ?? Number.NaN) - one.delta)).toBeLessThan(1e-5);
      expect(Math.abs((own.gamma[i] ?? Number.NaN) - one.gamma)).toBeLessThan(1e-4 * scale.gamma);
      expect(Math.abs((own.thetaPerDay[i] ?? Number.NaN) - one.thetaPerDay)).toBeLessThan(
        (1e-4 * 500 * volatility) / Math.sqrt(years) / 365,
      );
      expect(Math.abs((own.vegaPerPoint[i] ?? Number.NaN) - one.vegaPerPoint)).toBeLessThan(
        0.05 * Math.sqrt(years) * 0.01,
      );
      expect(Math.abs((own.vannaPerPoint[i] ?? Number.NaN) - one.vannaPerPoint)).toBeLessThan(
        (1e-4 / volatility) * 0.01,
      );
      expect(Math.abs((own.charmPerDay[i] ?? Number.NaN) - one.charmPerDay)).toBeLessThan(1e-3 / years / 365);
      if (!isCall && one.price > one.delta) premiums++;
    });
    expect(premiums).toBeGreaterThan(100);
  });
  test('is European where early exercise is worth nothing', () => {
    const chain = chainOf(contracts.filter(({ isCall }) => isCall));
    const carry = carryOf(chain, 0.045, 0);
    const [own, european] = [createChainGreeks(chain.rowCount), createChainGreeks(chain.rowCount)];
    americanChainGreeks(chain, 500, carry, own);
    chainGreeksByExpiry(chain, 500, carry, european);
    for (const name of NAMES) expect(own[name]).toEqual(european[name]);
  });
  test('prices each expiry by its own rate and yield', () => {
    const chain = chainOf(contracts);
    const carry = {
      rate: Float64Array.of(0.01, 0.02, 0.03, 0.04, 0.05),
      dividendYield: chain.years.map((_, s) => s / 100),
    };
    const out = createChainGreeks(chain.rowCount);
    americanChainGreeks(chain, 500, carry, out);
    contracts.forEach(({ isCall, strike, years, volatility }, i) => {
      const slot = chain.expirySlot[i] ?? 0;
      const [rate, dividendYield] = [carry.rate[slot] ?? Number.NaN, carry.dividendYield[slot] ?? Number.NaN];
      const one = americanGreeks(isCall, 500, strike, years, volatility, rate, dividendYield);
      expect(Math.abs((out.price[i] ?? Number.NaN) - one.price)).toBeLessThan(2e-6 * strike);
    });
  });
});

test('keeps its charm up to the boundary, where its integrand is a spike', () => {
  const years = (7 + 5 / 24) / 365;
  const volatility = 0.18 - 0.3 * Math.log(525 / 500);
  const one = (t: number): Greeks => americanGreeks(false, 500, 525, t, volatility, 0.045, 0.012);
  const step = 1e-3 * years;
  // 0.0007 of a standard deviation from exercise.
  const charm = (one(years - step).delta - one(years + step).delta) / (2 * step) / 365;
  const { charmPerDay } = priced([{ isCall: false, strike: 525, years, volatility }], 500, 0.045, 0.012);
  for (const told of [one(years).charmPerDay, charmPerDay[0] ?? Number.NaN])
    expect(Math.abs(told - charm)).toBeLessThan(0.005 / years / 365);
});

test.each([
  ['has expired', { isCall: false, strike: 500, years: 0, volatility: 0.2 }, 0.04, 0.01],
  ['has no volatility', { isCall: false, strike: 500, years: 0.1, volatility: Number.NaN }, 0.04, 0.01],
  ['has two boundaries', { isCall: false, strike: 500, years: 0.1, volatility: 0.2 }, -0.01, -0.02],
  ['has a volatility off the grid', { isCall: false, strike: 500, years: 0.1, volatility: 60 }, 0.04, 0.01],
  ['has no rate', { isCall: false, strike: 500, years: 0.1, volatility: 0.2 }, Number.NaN, 0.01],
] as const)('a contract that %s has no figures', (_, contract, rate, dividendYield) => {
  const own = priced([contract], 500, rate, dividendYield);
  for (const name of NAMES) expect(own[name][0]).toBeNaN();
});
