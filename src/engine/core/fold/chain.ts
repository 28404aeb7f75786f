import { computeExposure, type Exposure } from '../analytics/exposure.ts';
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
import type { Instant } from '../types.ts';
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

/** What positioning says of the last chain that it is through with: read by strategies, and between underlyings. */
const publish = (state: State, symbol: SymbolState, chain: ChainColumns, spot: number): Exposure => {
  const { chainWork } = symbol.suite;
  onCrossVolatility(state.cross, symbol.symbol, impliedVolatilityOf(symbol.suite), chainWork.at as Instant);
  // The same figures, unless positioning has failed or there is no spot to work them out at.
  const { hearts, positioning } = symbol.suite;
  const current = hearts.failed.has('positioning') ? null : positioning.current;
  return current?.exposure ?? computeExposure(chain, spot, state.at, state.rates);
};

const isDropout = (exposure: Exposure | null): boolean =>
  exposure !== null && exposure.gex.value === null && exposure.gex.reason === 'all-gamma-zero';

/** Goes on with the symbol's chain; returns what is spent of the step's budget. */
const workOn = (state: State, symbol: SymbolState, chain: ChainColumns, spentNs: number): number => {
  const { suite } = symbol;
  const spot = spotOf(state, symbol);
  const worked = suite.hearts.chains;
  const spent = continueSuiteChain(suite, chain, { spot, at: state.at, rates: state.rates }, spentNs);
  if (suite.hearts.chains > worked && !suite.chainWork.isAgain) symbol.exposure = publish(state, symbol, chain, spot);
  return spent;
};

/**
 * A large chain is worked out over several steps: until it is through, what the one before said stands, as of its own
 * time. A dropout keeps no figure of the chain before it: its exposure is absent, with the reason.
 */
export const foldChain = (state: State, symbol: SymbolState, { chain }: ChainSeen): MarketNews => {
  touchFeed(state, 'alphavantage.options');
  symbol.chain = copyChain(chain);
  beginSuiteChain(symbol.suite, symbol.chain, spotOf(state, symbol), state.at);
  workOn(state, symbol, symbol.chain, 0);
  return isDropout(symbol.exposure) ? 'all-gamma-zero' : 'evaluate';
};

/** The analytics' pulse: bars that time alone closes. */
export const foldTimer = (state: State, symbol: SymbolState): void => {
  onSuiteTimer(symbol.suite, state.at);
};

/**
 * What the last chains left waiting, and chains again at the spot of now, for about one step's budget: in turn, beginning
 * after the symbol that was last gone on with, so that every symbol comes to its own. Returns the symbols whose chain has
 * turned out to be a dropout.
 */
export const workOffChains = (state: State): readonly SymbolState[] => {
  const symbols = [...state.symbols.values()];
  const dropouts: SymbolState[] = [];
  let spentNs = 0;
  for (let i = 0; i < symbols.length && spentNs < STEP_BUDGET_NS; i++) {
    const which = (state.chainTurn + 1 + i) % symbols.length;
    const symbol = symbols[which];
    if (!symbol?.chain) continue;
    const before = spentNs;
    const told = symbol.exposure;
    spentNs = workOn(state, symbol, symbol.chain, spentNs);
    if (symbol.exposure !== told && isDropout(symbol.exposure)) dropouts.push(symbol);
    if (spentNs > before) state.chainTurn = which;
  }
  return dropouts;
};
