import { onSuiteAuction } from '../analytics/suite/on-auction.ts';
import type { AuctionSeen } from '../inputs.ts';
import type { State, SymbolState } from '../state.ts';
import { touchFeed } from './feeds.ts';

export const foldAuction = (state: State, symbol: SymbolState, auction: AuctionSeen): void => {
  touchFeed(state, 'ibkr.auction');
  const { pairedShares, imbalanceShares, referencePrice, nearPrice, farPrice } = auction;
  onSuiteAuction(symbol.suite, pairedShares, imbalanceShares, referencePrice, nearPrice, farPrice, state.at);
};
