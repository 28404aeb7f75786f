import { computeExposure } from '../analytics/exposure.ts';
import { onCrossVolatility } from '../analytics/suite/cross.ts';
import { impliedVolatilityOf, onSuiteChain, onSuiteChainTimer } from '../analytics/suite/on-chain.ts';
import { onSuiteTimer } from '../analytics/suite/on-market.ts';
import type { ChainSeen } from '../inputs.ts';
import type { ChainColumns } from '../market/chain.ts';
import { spotOf } from '../spot.ts';
import type { State, SymbolState } from '../state.ts';
import { touchFeed } from './feeds.ts';
import type { MarketNews } from './news.ts';

/** The decoder may reuse its columns. */
const copyChain = (chain: ChainColumns): ChainColumns => ({
  ...chain,
  contractIds: chain.contractIds.slice(),
  expiries: chain.expiries.slice(),
  expiryIndex: chain.expiryIndex.slice(),
  settlesAm: chain.settlesAm.slice(),
  isCall: chain.isCall.slice(),
  strike: chain.strike.slice(),
  bid: chain.bid.slice(),
  ask: chain.ask.slice(),
  last: chain.last.slice(),
  volume: chain.volume.slice(),
  openInterest: chain.openInterest.slice(),
  impliedVolatility: chain.impliedVolatility.slice(),
  delta: chain.delta.slice(),
  gamma: chain.gamma.slice(),
  thetaPerDay: chain.thetaPerDay.slice(),
  vegaPerPoint: chain.vegaPerPoint.slice(),
  rejected: { ...chain.rejected },
});

/** A dropout keeps no figure of the chain before it: its exposure is absent, with the reason. */
export const foldChain = (state: State, symbol: SymbolState, { chain }: ChainSeen): MarketNews => {
  touchFeed(state, 'alphavantage.options');
  symbol.chain = copyChain(chain);
  const spot = spotOf(state, symbol);
  onSuiteChain(symbol.suite, symbol.chain, spot, state.at, state.rates);
  onCrossVolatility(state.cross, symbol.symbol, impliedVolatilityOf(symbol.suite), state.at);
  // The same figures, unless positioning has failed or there is no spot to work them out at.
  const { hearts, positioning } = symbol.suite;
  const current = hearts.failed.has('positioning') ? null : positioning.current;
  symbol.exposure = current?.exposure ?? computeExposure(symbol.chain, spot, state.at, state.rates);
  const { gex } = symbol.exposure;
  return gex.value === null && gex.reason === 'all-gamma-zero' ? 'all-gamma-zero' : 'evaluate';
};

/** The analytics' pulse: bars that time alone closes, and the chain again at the spot of now. */
export const foldTimer = (state: State, symbol: SymbolState): void => {
  onSuiteTimer(symbol.suite, state.at);
  if (symbol.chain) onSuiteChainTimer(symbol.suite, symbol.chain, spotOf(state, symbol), state.at, state.rates);
};
