import { hasForecastNews, takeForecastNews } from './analytics/forecast/kept-forecasts.ts';
import { onCrossTimer } from './analytics/suite/cross.ts';
import { takeAnomalies } from './analytics/suite/on-market.ts';
import { type Context, countAnomaly, createContext, emit, tellAnomaly } from './context.ts';
import { moveStop } from './execution/move-stop.ts';
import { protect } from './execution/protect.ts';
import { reconcile } from './execution/reconcile.ts';
import { sweep } from './execution/sweep.ts';
import { isOpen } from './execution/trade.ts';
import { foldAuction } from './fold/auction.ts';
import { foldBudget, reconsiderPricing } from './fold/budget.ts';
import { foldCalendar } from './fold/calendar.ts';
import { foldChain, foldTimer, workOffChains } from './fold/chain.ts';
import { foldFeed, foldStream } from './fold/feeds.ts';
import { foldHistoryBar, foldVolatilityDay } from './fold/history.ts';
import type { MarketNews } from './fold/news.ts';
import { foldOptionQuote, foldQuote } from './fold/quotes.ts';
import { foldDepth, foldTrade, resetDepth } from './fold/trades.ts';
import { compareMinutes, foldFiveSecondBar, foldVendorBar, foldVendorIndicator } from './fold/vendor-bars.ts';
import { foldMacro, foldNews } from './fold/vendor-context.ts';
import { handleCommand } from './handle-command.ts';
import { handleReport } from './handle-report.ts';
import type { Entry, Input } from './inputs.ts';
import { useCalendar } from './market/calendar.ts';
import type { Output } from './outputs.ts';
import type { State, SymbolState } from './state.ts';
import { decideCandidate, evaluateSymbol } from './strategies/evaluate.ts';
import type { ContractId } from './types.ts';

const NOTHING: readonly Output[] = Object.freeze([]);

/** An evaluation that throws must not take the stops down with it: it is told, and no new risk is taken in this run. */
const guarded = (context: Context, what: string, evaluate: () => void): void => {
  try {
    evaluate();
  } catch (error) {
    context.state.internalErrors += 1;
    if (!countAnomaly(context.state, 'internal-error', what)) return;
    tellAnomaly(context, 'internal-error', { what, message: error instanceof Error ? error.message : String(error) });
  }
};

const evaluate = (state: State, symbol: SymbolState): readonly Output[] => {
  const context = createContext(state);
  guarded(context, `evaluate ${symbol.symbol}`, () => evaluateSymbol(context, symbol));
  return context.outputs;
};

const report = (state: State, name: string, subject: string): readonly Output[] => {
  if (!countAnomaly(state, name, subject)) return NOTHING;
  const context = createContext(state);
  tellAnomaly(context, name, { subject });
  return context.outputs;
};

/** What the analytics have noticed. A part of them that failed is a figure that no rule may rely on: no new risk. */
const tellSuite = (context: Context, symbol: SymbolState): void => {
  for (const { name, facts } of takeAnomalies(symbol.suite)) {
    if (name === 'analytics-failed') context.state.internalErrors += 1;
    if (countAnomaly(context.state, name, symbol.symbol)) tellAnomaly(context, name, facts);
  }
};

const afterNews = (state: State, symbol: SymbolState, news: MarketNews): readonly Output[] => {
  if (symbol.suite.anomalies.length > 0) {
    const context = createContext(state);
    tellSuite(context, symbol);
    return context.outputs.concat(afterNews(state, symbol, news));
  }
  if (news === 'none') return NOTHING;
  return news === 'evaluate' ? evaluate(state, symbol) : report(state, news, symbol.symbol);
};

/** A quote of an option moves the stops of what we hold in it, and decides who waited for it. */
const afterOptionQuote = (state: State, contractId: ContractId): readonly Output[] => {
  const context = createContext(state);
  const ready = state.broker.connected && state.broker.synced;
  for (const trade of state.trading.trades.values()) {
    if (!ready || trade.contract.id !== contractId || !isOpen(trade)) continue;
    moveStop(context, trade, state.options.get(contractId));
    protect(context, trade);
  }
  for (const symbol of state.symbols.values()) {
    if (symbol.candidate?.contract.id !== contractId) continue;
    guarded(context, `decide ${symbol.symbol}`, () => decideCandidate(context, symbol));
  }
  return context.outputs.length === 0 ? NOTHING : context.outputs;
};

/** Between two timers a forecast may be lost to a crash: it is void then, and nobody has acted on its score. */
const tellForecasts = (context: Context, { symbol, suite }: SymbolState): void => {
  if (!hasForecastNews(suite)) return;
  const news = takeForecastNews(symbol, suite);
  if (news) emit(context, { kind: 'forecast.recorded', news });
};

const onTimer = (state: State): readonly Output[] => {
  const context = createContext(state);
  reconcile(context, false);
  sweep(context);
  onCrossTimer(state.cross, state.at);
  reconsiderPricing(context);
  for (const { symbol } of workOffChains(state))
    if (countAnomaly(state, 'all-gamma-zero', symbol)) tellAnomaly(context, 'all-gamma-zero', { subject: symbol });
  for (const symbol of state.symbols.values()) {
    foldTimer(state, symbol);
    compareMinutes(context, symbol);
    tellSuite(context, symbol);
    guarded(context, `forecasts ${symbol.symbol}`, () => tellForecasts(context, symbol));
    guarded(context, `evaluate ${symbol.symbol}`, () => evaluateSymbol(context, symbol));
  }
  return context.outputs.length === 0 ? NOTHING : context.outputs;
};

