/** What the tick rule remembers. */
export interface TradeSign {
  lastPrice: number;
  /** 1 after a rise, −1 after a fall, 0 before the first change of price. */
  tick: number;
}

export const createTradeSign = (): TradeSign => ({ lastPrice: Number.NaN, tick: 0 });

/**
 * Side of the aggressor of a trade: 1 buyer, −1 seller, 0 unknown. Quote rule first (above the middle a buy, below it
 * a sell), tick rule at the middle and where there is no good quote. Source: Lee and Ready (1991), without their
 * five-second lag, which belonged to slower tapes. `bidPrice` and `askPrice` as of before the trade; NaN is absent.
 */
export const signTrade = (state: TradeSign, price: number, bidPrice: number, askPrice: number): number => {
  if (!(price > 0 && price < Infinity)) return 0;
  if (price > state.lastPrice) state.tick = 1;
  else if (price < state.lastPrice) state.tick = -1;
  state.lastPrice = price;
  if (!(bidPrice > 0 && bidPrice <= askPrice && askPrice < Infinity)) return state.tick;
  const twice = 2 * price;
  const sides = bidPrice + askPrice;
  return twice > sides ? 1 : twice < sides ? -1 : state.tick;
};
