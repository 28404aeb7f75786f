import type { IndicatorBar } from '../definition.ts';

/** Bars held: the longest look back is a ten-bar mean that ends before the fifth bar from the newest. */
const HELD = 16;
const MASK = HELD - 1;

/** The last bars as candles, measured once when they come. `back` is 0 for the newest. */
export interface CandleRing {
  /** Bars since the start. */
  bars: number;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly body: Float64Array;
  readonly range: Float64Array;
  /** Both shadows together. */
  readonly shadows: Float64Array;
}

export const createCandleRing = (): CandleRing => ({
  bars: 0,
  open: new Float64Array(HELD),
  high: new Float64Array(HELD),
  low: new Float64Array(HELD),
  close: new Float64Array(HELD),
  body: new Float64Array(HELD),
  range: new Float64Array(HELD),
  shadows: new Float64Array(HELD),
});

export const pushCandle = (ring: CandleRing, bar: IndicatorBar): void => {
  const slot = ring.bars++ & MASK;
  const { open, high, low, close } = bar;
  ring.open[slot] = open;
  ring.high[slot] = high;
  ring.low[slot] = low;
  ring.close[slot] = close;
  ring.body[slot] = Math.abs(close - open);
  ring.range[slot] = high - low;
  ring.shadows[slot] = high - Math.max(open, close) + (Math.min(open, close) - low);
};

/** A column's figure of the bar `back` before the newest. */
export const heldAt = (ring: CandleRing, column: Float64Array, back: number): number =>
  column[(ring.bars - 1 - back) & MASK] as number;

export const open = (ring: CandleRing, back: number): number => heldAt(ring, ring.open, back);
export const high = (ring: CandleRing, back: number): number => heldAt(ring, ring.high, back);
export const low = (ring: CandleRing, back: number): number => heldAt(ring, ring.low, back);
export const close = (ring: CandleRing, back: number): number => heldAt(ring, ring.close, back);
/** |close − open|. */
export const body = (ring: CandleRing, back: number): number => heldAt(ring, ring.body, back);
export const range = (ring: CandleRing, back: number): number => heldAt(ring, ring.range, back);

/** Closed at or above its open: a candle without a body is white. */
export const isWhite = (ring: CandleRing, back: number): boolean => close(ring, back) >= open(ring, back);
export const isBlack = (ring: CandleRing, back: number): boolean => close(ring, back) < open(ring, back);
/** 1 white, −1 black. */
export const colour = (ring: CandleRing, back: number): 1 | -1 => (isWhite(ring, back) ? 1 : -1);

/** Upper end of the body. */
export const top = (ring: CandleRing, back: number): number => Math.max(open(ring, back), close(ring, back));
/** Lower end of the body. */
export const bottom = (ring: CandleRing, back: number): number => Math.min(open(ring, back), close(ring, back));
export const upperShadow = (ring: CandleRing, back: number): number => high(ring, back) - top(ring, back);
export const lowerShadow = (ring: CandleRing, back: number): number => bottom(ring, back) - low(ring, back);

/** Whether the body of bar `later` lies wholly above (below) that of bar `earlier`. */
export const bodyGapsUp = (ring: CandleRing, later: number, earlier: number): boolean =>
  bottom(ring, later) > top(ring, earlier);
export const bodyGapsDown = (ring: CandleRing, later: number, earlier: number): boolean =>
  top(ring, later) < bottom(ring, earlier);
/** The same with shadows. */
export const gapsUp = (ring: CandleRing, later: number, earlier: number): boolean =>
  low(ring, later) > high(ring, earlier);
export const gapsDown = (ring: CandleRing, later: number, earlier: number): boolean =>
  high(ring, later) < low(ring, earlier);
