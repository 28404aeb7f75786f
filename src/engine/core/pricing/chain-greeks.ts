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

/**
 * `greeksOf` for every row: what depends on the expiry alone is computed once per expiry, the logarithm once per
 * strike, and both tails share one exponential (φ(d2) = φ(d1) · S e^(−qT) / K e^(−rT)). Writes rows 0 … rowCount−1.
 */
export const chainGreeksByExpiry = (chain: ChainPricing, spot: number, carry: ChainCarry, out: ChainGreeks): void => {
  const { rate, dividendYield } = carry;
  const { isCall, strike, logStrike, volatility, expirySlot, years } = chain;
  const { price, delta, gamma, thetaPerDay, vegaPerPoint, vannaPerPoint, charmPerDay } = out;
  const root = years.map(Math.sqrt);
  const stockDiscount = years.map((t, s) => Math.exp(-(dividendYield[s] as number) * t));
  const cashDiscount = years.map((t, s) => Math.exp(-(rate[s] as number) * t));
  const perRoot = root.map((x) => 0.5 / x);
  const perYears = years.map((t) => 0.5 / t);
  const logSpot = Math.log(spot);
  const perSpot = 1 / spot;
  for (let i = 0; i < chain.rowCount; i++) {
    const slot = expirySlot[i] as number;
    const t = years[slot] as number;
    const sigma = volatility[i] as number;
    const k = strike[i] as number;
    if (!(t > 0 && sigma > 0 && sigma < Infinity && k > 0 && spot > 0)) {
      blankRow(out, i);
      continue;
    }
    const rootT = root[slot] as number;
    const dq = stockDiscount[slot] as number;
    const r = rate[slot] as number;
    const q = dividendYield[slot] as number;
    const drift = (r - q) * t;
    const deviation = sigma * rootT;
    const inverse = 1 / deviation;
    const d1 = (logSpot - (logStrike[i] as number) + drift) * inverse + 0.5 * deviation;
    const d2 = d1 - deviation;
    const cashStrike = k * (cashDiscount[slot] as number);
    const forwardStock = spot * dq;
    const e1 = Math.exp(-0.5 * d1 * d1);
    const tail1 = upperTail(Math.abs(d1), e1);
    const tail2 = upperTail(Math.abs(d2), (e1 * forwardStock) / cashStrike);
    const put = 1 - (isCall[i] as number);
    // Signed probabilities N(d) of a call, −N(−d) of a put, each from its own tail to keep small ones exact.
    const n1 = put === 0 ? (d1 > 0 ? 1 - tail1 : tail1) : d1 > 0 ? -tail1 : tail1 - 1;
    const n2 = put === 0 ? (d2 > 0 ? 1 - tail2 : tail2) : d2 > 0 ? -tail2 : tail2 - 1;
    const density = dq * e1 * INVERSE_SQRT_2PI;
    const qn1 = dq * n1;
    const stock = spot * qn1;
    const cash = cashStrike * n2;
    const spotDensity = spot * density;
    price[i] = Math.max(0, stock - cash);
    delta[i] = qn1;
    gamma[i] = density * inverse * perSpot;
    thetaPerDay[i] = (q * stock - r * cash - spotDensity * sigma * (perRoot[slot] as number)) * PER_DAY;
    vegaPerPoint[i] = spotDensity * rootT * 0.01;
    vannaPerPoint[i] = -density * d2 * inverse * rootT * 0.01;
    charmPerDay[i] = (q * qn1 - density * (2 * drift - d2 * deviation) * inverse * (perYears[slot] as number)) * PER_DAY;
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
