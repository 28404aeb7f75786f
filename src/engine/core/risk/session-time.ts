import { sessionAt } from '../market/calendar.ts';
import { deny, PASSES, type Rule } from './rule.ts';

/** Only in the regular session, and not in its last minutes. */
export const sessionTime: Rule = ({ state, at }) => {
  const session = sessionAt(at);
  if (session === null) return deny('market-closed');
  const minutesLeft = (session.closeAt - at) / 60_000;
  const minutesMin = state.limits.minutesBeforeCloseNoEntry;
  return minutesLeft < minutesMin
    ? deny('too-close-to-close', { minutesLeft: Math.floor(minutesLeft), minutesMin })
    : PASSES;
};
