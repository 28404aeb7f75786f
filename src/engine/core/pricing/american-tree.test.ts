import { expect, test } from 'bun:test';
import { americanPrice } from './american.ts';
import { americanChainGreeks } from './american-chain.ts';
import { createChainGreeks } from './chain-greeks.ts';

const SEED = 20261125;
const CONTRACTS = 60;
const STEPS = 301;

/** Peizer and Pratt's inversion, as Leisen and Reimer use it. */
const probabilityOf = (z: number, steps: number): number =>
  0.5 +
  Math.sign(z) * Math.sqrt(0.25 - 0.25 * Math.exp(-((z / (steps + 1 / 3 + 0.1 / (steps + 1))) ** 2) * (steps + 1 / 6)));

/** A binomial tree that shares nothing with the integral it is held against. Source: Leisen and Reimer (1996). */
const treePrice = (
  isCall: boolean,
  spot: number,
  strike: number,
  years: number,
  volatility: number,
  rate: number,
  dividendYield: number,
  steps: number,
): number => {
  const deviation = volatility * Math.sqrt(years);
  const d1 = (Math.log(spot / strike) + (rate - dividendYield) * years) / deviation + 0.5 * deviation;
  const up = probabilityOf(d1 - deviation, steps);
  const growth = Math.exp(((rate - dividendYield) * years) / steps);
  const discount = Math.exp((-rate * years) / steps);
  const rise = (growth * probabilityOf(d1, steps)) / up;
  const fall = (growth - up * rise) / (1 - up);
  const sign = isCall ? 1 : -1;
  const worth = (ups: number, downs: number): number =>
    Math.max(0, sign * (spot * rise ** ups * fall ** downs - strike));
  const values = Float64Array.from({ length: steps + 1 }, (_, ups) => worth(ups, steps - ups));
  for (let step = steps - 1; step >= 0; step--)
    for (let ups = 0; ups <= step; ups++) {
      const held = discount * (up * (values[ups + 1] as number) + (1 - up) * (values[ups] as number));
      values[ups] = Math.max(worth(ups, step - ups), held);
    }
  return values[0] as number;
};

test('prices of made contracts, rates and yields of either sign, are those of a binomial tree', () => {
  process.stdout.write(`american tree seed ${SEED}\n`);
  let state = SEED;
  const random = (): number => {
    state = (state * 48_271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
  let early = 0;
  for (let n = 0; n < CONTRACTS; n++) {
    const isCall = random() < 0.5;
    const strike = 100 * Math.exp((random() - 0.5) * 0.8);
    const years = 10 ** (random() * 2.5 - 2);
    const volatility = 10 ** (random() * 1.2 - 1.2);
    const [rate, dividendYield] = [random() * 0.12 - 0.01, random() * 0.12 - 0.01];
    const own = americanPrice(isCall, 100, strike, years, volatility, rate, dividendYield);
    // Two boundaries: not priced.
    if (Number.isNaN(own)) {
      expect(Math.max(rate, dividendYield)).toBeLessThan(0);
      continue;
    }
    const tree = treePrice(isCall, 100, strike, years, volatility, rate, dividendYield, STEPS);
    const where = `${isCall ? 'call' : 'put'} ${strike} ${years} ${volatility} ${rate} ${dividendYield}`;
    expect(Math.abs(own - tree), where).toBeLessThan(2e-4 * strike);
    const out = createChainGreeks(1);
    const chain = {
      rowCount: 1,
      isCall: Uint8Array.of(isCall ? 1 : 0),
      strike: Float64Array.of(strike),
      logStrike: Float64Array.of(Math.log(strike)),
      volatility: Float64Array.of(volatility),
      expirySlot: new Uint16Array(1),
      years: Float64Array.of(years),
    };
    const carry = { rate: Float64Array.of(rate), dividendYield: Float64Array.of(dividendYield) };
    americanChainGreeks(chain, 100, carry, out);
    expect(Math.abs((out.price[0] as number) - own), where).toBeLessThan(1e-5 * strike);
    if (own > Math.max(0, isCall ? 100 - strike : strike - 100)) early++;
  }
  expect(early).toBeGreaterThan(CONTRACTS / 3);
});
