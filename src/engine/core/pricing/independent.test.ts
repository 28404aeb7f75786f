import { expect, test } from 'bun:test';
import { createRandom, type Random } from '../../testing/random.ts';
import { impliedVolatility } from './implied-volatility.ts';

/*
 * Implied volatility beyond the ranges of the reference, against prices that share nothing with ours: the payoff summed
 * over the lognormal density. All terms have one sign, so that far out of the money the digits are as good as near it.
 */
const SEED = Number(process.env['SEED'] ?? 20261128);
const CASES = 1_500;

interface Case {
  readonly isCall: boolean;
  readonly spot: number;
  readonly strike: number;
  readonly years: number;
  readonly volatility: number;
  readonly rate: number;
  readonly dividendYield: number;
}

/** From a minute to thirty years, from 0.5 % to 400 %, rates and yields from −10 % to 25 %, strikes within twelve deviations. */
const caseOf = (random: Random): Case => {
  const years = 10 ** (-5.7 + 7.17 * random.next());
  const volatility = 10 ** (-2.3 + 2.9 * random.next());
  const [rate, dividendYield] = [-0.1 + 0.35 * random.next(), -0.1 + 0.35 * random.next()];
  const spot = 10 ** (-1 + 6 * random.next());
  const deviation = volatility * Math.sqrt(years);
  const reach = Math.min(12 * deviation, 6);
  const strike = spot * Math.exp((rate - dividendYield) * years + reach * (2 * random.next() - 1));
  return { isCall: random.chance(0.5), spot, strike, years, volatility, rate, dividendYield };
};

const PANELS = 400;
/** Gauss-Legendre, five points: nodes and weights on −1 … 1. */
const NODES = [0, 0.5384693101056831, -0.5384693101056831, 0.906179845938664, -0.906179845938664];
const WEIGHTS = [
  0.5688888888888889, 0.47862867049936647, 0.47862867049936647, 0.23692688505618908, 0.23692688505618908,
];

/** The option's worth by summing its payoff over the standard normal, from where it begins to pay. */
const summedPrice = ({ isCall, spot, strike, years, volatility, rate, dividendYield }: Case): number => {
  const deviation = volatility * Math.sqrt(years);
  const drift = (rate - dividendYield - 0.5 * volatility * volatility) * years;
  const sign = isCall ? 1 : -1;
  const begins = (Math.log(strike / spot) - drift) / deviation;
  // u runs away from the strike; the density there falls as exp(−u · slope − u² / 2), or has its peak inside.
  const slope = sign * begins - (isCall ? deviation : 0);
  const reach = slope > 0 ? Math.min(14, 40 / slope + 1e-9) : 14 - slope;
  let sum = 0;
  for (let panel = 0; panel < PANELS; panel++)
    for (let n = 0; n < NODES.length; n++) {
      const u = ((panel + 0.5 + 0.5 * (NODES[n] as number)) * reach) / PANELS;
      const z = begins + sign * u;
      // Payoff at z is K (e^(±σ√T u) − 1), up to its sign.
      sum += (WEIGHTS[n] as number) * sign * Math.expm1(sign * deviation * u) * Math.exp(-0.5 * z * z);
    }
  return (sum * strike * Math.exp(-rate * years) * (0.5 * reach)) / PANELS / Math.sqrt(2 * Math.PI);
};

const solve = (c: Case, price: number) =>
  impliedVolatility(c.isCall, price, c.spot, c.strike, c.years, c.rate, c.dividendYield);
const told = (c: Case): string => JSON.stringify(c);

const forwardsOf = (c: Case) => {
  const stock = c.spot * Math.exp(-c.dividendYield * c.years);
  const cash = c.strike * Math.exp(-c.rate * c.years);
  const intrinsic = Math.max(0, c.isCall ? stock - cash : cash - stock);
  return { stock, cash, intrinsic, upper: c.isCall ? stock : cash };
};

