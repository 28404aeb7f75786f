import { isLive } from '../execution/order.ts';
import { isOpen, openQuantity } from '../execution/trade.ts';
import { deny, PASSES, type Rule } from './rule.ts';

/** One trade at a time per underlying and direction; a contract with anything of ours unsettled is taken too. */
export const duplicate: Rule = ({ state, intent }) => {
  for (const trade of state.trading.trades.values()) {
    const sameIdea =
      isOpen(trade) &&
      trade.told.direction === intent.direction &&
      trade.contract.underlying === intent.contract.underlying;
    const unsettled = isOpen(trade) || openQuantity(trade) !== 0 || trade.orders.some((order) => isLive(order));
    if (sameIdea || (unsettled && trade.contract.id === intent.contract.id)) {
      return deny('duplicate-signal', { signalId: trade.signalId, contractId: trade.contract.id });
    }
  }
  return PASSES;
};
