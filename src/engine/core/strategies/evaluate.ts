import type { Context } from '../context.ts';
import { emit, nextOrderId } from '../context.ts';
import { ESTIMATED_COMMISSION, ladderStop } from '../execution/ladder.ts';
import { unwatchIfIdle, watch } from '../execution/sweep.ts';
import { roundUpToTick } from '../execution/tick.ts';
import { isOpen } from '../execution/trade.ts';
import { opaqueId } from '../hash.ts';
import { answerWithinMs } from '../limits.ts';
import type { Denial } from '../outputs.ts';
import { assess } from '../risk/assess.ts';
import type { Intent } from '../risk/rule.ts';
import type { SignalEvent } from '../signal.ts';
import type { Candidate, OptionQuote, SymbolState } from '../state.ts';
import type { SignalId } from '../types.ts';
import { findZeroDteGamma, type Wish } from './zero-dte-gamma.ts';

const KEPT_DENIALS = 50;

const keepDenials = (context: Context, symbol: SymbolState, denials: readonly Denial[]): void => {
  const { state, at } = context;
  state.denials.unshift({ at, symbol: symbol.symbol, denials });
  state.denials.length = Math.min(state.denials.length, KEPT_DENIALS);
  symbol.quietUntil = at + state.strategy.refusedPauseMs;
};

const drop = (context: Context, symbol: SymbolState): void => {
  const { candidate } = symbol;
  symbol.candidate = null;
  if (candidate) unwatchIfIdle(context, candidate.contract);
};

/** Drops what was being considered: the kill switch was thrown or an operator took over. */
export const dropCandidates = (context: Context): void => {
  for (const symbol of context.state.symbols.values()) drop(context, symbol);
};

const refuse = (context: Context, symbol: SymbolState, candidate: Candidate, denials: readonly Denial[]): void => {
  keepDenials(context, symbol, denials);
  emit(context, {
    kind: 'signal.refused',
    signalId: candidate.signalId,
    contract: candidate.contract,
    denials,
  });
  drop(context, symbol);
};

const newSignal = (context: Context, candidate: Candidate, intent: Intent, quantity: number): SignalEvent => {
  const { contract, limitPrice } = intent;
  const costPerShare = (2 * ESTIMATED_COMMISSION) / contract.multiplier;
  return {
    signalId: candidate.signalId,
    version: 1,
    change: 'new',
    strategy: '0dte-gamma',
    mode: context.state.mode,
    direction: candidate.direction,
    contract,
    quantity,
    entryPrice: limitPrice,
    stopPrice: ladderStop(contract, limitPrice, limitPrice, costPerShare).price,
    targetPrice: Math.round(limitPrice * (1 + context.state.strategy.targetGain) * 100) / 100,
    update: null,
    outcome: null,
    exitPrice: null,
    returnPercent: null,
    marketAt: context.at,
    triggeredBy: candidate.triggeredBy,
    riskFactors: candidate.riskFactors,
  };
};

const enter = (context: Context, candidate: Candidate, intent: Intent, quantity: number): void => {
  const signal = newSignal(context, candidate, intent, quantity);
  emit(context, { kind: 'signal.told', signal });
  emit(context, {
    kind: 'order.place',
    ticket: {
      clientOrderId: nextOrderId(context),
      signalId: signal.signalId,
      purpose: 'entry',
      contract: intent.contract,
      side: 'BUY',
      type: 'LMT',
      quantity,
      limitPrice: intent.limitPrice,
      stopPrice: null,
      ocaGroup: null,
      timeInForce: 'DAY',
    },
  });
};

const isFresh = (context: Context, quote: OptionQuote | undefined): quote is OptionQuote =>
  quote !== undefined &&
  context.at - quote.quoteAt <= context.state.limits.quoteAgeMsMax &&
  quote.bidPrice > 0 &&
  quote.askPrice >= quote.bidPrice;

/** Takes a candidate to its end once its option is quoted: an order, or a refusal with every reason. */
export const decideCandidate = (context: Context, symbol: SymbolState): void => {
  const { state, at } = context;
  const { candidate } = symbol;
  if (!candidate) return;
  const quote = state.options.get(candidate.contract.id);
  if (!isFresh(context, quote)) {
    const waitedMs = at - candidate.since;
    if (waitedMs < answerWithinMs(state.limits)) return;
    refuse(context, symbol, candidate, [{ code: 'stale-option-quote', facts: { waitedMs } }]);
    return;
  }
  const intent: Intent = {
    contract: candidate.contract,
    direction: candidate.direction,
    limitPrice: roundUpToTick(candidate.contract, quote.askPrice),
  };
  const assessment = assess(state, symbol, intent, at);
  if (!assessment.ok) {
    refuse(context, symbol, candidate, assessment.denials);
    return;
  }
  enter(context, candidate, intent, assessment.quantity);
  symbol.candidate = null;
  symbol.quietUntil = at + state.limits.signalCooldownMs;
};

const consider = (context: Context, symbol: SymbolState, wish: Wish): void => {
  symbol.candidate = {
    signalId: opaqueId(`${context.state.runId}/${context.seq}/${symbol.symbol}`) as SignalId,
    since: context.at,
    ...wish,
  };
  watch(context, wish.contract);
  decideCandidate(context, symbol);
};

const hasOpenTrade = (context: Context, symbol: SymbolState): boolean => {
  for (const trade of context.state.trading.trades.values()) {
    if (isOpen(trade) && trade.contract.underlying === symbol.symbol) return true;
  }
  return false;
};

/** Asks the strategy about one underlying; called on timers, closed bars and new chains. */
export const evaluateSymbol = (context: Context, symbol: SymbolState): void => {
  const { state, at } = context;
  if (symbol.role !== 'traded') return;
  if (symbol.candidate) {
    decideCandidate(context, symbol);
    return;
  }
  if (at < symbol.quietUntil || state.trading.kill.engaged || hasOpenTrade(context, symbol)) return;
  const finding = findZeroDteGamma({ symbol, params: state.strategy, rates: state.rates, at });
  if (finding === null) return;
  if (finding.kind === 'suppressed') keepDenials(context, symbol, finding.denials);
  else consider(context, symbol, finding.wish);
};
