import type { Context } from '../context.ts';
import { emit } from '../context.ts';
import { answerWithinMs } from '../limits.ts';
import type { OptionContract } from '../market/contract.ts';
import type { State } from '../state.ts';
import { streamKey } from '../streams.ts';
import { exitReason } from './exit-reason.ts';
import { moveStop } from './move-stop.ts';
import { isLive } from './order.ts';
import { cancelOrder, protect } from './protect.ts';
import { tellTrade } from './tell.ts';
import { entryOf, isOpen, openQuantity, type Trade } from './trade.ts';

/** Why an entry that still works should not. */
const entryEnds = (context: Context, trade: Trade, placedAt: number): string | null => {
  const { state, at } = context;
  if (state.trading.kill.engaged) return 'kill-switch';
  if (state.trading.control === 'manual') return 'manual-mode';
  if (trade.position.sold > 0) return 'position-closing';
  const exit = exitReason(state, trade, at);
  if (exit !== null) return exit;
  return at - placedAt >= state.limits.entryLifetimeMs ? 'entry-lifetime' : null;
};

const sweepEntry = (context: Context, trade: Trade): void => {
  const entry = entryOf(trade);
  if (entry === null || !isLive(entry)) return;
  const reason = entryEnds(context, trade, entry.placedAt);
  if (reason !== null) cancelOrder(context, entry, reason);
};

const isWanted = (state: State, contract: OptionContract): boolean => {
  for (const { candidate } of state.symbols.values()) if (candidate?.contract.id === contract.id) return true;
  for (const trade of state.trading.trades.values()) {
    if (trade.contract.id === contract.id && (isOpen(trade) || openQuantity(trade) !== 0)) return true;
  }
  return false;
};

export const watch = (context: Context, contract: OptionContract): void => {
  if (context.state.options.has(contract.id)) return;
  context.state.options.set(contract.id, {
    contract,
    bidPrice: Number.NaN,
    bidSize: Number.NaN,
    askPrice: Number.NaN,
    askSize: Number.NaN,
    quoteAt: Number.NaN,
    ofNow: true,
  });
  emit(context, { kind: 'contract.watch', contract });
};

export const unwatchIfIdle = (context: Context, contract: OptionContract): void => {
  const { state } = context;
  if (!state.options.has(contract.id) || isWanted(state, contract)) return;
  state.options.delete(contract.id);
  state.streams.delete(streamKey('ibkr.quotes', contract.id));
  emit(context, { kind: 'contract.unwatch', contract });
};

const isIdle = (trade: Trade): boolean =>
  !isOpen(trade) && openQuantity(trade) === 0 && !trade.orders.some((order) => isLive(order));

const isFlatInOurBooks = (state: State): boolean => {
  for (const trade of state.trading.trades.values()) {
    if (openQuantity(trade) !== 0 || trade.orders.some((order) => isLive(order))) return false;
  }
  return true;
};

/** Whether the broker itself, asked after the switch was thrown, holds nothing of ours. */
const isProvenFlat = (state: State): boolean => {
  const { positions, positionsSeq } = state.broker;
  if (positions === null || positionsSeq <= state.killSeq) return false;
  for (const { contract } of state.trading.trades.values()) if ((positions.get(contract.id) ?? 0) !== 0) return false;
  return true;
};

/** The broker speaks of positions when they change: what did not change has to be asked for. */
const ask = (context: Context, reason: 'kill-switch' | 'position-mismatch'): void => {
  const { broker, limits } = context.state;
  if (context.at - broker.askedAt < answerWithinMs(limits)) return;
  broker.askedAt = context.at;
  emit(context, { kind: 'evidence.ask', reason });
};

const seekEvidence = (context: Context): void => {
  const { state } = context;
  const { kill } = state.trading;
  if (state.broker.mismatchTold !== '') ask(context, 'position-mismatch');
  if (!kill.engaged || kill.flat || !isFlatInOurBooks(state)) return;
  if (isProvenFlat(state)) emit(context, { kind: 'kill.flat', at: context.at });
  else ask(context, 'kill-switch');
};

/**
 * Brings the world one step nearer to what it should be: entries that must end, stops and exits that must rest, news
 * that must be told, a kill switch that must be proved. Level-triggered: run after whatever may matter, as often as one likes.
 */
export const sweep = (context: Context): void => {
  const { state } = context;
  const { connected, synced } = state.broker;
  for (const trade of state.trading.trades.values()) {
    if (isIdle(trade)) {
      unwatchIfIdle(context, trade.contract);
      continue;
    }
    if (connected && synced) {
      if (isOpen(trade)) watch(context, trade.contract);
      sweepEntry(context, trade);
      moveStop(context, trade, undefined);
      protect(context, trade);
    }
    tellTrade(context, trade);
    if (isIdle(trade)) unwatchIfIdle(context, trade.contract);
  }
  if (connected && synced) seekEvidence(context);
};
