import { onSuiteHistoryBar, onSuiteHistoryDay } from '../analytics/suite/on-history.ts';
import type { HistoryBarSeen, VolatilityDaySeen } from '../inputs.ts';
import type { State, SymbolState } from '../state.ts';
import { touchFeed } from './feeds.ts';

/** A bar of the past warms up what is measured from bars, wherever we did not hear that bar ourselves. */
export const foldHistoryBar = (state: State, symbol: SymbolState, bar: HistoryBarSeen): void => {
  touchFeed(state, 'ibkr.history');
  const taken = onSuiteHistoryBar(symbol.suite, bar.interval, bar, bar.endAt, state.at);
  if (taken) symbol.history.taken++;
  else symbol.history.leftOut++;
};

/** Implied volatility at the end of a past session, for its rank. */
export const foldVolatilityDay = (state: State, symbol: SymbolState, day: VolatilityDaySeen): void => {
  touchFeed(state, 'ibkr.history');
  onSuiteHistoryDay(symbol.suite, day.date, day.impliedVolatility);
};
