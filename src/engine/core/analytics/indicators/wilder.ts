/** Wilder's mean: the simple mean of the first `period` values, then each new one weighs 1 / period. */
export interface Wilder {
  readonly period: number;
  count: number;
  seedSum: number;
  /** NaN until seeded. */
  value: number;
}

export const createWilder = (period: number): Wilder => ({ period, count: 0, seedSum: 0, value: Number.NaN });

export const onWilder = (wilder: Wilder, value: number): number => {
  const { period } = wilder;
  if (wilder.count < period) {
    wilder.seedSum += value;
    wilder.count++;
    if (wilder.count === period) wilder.value = wilder.seedSum / period;
    return wilder.value;
  }
  wilder.value = (wilder.value * (period - 1) + value) / period;
  return wilder.value;
};

/** The greatest of the bar's range and its distances from the close before. */
export const trueRange = (high: number, low: number, previousClose: number): number =>
  Math.max(high - low, Math.abs(high - previousClose), Math.abs(low - previousClose));
