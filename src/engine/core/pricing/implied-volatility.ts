import { upperTail } from './normal.ts';

const INVERSE_SQRT_2PI = 0.3989422804014327;

/** Why a price has no implied volatility. `no-quote` covers any missing input; a price of zero is no quote. */
export type NoVolatility =
  | 'no-quote'
  | 'expired'
  | 'at-intrinsic'
  | 'below-intrinsic'
  | 'above-bound'
  | 'not-converged';

/** A decimal per year with status `ok`, or the reason for having none: never an invented number. */
export type ImpliedVolatility =
  | { readonly status: 'ok'; readonly volatility: number }
  | { readonly status: NoVolatility; readonly volatility: null };

export const noVolatility = (status: NoVolatility): ImpliedVolatility => ({ status, volatility: null });

const tail = (z: number): number => {
  const t = upperTail(Math.abs(z), Math.exp(-0.5 * z * z));
  return z > 0 ? t : 1 - t;
};

/**
 * Out-of-the-money value over √(S e^(−qT) · K e^(−rT)) at total volatility s = σ√T and moneyness x = |ln(S e^(−qT) /
 * K e^(−rT))|: e^(−x/2) N(−x/s + s/2) − e^(x/2) N(−x/s − s/2). Its complement is what it lacks of its bound e^(−x/2).
 */
const valueAt = (x: number, s: number): number =>
  Math.exp(-0.5 * x) * tail(x / s - 0.5 * s) - Math.exp(0.5 * x) * tail(x / s + 0.5 * s);
const complementAt = (x: number, s: number): number =>
  Math.exp(-0.5 * x) * tail(0.5 * s - x / s) + Math.exp(0.5 * x) * tail(x / s + 0.5 * s);
const slopeAt = (x: number, s: number): number => INVERSE_SQRT_2PI * Math.exp(-0.5 * (x / s) * (x / s) - 0.125 * s * s);

const MAX_STEPS = 120;

/**
 * The s whose value is `target` (or whose complement is, from the upper half on): Newton on the logarithm, which
 * is nearly straight where the value itself is flat, halving the bracket geometrically when a step leaves it.
 */
const totalVolatility = (x: number, target: number, ofComplement: boolean): number => {
  const sign = ofComplement ? -1 : 1;
  const goal = Math.log(target);
  let low = 1e-10;
  let high = 1e3;
  let s = Math.min(high, Math.max(1e-8, Math.sqrt(2 * x), ofComplement ? 1 : target / INVERSE_SQRT_2PI));
  for (let i = 0; i < MAX_STEPS; i++) {
    const value = ofComplement ? complementAt(x, s) : valueAt(x, s);
    // Increasing in s either way once signed.
    const miss = value > 0 ? sign * (Math.log(value) - goal) : sign * -Infinity;
    if (miss === 0) return s;
    if (miss < 0) low = s;
    else high = s;
    const newton = s - (miss * value) / slopeAt(x, s);
    const next = newton > low && newton < high ? newton : Math.sqrt(low * high);
    if (Math.abs(next - s) <= 2e-15 * s) return next;
    s = next;
    if (high - low <= 4e-15 * high) return s;
  }
  // Rounding in the value can keep the last digits from settling; a narrow bracket still tells the answer.
  return high / low - 1 < 1e-6 ? s : Number.NaN;
};

/**
 * The volatility at which Black-Scholes-Merton gives `price` (dollars per share). Units as in `greeksOf`. No-arbitrage
 * bounds are strict: a price on its bound has no volatility.
 */
export const impliedVolatility = (
  isCall: boolean,
  price: number,
  spot: number,
  strike: number,
  years: number,
  rate: number,
  dividendYield: number,
): ImpliedVolatility => {
  if (!(price > 0 && price < Infinity && spot > 0 && spot < Infinity && strike > 0 && strike < Infinity))
    return noVolatility('no-quote');
  if (!(Number.isFinite(rate) && Number.isFinite(dividendYield)) || Number.isNaN(years))
    return noVolatility('no-quote');
  if (years <= 0) return noVolatility('expired');
  const stock = spot * Math.exp(-dividendYield * years);
  const cash = strike * Math.exp(-rate * years);
  const upper = isCall ? stock : cash;
  const timeValue = price - Math.max(0, isCall ? stock - cash : cash - stock);
  if (price >= upper) return noVolatility('above-bound');
  if (timeValue <= 0) return noVolatility(timeValue === 0 ? 'at-intrinsic' : 'below-intrinsic');
  const scale = Math.sqrt(stock) * Math.sqrt(cash);
  const x = Math.abs(Math.log(spot / strike) + (rate - dividendYield) * years);
  const ofComplement = timeValue > 0.5 * Math.min(stock, cash);
  const target = (ofComplement ? upper - price : timeValue) / scale;
  const volatility = totalVolatility(x, target, ofComplement) / Math.sqrt(years);
  return Number.isFinite(volatility) && volatility > 0 ? { status: 'ok', volatility } : noVolatility('not-converged');
};
