/** First byte of an item. Numbers are part of the format: add, never reuse. */
export const ITEM = {
  QUOTE: 1,
  OPTION_QUOTE: 2,
  TRADE: 3,
  DEPTH: 4,
  DEPTH_RESET: 5,
  CHAIN: 6,
  FEED: 7,
  BAR: 8,
  TIMER: 9,
  MARK: 10,
  /** Anything rare, as text: see `text-codec.ts`. */
  TEXT: 11,
  /** What is not on the tape, where it is known: see `recover.ts`. */
  GAP: 12,
} as const;

/** What the deltas of one block count from. */
export interface Origin {
  seq: number;
  at: number;
}
