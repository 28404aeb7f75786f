/** The number of each module: its place in `SUITE_MODULES` and in the columns of `Heartbeats`. Checked by a test. */
export const BEAT = {
  spread: 0,
  bookImbalance: 1,
  bookPressure: 2,
} as const;

export const MODULE_COUNT = Object.keys(BEAT).length;
