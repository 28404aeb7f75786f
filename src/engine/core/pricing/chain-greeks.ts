import { upperTail } from './normal.ts';

const INVERSE_SQRT_2PI = 0.3989422804014327;
const PER_DAY = 1 / 365;

/** Greeks of a chain as columns, row i = one contract; units as in `Greeks`. NaN where a row has none. */
export interface ChainGreeks {
  readonly price: Float64Array;
  readonly delta: Float64Array;
  readonly gamma: Float64Array;
  readonly thetaPerDay: Float64Array;
  readonly vegaPerPoint: Float64Array;
  readonly vannaPerPoint: Float64Array;
  readonly charmPerDay: Float64Array;
}

/** What a chain is priced from. Row i expires at `years[expirySlot[i]]` (≤ 0 or NaN: expired or unknown). */
export interface ChainPricing {
  readonly rowCount: number;
  readonly isCall: Uint8Array;
  readonly strike: Float64Array;
  /** ln of `strike`. */
  readonly logStrike: Float64Array;
  readonly volatility: Float64Array;
  readonly expirySlot: Uint16Array;
  readonly years: Float64Array;
}

/** Continuously compounded decimals per year, by expiry slot. */
export interface ChainCarry {
  readonly rate: Float64Array;
  readonly dividendYield: Float64Array;
}

export const createChainGreeks = (rows: number): ChainGreeks => ({
  price: new Float64Array(rows),
  delta: new Float64Array(rows),
  gamma: new Float64Array(rows),
  thetaPerDay: new Float64Array(rows),
  vegaPerPoint: new Float64Array(rows),
  vannaPerPoint: new Float64Array(rows),
  charmPerDay: new Float64Array(rows),
});

const blankRow = (out: ChainGreeks, i: number): void => {
  out.price[i] = Number.NaN;
  out.delta[i] = Number.NaN;
  out.gamma[i] = Number.NaN;
  out.thetaPerDay[i] = Number.NaN;
  out.vegaPerPoint[i] = Number.NaN;
  out.vannaPerPoint[i] = Number.NaN;
  out.charmPerDay[i] = Number.NaN;
};

/** Rows `from` … `to` − 1, which share an expiry `t` years away. */
const priceExpiry = (
  chain: ChainPricing,
  out: ChainGreeks,
  from: number,
  to: number,
  spot: number,
  t: number,
  r: number,
  q: number,
): void => {
  const { isCall, strike, logStrike, volatility } = chain;
  const { price, delta, gamma, thetaPerDay, vegaPerPoint, vannaPerPoint, charmPerDay } = out;
  const rootT = Math.sqrt(t);
  const dq = Math.exp(-q * t);
  const dr = Math.exp(-r * t);
  const drift = (r - q) * t;
  const logForward = Math.log(spot) + drift;
  const forwardStock = spot * dq;
  const perRoot = 0.5 / rootT;
  const perYears = 0.5 / t;
  const perSpot = 1 / spot;
  const isLive = t > 0 && spot > 0;
  for (let i = from; i < to; i++) {
    const sigma = volatility[i] as number;
    const k = strike[i] as number;
    if (!(isLive && sigma > 0 && sigma < Infinity && k > 0)) {
      blankRow(out, i);
      continue;
    }
    const deviation = sigma * rootT;
    const inverse = 1 / deviation;
    const d1 = (logForward - (logStrike[i] as number)) * inverse + 0.5 * deviation;
    const d2 = d1 - deviation;
    const cashStrike = k * dr;
    const e1 = Math.exp(-0.5 * d1 * d1);
    const tail1 = upperTail(Math.abs(d1), e1);
    const tail2 = upperTail(Math.abs(d2), (e1 * forwardStock) / cashStrike);
    // Signed probabilities N(d) of a call, −N(−d) of a put, each from its own tail to keep small ones exact.
    const call = isCall[i] === 1;
    const n1 = call ? (d1 > 0 ? 1 - tail1 : tail1) : d1 > 0 ? -tail1 : tail1 - 1;
    const n2 = call ? (d2 > 0 ? 1 - tail2 : tail2) : d2 > 0 ? -tail2 : tail2 - 1;
    const density = dq * e1 * INVERSE_SQRT_2PI;
    const qn1 = dq * n1;
    const stock = spot * qn1;
    const cash = cashStrike * n2;
    const spotDensity = spot * density;
    price[i] = Math.max(0, stock - cash);
    delta[i] = qn1;
    gamma[i] = density * inverse * perSpot;
    thetaPerDay[i] = (q * stock - r * cash - spotDensity * sigma * perRoot) * PER_DAY;
    vegaPerPoint[i] = spotDensity * rootT * 0.01;
    vannaPerPoint[i] = -density * d2 * inverse * rootT * 0.01;
    charmPerDay[i] = (q * qn1 - density * (2 * drift - d2 * deviation) * inverse * perYears) * PER_DAY;
  }
};

/**
 * `greeksOf` for every row: what depends on the expiry alone is computed once per run of rows that share it, the logarithm
 * once per strike, and both tails share one exponential (φ(d2) = φ(d1) · S e^(−qT) / K e^(−rT)). Writes rows `first` …
 * `end` − 1, all of them unless told otherwise.
 */
export const chainGreeksByExpiry = (
  chain: ChainPricing,
  spot: number,
  carry: ChainCarry,
  out: ChainGreeks,
  first = 0,
  end = chain.rowCount,
): void => {
  const { expirySlot, years } = chain;
  for (let from = first; from < end; ) {
    const slot = expirySlot[from] as number;
    let to = from + 1;
    while (to < end && expirySlot[to] === slot) to++;
    const { rate, dividendYield } = carry;
    const [t, r, q] = [years[slot] as number, rate[slot] as number, dividendYield[slot] as number];
    priceExpiry(chain, out, from, to, spot, t, r, q);
    from = to;
  }
};

/** The same with one rate and one dividend yield for every expiry. */
export const chainGreeks = (
  chain: ChainPricing,
  spot: number,
  rate: number,
  dividendYield: number,
  out: ChainGreeks,
): void => {
  const slots = chain.years.length;
  chainGreeksByExpiry(
    chain,
    spot,
    { rate: new Float64Array(slots).fill(rate), dividendYield: new Float64Array(slots).fill(dividendYield) },
    out,
  );
};
