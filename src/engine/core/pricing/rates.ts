import type { Instant } from '../types.ts';

/** An input of pricing with where it came from: a figure rests on it, so a figure can name it. */
export interface Sourced<T> {
  readonly value: T;
  /** In words: `SOFR, New York Fed`, `operator's setting`. */
  readonly source: string;
  /** Null: not told. */
  readonly asOf: Instant | null;
}

/** Zero rate to a time, continuously compounded decimal per year. */
export interface RatePoint {
  readonly years: number;
  readonly rate: number;
}

/** Points in ascending time; one point is a flat rate. */
export type RateCurve = Sourced<readonly RatePoint[]>;

export const flatRate = (rate: number, source: string, asOf: Instant): RateCurve => ({
  value: [{ years: 1, rate }],
  source,
  asOf,
});

/** The zero rate for a time: straight between the points, flat outside them; NaN without any or with a bad one. */
export const rateAt = (curve: RateCurve, years: number): number => {
  const points = curve.value;
  const after = points.findIndex((point) => point.years >= years);
  const upper = points[after] ?? points.at(-1);
  const lower = after > 0 ? points[after - 1] : upper;
  if (upper === undefined || lower === undefined || Number.isNaN(years)) return Number.NaN;
  if (upper.years <= lower.years || upper.years < years) return upper.rate;
  return lower.rate + ((upper.rate - lower.rate) * (years - lower.years)) / (upper.years - lower.years);
};