const ofSymbol = (
  state: State,
  input: Extract<Input, { kind: 'quote.seen' | 'trade.seen' | 'depth.seen' | 'depth.reset' }>,
): readonly Output[] => {
  const symbol = state.symbols.get(input.symbol);
  if (symbol === undefined) return report(state, 'unknown-symbol', input.symbol);
  switch (input.kind) {
    case 'quote.seen':
      return afterNews(state, symbol, foldQuote(state, symbol, input));
    case 'trade.seen':
      return afterNews(state, symbol, foldTrade(state, symbol, input));
    case 'depth.seen':
      return afterNews(state, symbol, foldDepth(state, symbol, input));
    case 'depth.reset':
      resetDepth(state, symbol);
      return afterNews(state, symbol, 'none');
  }
};

/** What comes now and then, of one symbol; nothing is decided on it. */
type SlowInput = Extract<
  Input,
  {
    kind:
      | 'vendor-bar.seen'
      | 'auction.seen'
      | 'five-second-bar.seen'
      | 'history-bar.seen'
      | 'volatility-day.seen'
      | 'vendor-indicator.seen'
      | 'news-sentiment.seen';
  }
>;

const foldSlow = (context: Context, symbol: SymbolState, input: SlowInput): void => {
  const { state } = context;
  switch (input.kind) {
    case 'vendor-bar.seen':
      foldVendorBar(state, symbol, input);
      return;
    case 'auction.seen':
      foldAuction(state, symbol, input);
      return;
    case 'five-second-bar.seen':
      foldFiveSecondBar(context, symbol, input);
      return;
    case 'history-bar.seen':
      foldHistoryBar(state, symbol, input);
      return;
    case 'volatility-day.seen':
      foldVolatilityDay(state, symbol, input);
      return;
    case 'vendor-indicator.seen':
      foldVendorIndicator(context, symbol, input);
      return;
    case 'news-sentiment.seen':
      foldNews(state, symbol, input);
      return;
  }
};

const ofSlow = (state: State, input: SlowInput): readonly Output[] => {
  const symbol = state.symbols.get(input.symbol);
  if (symbol === undefined) return report(state, 'unknown-symbol', input.symbol);
  const context = createContext(state);
  foldSlow(context, symbol, input);
  tellSuite(context, symbol);
  return context.outputs.length === 0 ? NOTHING : context.outputs;
};

const inContext = (state: State, handle: (context: Context) => void): readonly Output[] => {
  const context = createContext(state);
  handle(context);
  return context.outputs;
};

/**
 * Folds one entry into the state (in place) and returns what is to be done, in order. Synchronous and deterministic:
 * the same entries give the same outputs and the same state hash. Keeps no reference into the entry.
 */
export const step = (state: State, entry: Entry): readonly Output[] => {
  state.seq = entry.seq;
  state.at = entry.at;
  useCalendar(state.calendar);
  const { input } = entry;
  switch (input.kind) {
    case 'quote.seen':
    case 'trade.seen':
    case 'depth.seen':
    case 'depth.reset':
      return ofSymbol(state, input);
    case 'option-quote.seen': {
      const news = foldOptionQuote(state, input);
      if (news === 'crossed-option-quote') return report(state, news, input.contractId);
      return news === 'evaluate' ? afterOptionQuote(state, input.contractId) : NOTHING;
    }
    case 'chain.seen': {
      const symbol = state.symbols.get(input.chain.underlying);
      if (symbol === undefined) return report(state, 'unknown-symbol', input.chain.underlying);
      return inContext(state, (context) => {
        guarded(context, `chain ${symbol.symbol}`, () => {
          const news = foldChain(state, symbol, input);
          tellSuite(context, symbol);
          if (news === 'evaluate') evaluateSymbol(context, symbol);
          else if (countAnomaly(state, news, symbol.symbol)) tellAnomaly(context, news, { subject: symbol.symbol });
        });
      });
    }
    case 'vendor-bar.seen':
    case 'auction.seen':
    case 'five-second-bar.seen':
    case 'history-bar.seen':
    case 'volatility-day.seen':
    case 'vendor-indicator.seen':
    case 'news-sentiment.seen':
      return ofSlow(state, input);
    case 'feed.reported':
      foldFeed(state, input);
      return NOTHING;
    case 'macro.seen':
      foldMacro(state, input);
      return NOTHING;
    case 'calendar.seen':
      foldCalendar(state, input);
      return NOTHING;
    case 'stream.reported':
      return inContext(state, (context) => foldStream(context, input));
    case 'budget.reported':
      return inContext(state, (context) => foldBudget(context, input));
    case 'timer.fired':
      return onTimer(state);
    case 'broker.reported':
      return inContext(state, (context) => handleReport(context, input.report));
    case 'command.given':
      return inContext(state, (context) => handleCommand(context, input));
  }
};
