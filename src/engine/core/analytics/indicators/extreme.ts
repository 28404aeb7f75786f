/** The greatest (`sign` 1) or least (−1) of the last `length` values: a deque of candidates, constant time amortised. */
export interface Extreme {
  readonly length: number;
  readonly sign: 1 | -1;
  readonly values: Float64Array;
  /** Number of the value in `values`, from 0. */
  readonly numbers: Float64Array;
  head: number;
  size: number;
  /** Values since the start. */
  count: number;
}

export const createExtreme = (length: number, sign: 1 | -1): Extreme => ({
  length,
  sign,
  values: new Float64Array(length),
  numbers: new Float64Array(length),
  head: 0,
  size: 0,
  count: 0,
});

/** Takes `value` in. Of equal values the latest is kept. */
export const pushExtreme = (extreme: Extreme, value: number): void => {
  const { length, sign, values, numbers } = extreme;
  if (extreme.size > 0 && (numbers[extreme.head] ?? 0) <= extreme.count - length) {
    extreme.head = (extreme.head + 1) % length;
    extreme.size--;
  }
  while (extreme.size > 0) {
    const last = values[(extreme.head + extreme.size - 1) % length] ?? Number.NaN;
    if (sign * last > sign * value) break;
    extreme.size--;
  }
  const slot = (extreme.head + extreme.size) % length;
  values[slot] = value;
  numbers[slot] = extreme.count;
  extreme.size++;
  extreme.count++;
};

/** NaN until `length` values have come. */
export const extremeOf = (extreme: Extreme): number =>
  extreme.count >= extreme.length ? (extreme.values[extreme.head] ?? Number.NaN) : Number.NaN;
/** How many values ago it came; 0 for the newest. NaN until `length` values have come. */
export const extremeAge = (extreme: Extreme): number =>
  extreme.count >= extreme.length ? extreme.count - 1 - (extreme.numbers[extreme.head] ?? Number.NaN) : Number.NaN;
