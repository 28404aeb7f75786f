import type { Instant } from '../../types.ts';
import { onClosingAuctionResult, onClosingAuctionTick } from '../forecast/closing-auction.ts';
import { begin } from './heartbeats.ts';
import { blame } from './on-market.ts';
import type { Suite } from './suite.ts';

/** Figures of the closing auction as the listing exchange publishes them; NaN is not published. Shares and dollars. */
export const onSuiteAuction = (
  suite: Suite,
  pairedShares: number,
  imbalanceShares: number,
  referencePrice: number,
  nearPrice: number,
  farPrice: number,
  at: Instant,
): void => {
  const { hearts } = suite;
  hearts.auctionAt = at;
  hearts.auctions++;
  if (!begin(hearts, 'closing-auction')) return;
  try {
    onClosingAuctionTick(suite.auction, pairedShares, imbalanceShares, referencePrice, nearPrice, farPrice, at);
  } catch (error) {
    blame(suite, error);
  }
};

/** The cross is printed within seconds; what comes later than this is trading after hours. */
const CROSS_WITHIN_MS = 600_000;
/** Part of the paired shares that one print must have to be the cross: prints after hours are far smaller. */
const CROSS_SHARE_MIN = 0.5;

/**
 * A print on the listing exchange stamped at or after the close. TWS's tick-by-tick prints carry no sale conditions, so
 * the closing cross is known by where, when and how large it is: the first such print with at least half of the shares
 * that the exchange last said it would pair. Without that figure no print is taken for it: no result is better than a
 * wrong one.
 */
export const onSuiteAuctionPrint = (
  suite: Suite,
  price: number,
  size: number,
  sourceAt: Instant,
  at: Instant,
): void => {
  const { auction, hearts } = suite;
  if (!Number.isNaN(auction.resultAt) || !(sourceAt < auction.closeAt + CROSS_WITHIN_MS)) return;
  if (!(auction.pairedShares > 0 && size >= CROSS_SHARE_MIN * auction.pairedShares)) return;
  if (!begin(hearts, 'closing-auction')) return;
  try {
    onClosingAuctionResult(auction, price, at);
  } catch (error) {
    blame(suite, error);
  }
};
