import type { PricedChain } from '../exposure-sums.ts';

/** Rows of one expiry and right around the forward and around a delta of 0.25; −1 where there is none. */
const AT_OR_BELOW = 0;
const ABOVE = 1;
const SMALLER_DELTA = 2;
const LARGER_DELTA = 3;
const PLACES = 4;

/** Strikes further than this (in ln) from the forward say nothing of the money. */
const MONEY_REACH = 0.1;
const DELTA = 0.25;
/** A quarter interpolated between deltas outside these is a guess. */
const DELTA_MIN = 0.05;
const DELTA_MAX = 0.55;

/** Volatilities of one expiry, decimals per year; NaN where the chain does not tell. */
export interface Curve {
  readonly atTheMoney: number;
  readonly put25Delta: number;
  readonly call25Delta: number;
  /** Dollars per share, both at `straddleStrike`. */
  readonly straddle: number;
  readonly straddleStrike: number;
}

const better = (rows: Int32Array, place: number, i: number, distance: Float64Array, by: number): void => {
  if ((rows[place] as number) < 0 || by < (distance[place] as number)) {
    rows[place] = i;
    distance[place] = by;
  }
};

/** One pass: the nearest contracts to the forward and to a quarter of delta, by expiry and right. */
const nearestRows = (priced: PricedChain, refused: Uint8Array, logForward: Float64Array): Int32Array => {
  const { chain, expirySlot, logStrike, greeks } = priced;
  const rows = new Int32Array(logForward.length * 2 * PLACES).fill(-1);
  const distance = new Float64Array(rows.length);
  for (let i = 0; i < chain.rowCount; i++) {
    // A volatility without a bid is the vendor's guess.
    if (refused[i] === 1 || chain.bid[i] === 0) continue;
    const delta = Math.abs(greeks.delta[i] as number);
    if (Number.isNaN(delta)) continue;
    const slot = expirySlot[i] as number;
    const base = (2 * slot + (chain.isCall[i] === 1 ? 0 : 1)) * PLACES;
    const away = (logStrike[i] as number) - (logForward[slot] as number);
    better(rows, base + (away <= 0 ? AT_OR_BELOW : ABOVE), i, distance, Math.abs(away));
    if (delta <= DELTA) better(rows, base + SMALLER_DELTA, i, distance, DELTA - delta);
    else better(rows, base + LARGER_DELTA, i, distance, delta - DELTA);
  }
  return rows;
};

/** Linear between (x1, y1) and (x2, y2); y1 where they meet. */
const between = (x: number, x1: number, y1: number, x2: number, y2: number): number =>
  x2 === x1 ? y1 : y1 + ((x - x1) / (x2 - x1)) * (y2 - y1);

const atTheMoney = (priced: PricedChain, rows: Int32Array, base: number, logForward: number): number => {
  const below = rows[base + AT_OR_BELOW] as number;
  const above = rows[base + ABOVE] as number;
  const { logStrike, chain } = priced;
  if (below < 0) return Number.NaN;
  const k1 = logStrike[below] as number;
  if (logForward - k1 > MONEY_REACH) return Number.NaN;
  if (k1 === logForward) return chain.impliedVolatility[below] as number;
  if (above < 0) return Number.NaN;
  const k2 = logStrike[above] as number;
  if (k2 - logForward > MONEY_REACH) return Number.NaN;
  const volatility = chain.impliedVolatility;
  return between(logForward, k1, volatility[below] as number, k2, volatility[above] as number);
};

const atQuarterDelta = (priced: PricedChain, rows: Int32Array, base: number): number => {
  const smaller = rows[base + SMALLER_DELTA] as number;
  const larger = rows[base + LARGER_DELTA] as number;
  if (smaller < 0 || larger < 0) return Number.NaN;
  const { greeks, chain } = priced;
  const d1 = Math.abs(greeks.delta[smaller] as number);
  const d2 = Math.abs(greeks.delta[larger] as number);
  if (d1 === DELTA) return chain.impliedVolatility[smaller] as number;
  if (d1 < DELTA_MIN || d2 > DELTA_MAX) return Number.NaN;
  const volatility = chain.impliedVolatility;
  return between(DELTA, d1, volatility[smaller] as number, d2, volatility[larger] as number);
};

/** NaN without two sides in order. */
const middle = (priced: PricedChain, i: number): number => {
  const bid = priced.chain.bid[i] as number;
  const ask = priced.chain.ask[i] as number;
  return bid >= 0 && ask > 0 && ask >= bid && ask < Infinity ? 0.5 * (bid + ask) : Number.NaN;
};

const straddleAt = (priced: PricedChain, call: number, put: number): number =>
  call >= 0 && put >= 0 && priced.chain.strike[call] === priced.chain.strike[put]
    ? middle(priced, call) + middle(priced, put)
    : Number.NaN;

/** At the nearer of the two strikes around the forward that has both. */
const straddleOf = (
  priced: PricedChain,
  rows: Int32Array,
  slot: number,
  logForward: number,
): { straddle: number; straddleStrike: number } => {
  let straddle = Number.NaN;
  let straddleStrike = Number.NaN;
  let nearest = MONEY_REACH;
  for (const place of [AT_OR_BELOW, ABOVE]) {
    const call = rows[2 * slot * PLACES + place] as number;
    const price = straddleAt(priced, call, rows[(2 * slot + 1) * PLACES + place] as number);
    const away = Math.abs((priced.logStrike[call] as number) - logForward);
    if (!Number.isFinite(price) || away >= nearest) continue;
    nearest = away;
    straddle = price;
    straddleStrike = priced.chain.strike[call] as number;
  }
  return { straddle, straddleStrike };
};

const averaged = (a: number, b: number): number => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : 0.5 * (a + b));

/** Per expiry slot; expired and unknown slots have NaN throughout. */
export const volatilityCurves = (priced: PricedChain, refused: Uint8Array): readonly Curve[] => {
  const { rate, dividendYield } = priced.terms.carry;
  const logSpot = Math.log(priced.spot);
  const logForward = priced.years.map(
    (t, slot) => logSpot + ((rate[slot] as number) - (dividendYield[slot] as number)) * t,
  );
  const rows = nearestRows(priced, refused, logForward);
  return Array.from(logForward, (forward, slot) => {
    const call = 2 * slot * PLACES;
    const put = call + PLACES;
    return {
      atTheMoney: averaged(atTheMoney(priced, rows, call, forward), atTheMoney(priced, rows, put, forward)),
      put25Delta: atQuarterDelta(priced, rows, put),
      call25Delta: atQuarterDelta(priced, rows, call),
      ...straddleOf(priced, rows, slot, forward),
    };
  });
};

/**
 * Volatility at `years` by total variance, linear between the listed expiries around it; NaN beyond them. Slots whose
 * volatility is NaN are passed over.
 */
export const atMaturity = (years: Float64Array, volatilityOf: (slot: number) => number, target: number): number => {
  let below = -1;
  let above = -1;
  for (let slot = 0; slot < years.length; slot++) {
    const t = years[slot] as number;
    if (!(t > 0) || Number.isNaN(volatilityOf(slot))) continue;
    if (t <= target && (below < 0 || t > (years[below] as number))) below = slot;
    if (t >= target && (above < 0 || t < (years[above] as number))) above = slot;
  }
  if (below < 0 || above < 0) return Number.NaN;
  const variance = (slot: number): number => volatilityOf(slot) ** 2 * (years[slot] as number);
  const total = between(target, years[below] as number, variance(below), years[above] as number, variance(above));
  return total > 0 ? Math.sqrt(total / target) : Number.NaN;
};
