import { isLive, remaining } from '../execution/order.ts';
import { openQuantity } from '../execution/trade.ts';
import type { State } from '../state.ts';
import { deny, PASSES, type Rule } from './rule.ts';

/** Contracts on this underlying that we hold or may yet be filled with; unknown orders count in full. */
export const contractsOn = (state: State, underlying: string): number => {
  let contracts = 0;
  for (const trade of state.trading.trades.values()) {
    if (trade.contract.underlying !== underlying) continue;
    contracts += Math.abs(openQuantity(trade));
    for (const order of trade.orders) if (order.ticket.side === 'BUY' && isLive(order)) contracts += remaining(order);
  }
  return contracts;
};

export const contractCount: Rule = ({ state, intent, quantity }) => {
  const held = contractsOn(state, intent.contract.underlying);
  const contractsMax = state.limits.maxContractsPerSymbol;
  return held + quantity > contractsMax ? deny('max-contracts', { held, quantity, contractsMax }) : PASSES;
};
