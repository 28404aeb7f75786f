import type { SandboxMarket } from '../../market/types.ts';
import type { Listing } from '../directory.ts';
import { TICK } from '../wire/codes.ts';
import type { DayRanges } from './day-ranges.ts';
import { genericTick, priceTick, sizeTick, stringTick, type Tick } from './ticks.ts';

/** What TWS last said of a line. */
export interface Image {
  readonly bid: number | null;
  readonly bidSize: number;
  readonly ask: number | null;
  readonly askSize: number;
  readonly last: number | null;
  readonly lastSize: number;
  readonly volume: number;
  /** Of today's session; null for options and before the first trade. */
  readonly open: number | null;
  readonly high: number | null;
  readonly low: number | null;
  /** Of the session before; null where the source has no past. */
  readonly close: number | null;
  readonly halted: boolean;
}

export const EMPTY_IMAGE: Image = {
  bid: null,
  bidSize: 0,
  ask: null,
  askSize: 0,
  last: null,
  lastSize: 0,
  volume: 0,
  open: null,
  high: null,
  low: null,
  close: null,
  halted: false,
};

export const imageOf = (market: SandboxMarket, ranges: DayRanges, listing: Listing): Image => {
  const { option, symbol } = listing;
  if (option) {
    const quote = market.optionQuote(option.id);
    if (!quote) return EMPTY_IMAGE;
    const { bidPrice, bidSize, askPrice, askSize, lastPrice } = quote;
    return { ...EMPTY_IMAGE, bid: bidPrice, bidSize, ask: askPrice, askSize, last: lastPrice };
  }
  const quote = market.quote(symbol);
  if (!quote) return EMPTY_IMAGE;
  const { bidPrice, bidSize, askPrice, askSize, lastPrice, lastSize, volume } = quote;
  return {
    bid: bidPrice,
    bidSize,
    ask: askPrice,
    askSize,
    last: lastPrice,
    lastSize,
    volume,
    ...ranges.of(symbol, lastPrice),
    halted: market.halted?.(symbol) ?? false,
  };
};

/** TWS's words for "there is no such price". */
const NO_PRICE = -1;

/** What a client that knows `before` must be told to know `after`. An index is not bid or offered: its last price alone. */
export const imageTicks = (before: Image, after: Image, whole: boolean, inLots: boolean, seconds: number): Tick[] => {
  const ticks: Tick[] = [];
  const side = (
    type: number,
    sizeType: number,
    was: number | null,
    is: number | null,
    sizeWas: number,
    size: number,
  ) => {
    if (is === null && was === null) return;
    if (is === null) ticks.push(priceTick(type, NO_PRICE, 0, 0, inLots));
    else if (is !== was) ticks.push(priceTick(type, is, size, 1, inLots));
    else if (size !== sizeWas) ticks.push(sizeTick(sizeType, size, inLots));
  };
  const day = (type: number, was: number | null, is: number | null) => {
    if (is !== null && is !== was) ticks.push(priceTick(type, is, 0, 0, false));
  };
  side(TICK.bid, TICK.bidSize, before.bid, after.bid, before.bidSize, after.bidSize);
  side(TICK.ask, TICK.askSize, before.ask, after.ask, before.askSize, after.askSize);
  side(TICK.last, TICK.lastSize, before.last, after.last, before.lastSize, after.lastSize);
  if (after.volume !== before.volume) ticks.push(sizeTick(TICK.volume, after.volume, inLots));
  day(TICK.high, before.high, after.high);
  day(TICK.low, before.low, after.low);
  day(TICK.open, before.open, after.open);
  day(TICK.close, before.close, after.close);
  if (after.halted !== before.halted) ticks.push(genericTick(TICK.halted, after.halted ? 1 : 0));
  if (after.last !== null && (whole || after.last !== before.last || after.volume !== before.volume)) {
    ticks.push(stringTick(TICK.lastTimestamp, seconds));
  }
  return ticks;
};
