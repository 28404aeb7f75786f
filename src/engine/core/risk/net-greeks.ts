import { isLive, remaining } from '../execution/order.ts';
import { openQuantity } from '../execution/trade.ts';
import type { Denial } from '../outputs.ts';
import type { State } from '../state.ts';
import type { Instant } from '../types.ts';
import { greeksOfContract, type NetGreeks } from './contract-greeks.ts';
import { deny, PASSES, type RiskCase, type Rule } from './rule.ts';

const ZERO: NetGreeks = { delta: 0, gamma: 0, thetaPerDay: 0 };

const plus = (a: NetGreeks, b: NetGreeks, times: number): NetGreeks => ({
  delta: a.delta + b.delta * times,
  gamma: a.gamma + b.gamma * times,
  thetaPerDay: a.thetaPerDay + b.thetaPerDay * times,
});

/** A range, because a working order may be filled or not: each Greek's least and greatest possible net. */
export interface NetRange {
  readonly held: NetGreeks;
  readonly low: NetGreeks;
  readonly high: NetGreeks;
}

const extremes = (range: NetRange, greeks: NetGreeks, contracts: number): NetRange => {
  const signed = (pick: (a: number, b: number) => number): NetGreeks => ({
    delta: pick(0, greeks.delta),
    gamma: pick(0, greeks.gamma),
    thetaPerDay: pick(0, greeks.thetaPerDay),
  });
  return {
    held: range.held,
    low: plus(range.low, signed(Math.min), contracts),
    high: plus(range.high, signed(Math.max), contracts),
  };
};

/** Positions, working and unknown orders; or the first contract whose Greeks are absent. */
export const netRange = (state: State, at: Instant): NetRange | { readonly absent: string } => {
  let range: NetRange = { held: ZERO, low: ZERO, high: ZERO };
  for (const trade of state.trading.trades.values()) {
    const quantity = openQuantity(trade);
    const entry = trade.orders.find(({ ticket }) => ticket.side === 'BUY');
    const working = entry && isLive(entry) ? remaining(entry) : 0;
    if (quantity === 0 && working === 0) continue;
    const greeks = greeksOfContract(state, trade.contract, at);
    if (!greeks) return { absent: trade.contract.id };
    range = {
      held: plus(range.held, greeks, quantity),
      low: plus(range.low, greeks, quantity),
      high: plus(range.high, greeks, quantity),
    };
    if (working > 0) range = extremes(range, greeks, working);
  }
  return range;
};

/** What-if: everything that is or may become ours, and the candidate in full. */
export const netGreeks: Rule = ({ state, intent, quantity, at }: RiskCase) => {
  const before = netRange(state, at);
  if ('absent' in before) return deny('greeks-absent', { contractId: before.absent });
  const greeks = greeksOfContract(state, intent.contract, at);
  if (!greeks) return deny('greeks-absent', { contractId: intent.contract.id });
  const low = plus(before.low, greeks, quantity);
  const high = plus(before.high, greeks, quantity);
  const { maxNetDelta, maxNetGamma, minNetThetaPerDay } = state.limits;
  const denials: Denial[] = [];
  const delta = Math.abs(low.delta) > Math.abs(high.delta) ? low.delta : high.delta;
  const gamma = Math.abs(low.gamma) > Math.abs(high.gamma) ? low.gamma : high.gamma;
  if (!(Math.abs(delta) <= maxNetDelta)) denials.push({ code: 'max-net-delta', facts: { delta, maxNetDelta } });
  if (!(Math.abs(gamma) <= maxNetGamma)) denials.push({ code: 'max-net-gamma', facts: { gamma, maxNetGamma } });
  if (!(low.thetaPerDay >= minNetThetaPerDay)) {
    denials.push({ code: 'max-net-theta', facts: { thetaPerDay: low.thetaPerDay, minNetThetaPerDay } });
  }
  return denials.length === 0 ? PASSES : denials;
};
