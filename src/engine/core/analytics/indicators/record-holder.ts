/**
 * Which of the last `length` values is the greatest (`sign` 1) or the least (−1), by TA-Lib's rule for equals: a newcomer
 * that equals the holder takes over, and when the holder leaves, the earliest of the equals left succeeds.
 */
export interface RecordHolder {
  readonly length: number;
  readonly sign: 1 | -1;
  readonly ring: Float64Array;
  /** Values since the start. */
  count: number;
  /** Number of the holder, from 0; −1 before the window is full. */
  holder: number;
}

export const createRecordHolder = (length: number, sign: 1 | -1): RecordHolder => ({
  length,
  sign,
  ring: new Float64Array(length),
  count: 0,
  holder: -1,
});

const numbered = (state: RecordHolder, number: number): number => state.ring[number % state.length] as number;

/** The holder among the values from `first` on, the earliest of equals. */
const elect = (state: RecordHolder, first: number): number => {
  let holder = first;
  for (let number = first + 1; number < state.count; number++)
    if (state.sign * numbered(state, number) > state.sign * numbered(state, holder)) holder = number;
  return holder;
};

/** Takes `value` in and returns the holder's number, counted from 0; NaN until `length` values have come. */
export const onRecordHolder = (state: RecordHolder, value: number): number => {
  const { length, sign } = state;
  const number = state.count++;
  // The holder's own slot is overwritten only once it has left the window.
  const leaving = state.holder <= number - length;
  const takesOver = !leaving && sign * value >= sign * numbered(state, state.holder);
  state.ring[number % length] = value;
  if (state.count < length) return Number.NaN;
  if (leaving || state.holder < 0) state.holder = elect(state, state.count - length);
  else if (takesOver) state.holder = number;
  return state.holder;
};
