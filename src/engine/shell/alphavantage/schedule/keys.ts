import type { Instant } from '../../../core/types.ts';
import type { Calendar } from './moment.ts';

/**
 * Which of several keys is in use. It changes only while the market is closed, so that no session sees the reconnects
 * of a key that does not work: once a night to the next one, and to a new set as soon as that is allowed.
 */
export const createKeys = (calendar: Calendar, first: readonly string[], startedAt: Instant) => {
  let keys = first;
  let index = 0;
  let offered: readonly string[] | null = null;
  let sawSession = !calendar.isQuiet(startedAt);
  return {
    /** The key for a question asked now. */
    current: (at: Instant): string => {
      if (!calendar.isQuiet(at)) sawSession = true;
      else if (offered !== null) {
        keys = offered;
        index = 0;
        offered = null;
        sawSession = false;
      } else if (sawSession) {
        index = keys.length === 0 ? 0 : (index + 1) % keys.length;
        sawSession = false;
      }
      return keys[index] ?? '';
    },
    /** Asks for another set. Returns from when on it is used; null when it is the one in use. */
    offer: (next: readonly string[], at: Instant): Instant | null => {
      const asBefore = (offered ?? keys).join() === next.join();
      if (next.length === 0 || asBefore) return null;
      if (keys.length === 0) {
        keys = next;
        return at;
      }
      offered = next;
      return calendar.quietAt(at);
    },
    /** All that may be in use or has been offered: what no text may tell. */
    secrets: (): readonly string[] => [...keys, ...(offered ?? [])],
  };
};
