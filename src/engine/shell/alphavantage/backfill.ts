import type { Instant, SessionDate } from '../../core/types.ts';
import type { Log } from '../../ports/log.ts';
import type { PastChains, PastDay } from '../../ports/past-chains.ts';
import { createCalendar, sessionsOver } from './schedule/moment.ts';
import { historyJob, type Job } from './schedule/plan.ts';

/** On Sundays the newest sessions are asked for again: vendors revise. */
const REVISED_SESSIONS = 5;

export interface BackfillOptions {
  readonly symbols: readonly string[];
  /** How many sessions back. */
  readonly sessions: number;
  readonly pastChains: PastChains;
  readonly log: Log;
}

/** Decides once a night which days of the past to ask for: what is missing, newest first. What an interrupted night left is still missing. */
export const createBackfill = (options: BackfillOptions, offer: (jobs: readonly Job[]) => void) => {
  const { symbols, sessions, pastChains, log } = options;
  const calendar = createCalendar();
  let planned = '';
  const daysOf = (dates: readonly SessionDate[]): PastDay[] =>
    dates.flatMap((date) => symbols.map((symbol) => ({ symbol, date })));

  const plan = async (at: Instant, again: boolean): Promise<void> => {
    const days = daysOf(sessionsOver(at, sessions));
    const missing = await pastChains.missing(days);
    const revised = again ? days.slice(0, REVISED_SESSIONS * symbols.length) : [];
    const jobs = new Map(
      [...missing, ...revised].map(({ symbol, date }) => [`${symbol} ${date}`, historyJob(symbol, date)]),
    );
    if (jobs.size > 0) log('info', 'past option chains are asked for', { days: jobs.size, missing: missing.length });
    offer([...jobs.values()]);
  };
  return {
    /** Looks whether a night has begun, or the Sunday refresh is due. Never throws. */
    look: async (at: Instant): Promise<void> => {
      if (!calendar.mayBackfill(at) || symbols.length === 0 || sessions === 0) return;
      const refresh = calendar.refreshDue(at);
      // One night is the span between two sessions: it has the same newest session all through.
      const night = `${sessionsOver(at, 1)[0]} ${refresh}`;
      if (night === planned) return;
      planned = night;
      try {
        await plan(at, refresh !== null);
      } catch (error) {
        planned = '';
        log('error', 'past option chains could not be planned', { error });
      }
    },
  };
};
