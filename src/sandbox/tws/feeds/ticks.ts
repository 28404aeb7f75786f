import { ANSWER } from '../wire/codes.ts';
import { message } from '../wire/fields.ts';
import { ROUND_LOT, SINCE } from '../wire/versions.ts';

/** One tick without its request id: `head` before it, `tail` after. Encoded once, sent to everyone. */
export interface Tick {
  readonly head: string;
  readonly tail: string;
  /** How versions before 159 are told the same thing; null when no differently. */
  readonly old: ((version: number) => { head: string; tail: string }) | null;
}

const PRICE_HEAD = message(ANSWER.tickPrice, 6);
const SIZE_HEAD = message(ANSWER.tickSize, 6);
const GENERIC_HEAD = message(ANSWER.tickGeneric, 6);
const STRING_HEAD = message(ANSWER.tickString, 6);

/** `past` 1 marks a price that can be traded on at once. `inLots`: sizes that old versions are told in round lots. */
export const priceTick = (type: number, price: number, size: number, past: 0 | 1, inLots: boolean): Tick => ({
  head: PRICE_HEAD,
  tail: message(type, price, size, past),
  old: inLots ? () => ({ head: PRICE_HEAD, tail: message(type, price, size / ROUND_LOT, past) }) : null,
});

export const sizeTick = (type: number, size: number, inLots = false): Tick => ({
  head: SIZE_HEAD,
  tail: message(type, size),
  old: inLots ? () => ({ head: SIZE_HEAD, tail: message(type, size / ROUND_LOT) }) : null,
});

export const genericTick = (type: number, value: number): Tick => ({
  head: GENERIC_HEAD,
  tail: message(type, value),
  old: null,
});

export const stringTick = (type: number, text: string | number): Tick => ({
  head: STRING_HEAD,
  tail: message(type, text),
  old: null,
});

/** impliedVolatility … underlyingPrice of an option computation; `byPrice` where the model prices, not returns. */
export const optionTick = (type: number, byPrice: 0 | 1, figures: readonly number[]): Tick => ({
  head: message(ANSWER.tickOptionComputation),
  tail: message(type, byPrice, ...figures),
  old: (version) =>
    version < SINCE.priceBasedVolatility
      ? { head: message(ANSWER.tickOptionComputation, 6), tail: message(type, ...figures) }
      : { head: message(ANSWER.tickOptionComputation), tail: message(type, byPrice, ...figures) },
});

/** The message of a tick for one request of a client of this version. */
export const tickMessage = (tick: Tick, version: number, requestId: number): string => {
  const { head, tail } = tick.old && version < SINCE.marketDataInShares ? tick.old(version) : tick;
  return `${head}${requestId}\0${tail}`;
};
