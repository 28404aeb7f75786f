import { TRAIL_FRACTION } from '../execution/ladder.ts';
import type { Denial } from '../outputs.ts';
import type { State, SymbolState } from '../state.ts';
import type { Instant } from '../types.ts';
import { accountOfMode } from './account-of-mode.ts';
import { brokerReady } from './broker-ready.ts';
import { contractCount, contractsOn } from './contract-count.ts';
import { dailyLoss } from './daily-loss.ts';
import { dataSinceReconnect } from './data-since-reconnect.ts';
import { duplicate } from './duplicate.ts';
import { feedsLive } from './feeds-live.ts';
import { freshData } from './fresh-data.ts';
import { gatewayOpen } from './gateway-open.ts';
import { internalError } from './internal-error.ts';
import { killSwitch } from './kill-switch.ts';
import { manualMode } from './manual-mode.ts';
import { netGreeks } from './net-greeks.ts';
import { optionSpread } from './option-spread.ts';
import { positionAgreement } from './position-agreement.ts';
import { priceAgreement } from './price-agreement.ts';
import { riskPerTrade } from './risk-per-trade.ts';
import type { Intent, RiskCase, Rule } from './rule.ts';
import { sessionTime } from './session-time.ts';
import { streamsLive } from './streams-live.ts';
import { tradedSymbol } from './traded-symbol.ts';

/** All of them run on every case; one objection is enough. */
const RULES: readonly Rule[] = [
  killSwitch,
  manualMode,
  internalError,
  brokerReady,
  gatewayOpen,
  accountOfMode,
  positionAgreement,
  tradedSymbol,
  feedsLive,
  streamsLive,
  freshData,
  dataSinceReconnect,
  sessionTime,
  contractCount,
  netGreeks,
  dailyLoss,
  riskPerTrade,
  optionSpread,
  priceAgreement,
  duplicate,
];

export type Assessment =
  | { readonly ok: true; readonly quantity: number }
  | { readonly ok: false; readonly denials: readonly Denial[] };

/** The most contracts that the risk per trade and the contract count allow; at least 1, for the rules to judge. */
const sizeOf = (state: State, intent: Intent): number => {
  const equity = (state.broker.netLiquidation ?? 0) / 1e6;
  const riskPerContract = intent.limitPrice * intent.contract.multiplier * TRAIL_FRACTION;
  const affordable = Math.floor((equity * state.limits.maxRiskPerTradeFraction) / riskPerContract);
  const room = state.limits.maxContractsPerSymbol - contractsOn(state, intent.contract.underlying);
  return Math.max(1, Math.min(affordable, room));
};

/** Sizes the trade, down to what the net Greeks allow, and puts it to every rule. */
export const assess = (state: State, symbol: SymbolState, intent: Intent, at: Instant): Assessment => {
  let subject: RiskCase = { state, symbol, intent, quantity: sizeOf(state, intent), at };
  while (subject.quantity > 1 && netGreeks(subject).length > 0) {
    subject = { ...subject, quantity: subject.quantity - 1 };
  }
  const denials = RULES.flatMap((rule) => rule(subject));
  return denials.length > 0 ? { ok: false, denials } : { ok: true, quantity: subject.quantity };
};
