/** Which distinct strike each row belongs to. Rows without a positive strike get −1. */
export interface StrikeIndex {
  /** Ascending, distinct. */
  readonly strikes: Float64Array;
  /** Row i's place in `strikes`. */
  readonly ofRow: Int32Array;
}

/** Open addressing over thousandths: options strike no finer (OSI), and a Map would box every number. */
export const indexStrikes = (strike: Float64Array, rowCount: number): StrikeIndex => {
  let slots = 1024;
  while (slots < 2 * rowCount) slots *= 2;
  const slotKey = new Float64Array(slots);
  const slotIndex = new Int32Array(slots);
  const seen = new Float64Array(rowCount);
  const ofRow = new Int32Array(rowCount);
  let count = 0;
  for (let i = 0; i < rowCount; i++) {
    const value = strike[i] as number;
    if (!(value > 0 && value < Infinity)) {
      ofRow[i] = -1;
      continue;
    }
    if (i > 0 && value === strike[i - 1]) {
      ofRow[i] = ofRow[i - 1] as number;
      continue;
    }
    let slot = Math.imul(Math.round(value * 1000), 0x9e3779b1) >>> 0;
    slot = (slot ^ (slot >>> 15)) & (slots - 1);
    while (slotKey[slot] !== 0 && slotKey[slot] !== value) slot = (slot + 1) & (slots - 1);
    if (slotKey[slot] === 0) {
      slotKey[slot] = value;
      slotIndex[slot] = count;
      seen[count++] = value;
    }
    ofRow[i] = slotIndex[slot] as number;
  }
  const strikes = seen.slice(0, count).sort();
  const place = new Int32Array(count);
  for (let j = 0; j < count; j++) place[j] = lowerBound(strikes, seen[j] as number);
  for (let i = 0; i < rowCount; i++) if ((ofRow[i] as number) >= 0) ofRow[i] = place[ofRow[i] as number] as number;
  return { strikes, ofRow };
};

/** First place in an ascending column that is not below `value`. */
const lowerBound = (ascending: Float64Array, value: number): number => {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
};
