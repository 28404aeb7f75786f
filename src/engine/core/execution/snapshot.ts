import { advance, isLive } from './order.ts';
import type { Recovered, Trade, Trading } from './trade.ts';
import { createTrading } from './trade.ts';

/** A deep copy as plain JSON. */
export const snapshotTrading = (trading: Trading): Recovered => ({
  version: 1,
  trades: [...trading.trades.values()].map((trade) => structuredClone(trade)),
  commissions: [...trading.commissions].map(([base, commission]) => ({ base, ...commission })),
  foreign: [...trading.foreign.values()].map((fill) => ({ ...fill })),
  kill: { ...trading.kill },
  control: trading.control,
});

export const restoreTrading = (recovered: Recovered): Trading => {
  if (recovered.version !== 1) throw new Error(`recovery: version ${String(recovered.version)}, expected 1`);
  const trading = createTrading();
  for (const trade of recovered.trades) {
    trading.trades.set(trade.signalId, structuredClone(trade) as Trade);
    for (const { ticket } of trade.orders) trading.orderOwners.set(ticket.clientOrderId, trade.signalId);
  }
  for (const { base, revision, micros } of recovered.commissions) trading.commissions.set(base, { revision, micros });
  for (const fill of recovered.foreign) trading.foreign.set(fill.base, { ...fill });
  trading.kill = { ...recovered.kill };
  trading.control = recovered.control;
  return trading;
};

/** Contact with the broker is lost: what it has not acknowledged may or may not have arrived. */
export const loseContact = (trading: Trading): void => {
  for (const trade of trading.trades.values()) {
    for (const order of trade.orders) {
      if (!isLive(order)) continue;
      order.doubtful = true;
      advance(order, 'contact-lost');
    }
  }
};

/** Every run begins without the broker. A flat book must be proved anew. */
export const beginRun = (trading: Trading): void => {
  loseContact(trading);
  trading.kill.flat = false;
};