test('the volatility that a price was summed with is found again, from minutes to decades and far in the wings', () => {
  process.stdout.write(`independent prices: seed ${SEED}\n`);
  const random = createRandom(SEED);
  let [found, far, worst] = [0, 0, 0];
  for (let n = 0; n < CASES; n++) {
    const c = caseOf(random);
    const price = summedPrice(c);
    const { stock, cash, intrinsic, upper } = forwardsOf(c);
    if (!(price > 1e-290)) continue;
    const solved = solve(c, price);
    // What a double cannot hold of the price beside its intrinsic value and its bound, and what the sum is good for.
    const room = 8 * Number.EPSILON * Math.max(stock, cash) * (intrinsic > 0 ? 1 : 0) + 2e-13 * price;
    if (!(price - intrinsic > 100 * room && upper - price > 1e-12 * upper)) continue;
    if (solved.status !== 'ok') throw new Error(`${told(c)}: ${solved.status}`);
    const deviation = c.volatility * Math.sqrt(c.years);
    const d1 = (Math.log(c.spot / c.strike) + (c.rate - c.dividendYield) * c.years) / deviation + 0.5 * deviation;
    const vega = (stock * Math.exp(-0.5 * d1 * d1) * Math.sqrt(c.years)) / Math.sqrt(2 * Math.PI);
    // And what a double cannot hold of ln(spot / strike) beside a deviation of minutes.
    const allowed = room / vega + 1e-13 * c.volatility * (1 + Math.abs(d1)) + (4 * Number.EPSILON) / Math.sqrt(c.years);
    const error = Math.abs(solved.volatility - c.volatility);
    if (!(error <= 4 * allowed))
      throw new Error(`${told(c)}: ${solved.volatility}, off by ${error / allowed} of its room`);
    worst = Math.max(worst, error / allowed);
    found++;
    if (Math.abs(d1) > 6) far++;
  }
  process.stdout.write(
    `implied volatility: ${found} found again, ${far} beyond six deviations, worst ${worst.toFixed(2)} of its room\n`,
  );
  expect(found).toBeGreaterThan(CASES / 2);
  expect(far).toBeGreaterThan(CASES / 20);
});

test('a price that no volatility gives has its reason, at any scale, time and rate', () => {
  const random = createRandom(SEED + 1);
  const counts: Record<string, number> = {};
  for (let n = 0; n < CASES; n++) {
    const c = caseOf(random);
    const { stock, cash, intrinsic, upper } = forwardsOf(c);
    const expectations: (readonly [number, readonly string[]])[] = [
      [upper * (1 + 1e-12), ['above-bound']],
      [upper * 10, ['above-bound']],
      [0, ['no-quote']],
      [-upper, ['no-quote']],
      [Number.NaN, ['no-quote']],
      [Number.POSITIVE_INFINITY, ['no-quote']],
    ];
    // Far in the money by more than rounding: what is left out below it is a loss without risk.
    if (intrinsic > 1e-6 * Math.max(stock, cash)) {
      expectations.push([intrinsic * (1 - 1e-6), ['below-intrinsic']], [intrinsic * 0.5, ['below-intrinsic']]);
      expectations.push([intrinsic, ['at-intrinsic']]);
    }
    for (const [price, expected] of expectations) {
      const solved = solve(c, price);
      expect(expected, `${told(c)} at ${price}`).toContain(solved.status);
      expect(solved.volatility).toBeNull();
      counts[solved.status] = (counts[solved.status] ?? 0) + 1;
    }
    const fine = intrinsic + 0.3 * (upper - intrinsic);
    for (const years of [0, -c.years]) expect(solve({ ...c, years }, fine).status).toBe('expired');
    for (const spoilt of ['spot', 'strike', 'years', 'rate', 'dividendYield'] as const)
      expect(solve({ ...c, [spoilt]: Number.NaN }, fine).status).toBe('no-quote');
    const inside = solve(c, fine);
    expect(inside.status, told(c)).toBe('ok');
    // What it gives is the volatility of that price: summed with it, the price comes back.
    if (inside.volatility !== null && inside.volatility * Math.sqrt(c.years) < 4) {
      const again = summedPrice({ ...c, volatility: inside.volatility });
      expect(Math.abs(again / fine - 1), told(c)).toBeLessThan(1e-9);
      counts['back'] = (counts['back'] ?? 0) + 1;
    }
  }
  process.stdout.write(`reasons: ${JSON.stringify(counts)}\n`);
  expect(counts['below-intrinsic']).toBeGreaterThan(300);
  expect(counts['at-intrinsic']).toBeGreaterThan(150);
  expect(counts['back']).toBeGreaterThan(CASES / 2);
});
