interface SarLeg {
  readonly initial: number;
  readonly step: number;
  readonly maximum: number;
}

/** Wilder's parabolic stop-and-reverse. The stop is negative while short. */
export interface Sar {
  /** 0: direction from the first two bars; else where to start, negative for short. */
  readonly start: number;
  /** Added to the stop at a reversal, as a fraction of it. */
  readonly offsetOnReverse: number;
  readonly long: SarLeg;
  readonly short: SarLeg;
  isLong: boolean;
  acceleration: number;
  /** Best price of the leg. */
  extreme: number;
  stop: number;
  previousHigh: number;
  previousLow: number;
  bars: number;
}

const bounded = (leg: SarLeg): SarLeg => ({
  initial: Math.min(leg.initial, leg.maximum),
  step: Math.min(leg.step, leg.maximum),
  maximum: leg.maximum,
});

export const createSar = (params: Pick<Sar, 'start' | 'offsetOnReverse' | 'long' | 'short'>): Sar => ({
  start: params.start,
  offsetOnReverse: params.offsetOnReverse,
  long: bounded(params.long),
  short: bounded(params.short),
  isLong: true,
  acceleration: 0,
  extreme: Number.NaN,
  stop: Number.NaN,
  previousHigh: Number.NaN,
  previousLow: Number.NaN,
  bars: 0,
});

/** Long unless the first two bars fell further below than they rose above. */
const begin = (sar: Sar, high: number, low: number): void => {
  const down = sar.previousLow - low;
  const up = high - sar.previousHigh;
  sar.isLong = sar.start === 0 ? !(down > 0 && up < down) : sar.start > 0;
  sar.extreme = sar.isLong ? high : low;
  sar.stop = sar.start !== 0 ? Math.abs(sar.start) : sar.isLong ? sar.previousLow : sar.previousHigh;
  sar.acceleration = (sar.isLong ? sar.long : sar.short).initial;
  // TA-Lib holds the second bar against itself.
  sar.previousHigh = high;
  sar.previousLow = low;
};

/** The stop may not lie within the last two bars. */
const clear = (sar: Sar, high: number, low: number): void => {
  if (sar.isLong) sar.stop = Math.min(sar.stop, sar.previousLow, low);
  else sar.stop = Math.max(sar.stop, sar.previousHigh, high);
};

const reverse = (sar: Sar, high: number, low: number): number => {
  sar.isLong = !sar.isLong;
  sar.stop = sar.extreme;
  clear(sar, high, low);
  sar.stop += (sar.isLong ? -1 : 1) * sar.stop * sar.offsetOnReverse;
  const told = sar.stop;
  sar.acceleration = (sar.isLong ? sar.long : sar.short).initial;
  sar.extreme = sar.isLong ? high : low;
  return told;
};

const follow = (sar: Sar, high: number, low: number): void => {
  const leg = sar.isLong ? sar.long : sar.short;
  if (sar.isLong ? high > sar.extreme : low < sar.extreme) {
    sar.extreme = sar.isLong ? high : low;
    sar.acceleration = Math.min(sar.acceleration + leg.step, leg.maximum);
  }
};

/** Takes a bar in and returns its stop; NaN for the first. */
export const onSar = (sar: Sar, high: number, low: number): number => {
  sar.bars++;
  if (sar.bars === 1) {
    sar.previousHigh = high;
    sar.previousLow = low;
    return Number.NaN;
  }
  if (sar.bars === 2) begin(sar, high, low);
  let told = sar.stop;
  if (sar.isLong ? low <= sar.stop : high >= sar.stop) told = reverse(sar, high, low);
  else follow(sar, high, low);
  const signed = sar.isLong ? told : -told;
  sar.stop += sar.acceleration * (sar.extreme - sar.stop);
  clear(sar, high, low);
  sar.previousHigh = high;
  sar.previousLow = low;
  return signed;
};
