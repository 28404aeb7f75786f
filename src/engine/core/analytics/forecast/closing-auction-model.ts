import { BOOK_LEVELS } from '../../market/book.ts';
import type { Instant } from '../../types.ts';
import { type AuctionOrder, clearAuction } from './clear-auction.ts';
import type { ClosingAuction } from './closing-auction-state.ts';
import { RIDGE_DIMS, type Ridge, ridgeWeights } from './ridge.ts';

/** Deviations that the trend counts in full. */
const TREND_FULL = 3;

const clamp = (value: number): number => Math.min(1, Math.max(-1, value));

/** Change over `trendBars` in the deviations of a driftless walk, −1 … 1; NaN before there are so many bars. */
const trendOf = (state: ClosingAuction): number => {
  const bars = state.params.trendBars;
  if (state.closeCount <= bars) return Number.NaN;
  const length = state.logClose.length;
  const at = (back: number): number => state.logClose[(state.closeCount - 1 - back) % length] ?? Number.NaN;
  let squares = 0;
  for (let i = 0; i < bars; i++) squares += (at(i) - at(i + 1)) ** 2;
  return squares > 0 ? clamp((at(0) - at(bars)) / Math.sqrt(squares) / TREND_FULL) : 0;
};

/** Shares bid less shares offered over both, all rows: −1 … 1. */
const bookTilt = (state: ClosingAuction): number => {
  let asks = 0;
  let bids = 0;
  for (let i = 0; i < state.askCount; i++) asks += state.bookSize[i] ?? 0;
  for (let i = 0; i < state.bidCount; i++) bids += state.bookSize[BOOK_LEVELS + i] ?? 0;
  return (bids - asks) / (bids + asks);
};

/** Imbalance now as a share of all shares, tilt of the book, trend; or why one of them is missing. */
export const auctionFeatures = (state: ClosingAuction, at: Instant): Float64Array | string => {
  if (!(at - state.tickAt <= state.params.tickAgeMsMax))
    return Number.isNaN(state.tickAt) ? 'no-auction-tick' : 'stale';
  if (!(at - state.bookAt <= state.params.bookAgeMsMax)) return 'book-absent';
  const shares = state.pairedShares + Math.abs(state.imbalanceShares);
  if (!(shares > 0)) return 'no-auction-interest';
  const features = new Float64Array(RIDGE_DIMS);
  features[0] = state.imbalanceShares / shares;
  features[1] = bookTilt(state);
  features[2] = trendOf(state);
  if (Number.isNaN(features[1])) return 'book-absent';
  return Number.isNaN(features[2]) ? 'warming-up' : features;
};

/** The imbalance ratio at the close, −1 … 1. With nothing learnt: as it is now. */
export const foretellRatio = (model: Ridge, features: Float64Array): number => {
  const weights = ridgeWeights(model);
  let sum = 0;
  for (let i = 0; i < RIDGE_DIMS; i++) sum += (weights[i] ?? 0) * (features[i] ?? 0);
  return clamp(sum);
};

/** A price between two ticks can trade at the worse of them: a bid at the lower, an offer at the higher. */
const onTick = (price: number, side: 'B' | 'S', tickSize: number): number => {
  const ticks = price / tickSize;
  const whole =
    Math.abs(ticks - Math.round(ticks)) < 1e-6 ? Math.round(ticks) : Math.floor(ticks) + (side === 'S' ? 1 : 0);
  return Number((whole * tickSize).toFixed(6));
};

/** Where such an imbalance of market orders clears against the continuous book. */
const clearingPrice = (state: ClosingAuction, imbalanceShares: number): number | string => {
  const orders: AuctionOrder[] = [];
  let offered = 0;
  const rows = (side: 'B' | 'S', base: number, count: number): void => {
    for (let i = 0; i < count; i++) {
      const shares = state.bookSize[base + i] ?? 0;
      const price = onTick(state.bookPrice[base + i] ?? Number.NaN, side, state.params.tickSize);
      if (!(shares > 0 && shares < Infinity && price > 0 && price < Infinity)) continue;
      orders.push({ side, price, shares });
      if ((side === 'S') === imbalanceShares > 0) offered += shares;
    }
  };
  rows('S', 0, state.askCount);
  rows('B', BOOK_LEVELS, state.bidCount);
  // Past the last row we see there are more; what they are is not known.
  if (Math.abs(imbalanceShares) > offered) return 'book-too-thin';
  const market = (side: 'B' | 'S', shares: number): void => {
    if (shares > 0) orders.push({ side, price: Number.NaN, shares });
  };
  market('B', state.pairedShares + Math.max(0, imbalanceShares));
  market('S', state.pairedShares + Math.max(0, -imbalanceShares));
  return clearAuction(orders, state.referencePrice, state.params.tickSize).price ?? 'nothing-pairs';
};

/**
 * The auction's price: where the imbalance foretold clears against the book by the exchange's rules. Where the exchange
 * publishes a near price, which knows the limit orders that we do not, only the step from today's imbalance is ours.
 */
export const auctionPrice = (state: ClosingAuction, ratio: number, at: Instant): number | string => {
  if (!(at - state.bookAt <= state.params.bookAgeMsMax)) return 'book-absent';
  const shares = state.pairedShares + Math.abs(state.imbalanceShares);
  const then = clearingPrice(state, Math.round(ratio * shares));
  if (Number.isNaN(state.nearPrice) || typeof then === 'string') return then;
  const now = clearingPrice(state, state.imbalanceShares);
  return typeof now === 'string' ? now : state.nearPrice + (then - now);
};
