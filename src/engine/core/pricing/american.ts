import { earlyExerciseOf, solveBoundary } from './american-boundary.ts';
import { createPremium, type Premium, premiumAt } from './american-premium.ts';
import { ACCURATE_SCHEME, type AmericanScheme } from './american-scheme.ts';
import { blankGreeks, bsmPrice, createGreeks, type Greeks, greeksOf } from './bsm.ts';

const DAYS_PER_YEAR = 365;

/** One contract and what it is priced by; units as in `greeksOf`. */
interface Contract {
  readonly isCall: boolean;
  readonly spot: number;
  readonly strike: number;
  readonly years: number;
  readonly volatility: number;
  readonly rate: number;
  readonly dividendYield: number;
}

/**
 * Whether early exercise is never worth anything (`never`: the European figures are the American ones), is so below or
 * above one boundary, or has two boundaries (`double`: rates below zero and yields beyond them), which is not priced.
 */
export const earlyExercise = (isCall: boolean, rate: number, dividendYield: number): 'never' | 'single' | 'double' =>
  isCall ? earlyExerciseOf(dividendYield, rate) : earlyExerciseOf(rate, dividendYield);

const intrinsicOf = (contract: Contract): number =>
  contract.isCall ? contract.spot - contract.strike : contract.strike - contract.spot;

// Working memory, written before it is read in every call.
let boundary = new Float64Array(0);
const bumpedGreeks = createGreeks();

/**
 * What early exercise adds to the European figures, and whether it is due now: then the premium is what is missing to
 * the intrinsic value and its slopes. Zero where it is never worth anything, NaN in the `double` case.
 */
const premiumOf = (scheme: AmericanScheme, contract: Contract, out: Premium): boolean => {
  const { isCall, spot, strike, years, volatility, rate, dividendYield } = contract;
  const kind = earlyExercise(isCall, rate, dividendYield);
  if (kind !== 'single') {
    const none = kind === 'never' ? 0 : Number.NaN;
    out.value = out.delta = out.gamma = out.speed = out.fourth = none;
    return false;
  }
  if (boundary.length < scheme.outer + 1) boundary = new Float64Array(scheme.outer + 1);
  // A call is a put with rate and yield swapped, its boundary mirrored in the strike.
  solveBoundary(scheme, years, volatility, isCall ? dividendYield : rate, isCall ? rate : dividendYield, boundary);
  const side = isCall ? -1 : 1;
  const logStrike = Math.log(strike);
  for (let k = 0; k <= scheme.outer; k++) boundary[k] = logStrike + side * (boundary[k] as number);
  if (side * (Math.log(spot) - (boundary[0] as number)) > 0) {
    premiumAt(scheme, isCall, spot, strike, years, volatility, rate, dividendYield, boundary, out);
    return false;
  }
  const european = greeksOf(isCall, spot, strike, years, volatility, rate, dividendYield, bumpedGreeks);
  out.value = intrinsicOf(contract) - european.price;
  out.delta = -side - european.delta;
  out.gamma = -european.gamma;
  out.speed = -european.speed;
  out.fourth = 0;
  return true;
};

/** The American price per share; NaN where there is none. Never below intrinsic or the European price. */
export const americanPrice = (
  isCall: boolean,
  spot: number,
  strike: number,
  years: number,
  volatility: number,
  rate: number,
  dividendYield: number,
  scheme: AmericanScheme = ACCURATE_SCHEME,
): number => {
  const european = bsmPrice(isCall, spot, strike, years, volatility, rate, dividendYield);
  if (Number.isNaN(european)) return Number.NaN;
  const contract = { isCall, spot, strike, years, volatility, rate, dividendYield };
  premiumOf(scheme, contract, premium);
  return Number.isNaN(premium.value)
    ? Number.NaN
    : Math.max(intrinsicOf(contract), european + Math.max(0, premium.value));
};

const premium = createPremium();
const up = createPremium();
const down = createPremium();

/** Relative size of a bump of volatility, absolute of a rate: small beside both, large beside the scheme's rounding. */
const VOLATILITY_BUMP = 2e-3;
const RATE_BUMP = 1e-5;

/** Adds what the premium contributes by volatility: differences of the premium alone, which is smooth. */
const addByVolatility = (scheme: AmericanScheme, contract: Contract, out: Greeks): void => {
  const { volatility, rate, dividendYield, spot } = contract;
  let step = VOLATILITY_BUMP * volatility;
  // Less volatility may make exercise due now, where the premium has a kink: stay on this side of it.
  for (let tries = 0; tries < 3; tries++, step /= 8)
    if (!premiumOf(scheme, { ...contract, volatility: volatility - step }, down)) break;
  premiumOf(scheme, { ...contract, volatility: volatility + step }, up);
  const zomma = (up.gamma - down.gamma) / (2 * step);
  const vega = (up.value - down.value) / (2 * step);
  const vanna = (up.delta - down.delta) / (2 * step);
  out.vegaPerPoint += vega / 100;
  out.vannaPerPoint += vanna / 100;
  out.vommaPerPoint += (up.value - 2 * premium.value + down.value) / (step * step) / 10_000;
  out.zommaPerPoint += zomma / 100;
  // The pricing equation, differentiated by volatility.
  const veta =
    rate * vega -
    (rate - dividendYield) * spot * vanna -
    volatility * spot * spot * (premium.gamma + 0.5 * volatility * zomma);
  out.vetaPerPointPerDay += veta / 100 / DAYS_PER_YEAR;
};

