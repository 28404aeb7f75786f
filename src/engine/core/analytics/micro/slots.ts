/**
 * Sums per slot of clock time over a sliding window. A reading adds the slots up afresh, so nothing drifts over a day,
 * and whole numbers stay exact. The window is the open slot and the `slotCount - 1` before it.
 */
export interface Slots {
  readonly slotMs: number;
  readonly slotCount: number;
  readonly columns: number;
  /** Which slot of time (floor of time / `slotMs`) each place of the ring holds; NaN while unused. */
  readonly numbers: Float64Array;
  /** Place by place, `columns` sums each. */
  readonly sums: Float64Array;
  /** The open slot: where its sums begin, and the time it covers. */
  openOffset: number;
  openFrom: number;
  openUntil: number;
  /** Number of the first slot ever opened; NaN before. */
  firstNumber: number;
}

export const createSlots = (slotMs: number, slotCount: number, columns: number): Slots => {
  if (!(slotMs > 0 && Number.isInteger(slotCount) && slotCount > 0))
    throw new RangeError(`slots: expected a positive width and a whole count, got ${slotMs} ms and ${slotCount}`);
  return {
    slotMs,
    slotCount,
    columns,
    numbers: new Float64Array(slotCount).fill(Number.NaN),
    sums: new Float64Array(slotCount * columns),
    openOffset: 0,
    openFrom: Number.NaN,
    openUntil: Number.NaN,
    firstNumber: Number.NaN,
  };
};

const openSlot = (slots: Slots, at: number): number => {
  const number = Math.floor(at / slots.slotMs);
  const place = number % slots.slotCount;
  const held = slots.numbers[place] ?? Number.NaN;
  if (!(number >= 0) || held > number) return -1;
  const offset = place * slots.columns;
  if (held !== number) {
    slots.numbers[place] = number;
    slots.sums.fill(0, offset, offset + slots.columns);
  }
  if (Number.isNaN(slots.firstNumber)) slots.firstNumber = number;
  slots.openOffset = offset;
  slots.openFrom = number * slots.slotMs;
  slots.openUntil = slots.openFrom + slots.slotMs;
  return offset;
};

/** Where in `sums` the columns of the slot of `at` begin; −1 when that slot has left the window. */
export const slotAt = (slots: Slots, at: number): number =>
  at >= slots.openFrom && at < slots.openUntil ? slots.openOffset : openSlot(slots, at);

/** Sum of a column over the window that ends with the slot of `at`, or over its last `slotCount` slots. */
export const slotSum = (slots: Slots, column: number, at: number, slotCount = slots.slotCount): number => {
  const last = Math.floor(at / slots.slotMs);
  let sum = 0;
  for (let place = 0; place < slots.slotCount; place++) {
    const number = slots.numbers[place] ?? Number.NaN;
    if (number > last - slotCount && number <= last) sum += slots.sums[place * slots.columns + column] ?? Number.NaN;
  }
  return sum;
};
