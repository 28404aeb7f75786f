import { sessionOn } from '../market/calendar.ts';
import type { State } from '../state.ts';
import type { Instant } from '../types.ts';
import { type ExitReason, isOpen, type Trade } from './trade.ts';

/** A stop lost this often, without our asking, will not hold: leave instead. */
const LOST_STOPS_MAX = 3;

const stopFailed = (trade: Trade): boolean => {
  let lost = 0;
  for (const { ticket, state, cancelAskedAt } of trade.orders) {
    if (ticket.purpose !== 'protective-stop') continue;
    if (state === 'refused') return true;
    if (state === 'cancelled' && cancelAskedAt === null) lost += 1;
  }
  return lost >= LOST_STOPS_MAX;
};

/** From this instant on a contract is not held over its last session's end. */
const exitsFrom = (trade: Trade, minutesBeforeCloseExit: number): number => {
  const session = sessionOn(trade.contract.expiry);
  return session === null ? Number.NEGATIVE_INFINITY : session.closeAt - minutesBeforeCloseExit * 60_000;
};

/** Why we want out of a trade now; null to stay under the stop. A function of the state, so that it survives a restart. */
export const exitReason = (state: State, trade: Trade, at: Instant): ExitReason | null => {
  if (!isOpen(trade)) return 'late-fill';
  if (state.trading.kill.engaged) return 'operator';
  if (stopFailed(trade)) return 'stop-refused';
  return at >= exitsFrom(trade, state.limits.minutesBeforeCloseExit) ? 'session-end' : null;
};
