import { computeExposure } from '../analytics/exposure.ts';
import { onCrossVolatility } from '../analytics/suite/cross.ts';
import {
  beginSuiteChain,
  continueSuiteChain,
  impliedVolatilityOf,
  STEP_BUDGET_NS,
} from '../analytics/suite/on-chain.ts';
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
  const spentNs = beginSuiteChain(symbol.suite, symbol.chain, spot, state.at, state.rates);
  continueSuiteChain(symbol.suite, symbol.chain, { spot, at: state.at, rates: state.rates }, spentNs);
  onCrossVolatility(state.cross, symbol.symbol, impliedVolatilityOf(symbol.suite), state.at);
  // The same figures, unless positioning has failed or there is no spot to work them out at.
  const { hearts, positioning } = symbol.suite;
  const current = hearts.failed.has('positioning') ? null : positioning.current;
  symbol.exposure = current?.exposure ?? computeExposure(symbol.chain, spot, state.at, state.rates);
  const { gex } = symbol.exposure;
  return gex.value === null && gex.reason === 'all-gamma-zero' ? 'all-gamma-zero' : 'evaluate';
};

/** The analytics' pulse: bars that time alone closes. */
export const foldTimer = (state: State, symbol: SymbolState): void => {
  onSuiteTimer(symbol.suite, state.at);
};

/**
 * What the last chains left waiting, and chains again at the spot of now, for about one step's budget: in turn, beginning
 * after the symbol that was last gone on with, so that every symbol comes to its own.
 */
export const workOffChains = (state: State): void => {
  const symbols = [...state.symbols.values()];
  const { at, rates } = state;
  let spentNs = 0;
  for (let i = 0; i < symbols.length && spentNs < STEP_BUDGET_NS; i++) {
    const which = (state.chainTurn + 1 + i) % symbols.length;
    const symbol = symbols[which];
    if (!symbol?.chain) continue;
    const before = spentNs;
    spentNs = continueSuiteChain(symbol.suite, symbol.chain, { spot: spotOf(state, symbol), at, rates }, spentNs);
    if (spentNs > before) state.chainTurn = which;
  }
};