/** The same by rate and by yield. */
const addByRates = (scheme: AmericanScheme, contract: Contract, out: Greeks): void => {
  const { rate, dividendYield } = contract;
  premiumOf(scheme, { ...contract, rate: rate + RATE_BUMP }, up);
  premiumOf(scheme, { ...contract, rate: rate - RATE_BUMP }, down);
  out.rhoPerPoint += (up.value - down.value) / (2 * RATE_BUMP) / 100;
  premiumOf(scheme, { ...contract, dividendYield: dividendYield + RATE_BUMP }, up);
  premiumOf(scheme, { ...contract, dividendYield: dividendYield - RATE_BUMP }, down);
  out.phiPerPoint += (up.value - down.value) / (2 * RATE_BUMP) / 100;
};

/** Decay of the premium and of its slopes, from the pricing equation, which it obeys until exercise. */
const addDecay = (contract: Contract, out: Greeks): void => {
  const { volatility, rate, dividendYield, spot } = contract;
  const carry = rate - dividendYield;
  const variance = volatility * volatility;
  const { value, delta, gamma, speed, fourth } = premium;
  const theta = rate * value - carry * spot * delta - 0.5 * variance * spot * spot * gamma;
  const charm =
    rate * delta - carry * (delta + spot * gamma) - variance * spot * gamma - 0.5 * variance * spot * spot * speed;
  const color =
    rate * gamma -
    carry * (2 * gamma + spot * speed) -
    variance * (gamma + 2 * spot * speed + 0.5 * spot * spot * fourth);
  out.thetaPerDay += theta / DAYS_PER_YEAR;
  out.charmPerDay += charm / DAYS_PER_YEAR;
  out.colorPerDay += color / DAYS_PER_YEAR;
};

/** Closer to the boundary than this share of a deviation, third derivatives follow a line from further off: there the
 * integrand is a spike that no rule sees whole. */
const TOUCHING = 0.04;

const exercised = (contract: Contract, out: Greeks): Greeks => {
  for (const name of Object.keys(out) as (keyof Greeks)[]) out[name] = 0;
  out.price = intrinsicOf(contract);
  out.delta = contract.isCall ? 1 : -1;
  return out;
};

/**
 * Price and 13 sensitivities of one American option, units and absences as in `greeksOf`. In the exercise region the
 * value is intrinsic, delta ±1 and the rest zero; where two boundaries exist every figure is NaN. Without `withRates`,
 * rho and phi are left European, which saves four solutions of seven.
 */
export const americanGreeks = (
  isCall: boolean,
  spot: number,
  strike: number,
  years: number,
  volatility: number,
  rate: number,
  dividendYield: number,
  scheme: AmericanScheme = ACCURATE_SCHEME,
  out: Greeks = createGreeks(),
  withRates = true,
): Greeks => {
  greeksOf(isCall, spot, strike, years, volatility, rate, dividendYield, out);
  const kind = earlyExercise(isCall, rate, dividendYield);
  if (kind === 'never' || Number.isNaN(out.price)) return out;
  if (kind === 'double') return blankGreeks(out);
  const contract = { isCall, spot, strike, years, volatility, rate, dividendYield };
  if (premiumOf(scheme, contract, premium)) return exercised(contract, out);
  out.price = Math.max(intrinsicOf(contract), out.price + Math.max(0, premium.value));
  out.delta += premium.delta;
  out.gamma += premium.gamma;
  out.speed += premium.speed;
  const side = isCall ? -1 : 1;
  const distance = side * (Math.log(spot) - (boundary[0] as number));
  addDecay(contract, out);
  addByVolatility(scheme, contract, out);
  const deviation = volatility * Math.sqrt(years);
  if (distance < TOUCHING * deviation) {
    const away = (share: number): Greeks => {
      const there = spot * Math.exp(side * (share * TOUCHING * deviation - distance));
      return americanGreeks(
        isCall,
        there,
        strike,
        years,
        volatility,
        rate,
        dividendYield,
        scheme,
        createGreeks(),
        false,
      );
    };
    // A hair further than the limit itself, not to come here again.
    const [near, far] = [away(1 + 1e-9), away(2)];
    const share = distance / (TOUCHING * deviation) - 1;
    for (const name of ['speed', 'charmPerDay', 'colorPerDay'] as const)
      out[name] = near[name] + (far[name] - near[name]) * share;
  }
  if (withRates) addByRates(scheme, contract, out);
  return out;
};
