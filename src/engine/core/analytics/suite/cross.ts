import type { IndexWeights } from '../../market/index-weights.ts';
import type { Instant } from '../../types.ts';
import {
  createImpliedCorrelation,
  IMPLIED_CORRELATION_MODULE,
  type ImpliedCorrelation,
  impliedCorrelationView,
  onImpliedCorrelationIndex,
  onImpliedCorrelationMember,
} from '../cross-asset/implied-correlation.ts';
import {
  createIndexDivergence,
  INDEX_DIVERGENCE_MODULE,
  type IndexDivergence,
  indexDivergenceView,
  onIndexDivergenceFund,
  onIndexDivergenceIndex,
  onIndexDivergenceTimer,
} from '../cross-asset/index-divergence.ts';
import {
  createVixTermStructure,
  onVixLevel,
  VIX_TERM_STRUCTURE_MODULE,
  type VixTermStructure,
  type VolatilityIndex,
  vixTermStructureView,
} from '../cross-asset/vix-term-structure.ts';
import { createHeartbeats, type Heartbeats, heartbeatOf } from './heartbeats.ts';
import type { ModuleView } from './suite-view.ts';

const INDEX = 'SPX';
const FUND = 'SPY';
const VOLATILITY_INDICES: ReadonlySet<string> = new Set<VolatilityIndex>(['VIX1D', 'VIX9D', 'VIX', 'VIX3M']);

const isVolatilityIndex = (symbol: string): symbol is VolatilityIndex => VOLATILITY_INDICES.has(symbol);

/** What is measured between underlyings. */
export interface CrossSuite {
  readonly hearts: Heartbeats;
  readonly divergence: IndexDivergence;
  readonly vix: VixTermStructure;
  readonly correlation: ImpliedCorrelation;
}

/** `weights`: shares of the index for the implied correlation; without them it is absent. */
export const createCrossSuite = (weights: IndexWeights | null = null): CrossSuite => ({
  hearts: createHeartbeats(),
  divergence: createIndexDivergence(),
  vix: createVixTermStructure(),
  correlation: createImpliedCorrelation(weights?.weights, weights),
});

/** A new top of book or last price of any underlying. NaN withdraws what was known. */
export const onCrossQuote = (
  cross: CrossSuite,
  symbol: string,
  bidPrice: number,
  askPrice: number,
  lastPrice: number,
  at: Instant,
): void => {
  const middle = (bidPrice + askPrice) / 2;
  if (symbol === INDEX) onIndexDivergenceIndex(cross.divergence, middle > 0 ? middle : lastPrice, at);
  else if (symbol === FUND) onIndexDivergenceFund(cross.divergence, middle, at);
  else if (isVolatilityIndex(symbol)) onVixLevel(cross.vix, symbol, lastPrice > 0 ? lastPrice : middle, at);
  else return;
  cross.hearts.quoteAt = at;
  cross.hearts.quotes++;
};

/** At-the-money implied volatility of an underlying over thirty days, decimal per year; NaN withdraws it. */
export const onCrossVolatility = (cross: CrossSuite, symbol: string, volatility: number, at: Instant): void => {
  cross.hearts.chainAt = at;
  cross.hearts.chains++;
  if (symbol === INDEX) onImpliedCorrelationIndex(cross.correlation, volatility, at);
  else onImpliedCorrelationMember(cross.correlation, symbol, volatility, at);
};

export const onCrossTimer = (cross: CrossSuite, at: Instant): void => {
  cross.hearts.timerAt = at;
  cross.hearts.timers++;
  onIndexDivergenceTimer(cross.divergence, at);
};

export const CROSS_MODULES = [INDEX_DIVERGENCE_MODULE, VIX_TERM_STRUCTURE_MODULE, IMPLIED_CORRELATION_MODULE] as const;

export const crossView = (cross: CrossSuite, at: Instant): readonly ModuleView[] => {
  const views = [
    indexDivergenceView(cross.divergence, at),
    vixTermStructureView(cross.vix, at),
    impliedCorrelationView(cross.correlation, at),
  ];
  return CROSS_MODULES.map((info, i) => ({
    ...heartbeatOf(cross.hearts, 'cross-asset', info, at),
    figures: views[i] ?? null,
  }));
};
