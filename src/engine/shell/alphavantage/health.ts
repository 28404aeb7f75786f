import type { FeedId, FeedState, MarketInput, StreamState } from '../../core/inputs.ts';
import type { Sink } from '../../ports/feed.ts';
import type { Log } from '../../ports/log.ts';
import type { Refusal } from './body.ts';

/** So many unanswered questions of a job in a row, and it is down rather than degraded. */
const DOWN_AFTER = 3;
const UNANSWERED: ReadonlySet<string> = new Set(['timeout', 'network']);
/** What the vendor says of a symbol or function that it does not know. */
const DEAD: ReadonlySet<string> = new Set(['error-message', 'premium-placeholder', 'other-symbol']);

interface JobHealth {
  reason: string | null;
  unanswered: number;
  stream: StreamState | null;
}

/** Reported when its state, its reason or its counts change. */
export const createHealth = (feed: FeedId, redact: (text: string) => string, emit: Sink<MarketInput>, log: Log) => {
  const refused: Record<string, number> = {};
  const jobs = new Map<string, JobHealth>();
  let state: FeedState = 'connecting';
  let told = '';

  const jobOf = (id: string): JobHealth => {
    const known = jobs.get(id) ?? { reason: null, unanswered: 0, stream: null };
    jobs.set(id, known);
    return known;
  };
  const report = (counted: boolean): void => {
    const ill = [...jobs.values()].filter(({ reason }) => reason !== null);
    const isDown = ill.length === jobs.size && ill.every(({ unanswered }) => unanswered >= DOWN_AFTER);
    const next: FeedState = ill.length === 0 ? 'live' : isDown ? 'down' : 'degraded';
    const reason = ill[0]?.reason ?? null;
    if (next === 'live' && state !== 'live') log('info', 'feed is live', { feed });
    if (next !== 'live' && state !== 'degraded' && state !== 'down') log('warn', 'feed gave no data', { feed, reason });
    if (!counted && told === `${next} ${reason}`) return;
    told = `${next} ${reason}`;
    state = next;
    emit({ kind: 'feed.reported', feed, state, reason, refused: { ...refused } });
  };
  const tellStream = (job: JobHealth, symbol: string | null, stream: StreamState): void => {
    if (symbol === null || job.stream === stream) return;
    job.stream = stream;
    emit({ kind: 'stream.reported', feed, symbol, state: stream, reason: job.reason });
  };
  return {
    connecting: (): void => emit({ kind: 'feed.reported', feed, state, reason: null, refused: { ...refused } }),
    answered: (id: string, symbol: string | null, rejected: Readonly<Record<string, number>>): void => {
      const job = jobOf(id);
      job.reason = null;
      job.unanswered = 0;
      const reasons = Object.entries(rejected);
      for (const [reason, times] of reasons) refused[reason] = (refused[reason] ?? 0) + times;
      report(reasons.length > 0);
      tellStream(job, symbol, 'live');
    },
    /** It gave an answer that is no news: the same as before for too long, or one with a gap. */
    doubted: (id: string, symbol: string | null, kind: string, message: string): void => {
      const job = jobOf(id);
      refused[kind] = (refused[kind] ?? 0) + 1;
      job.reason = `${kind}: ${message}`;
      job.unanswered = 0;
      report(true);
      tellStream(job, symbol, 'frozen');
    },
    refused: (id: string, symbol: string | null, problem: Refusal): void => {
      const job = jobOf(id);
      refused[problem.kind] = (refused[problem.kind] ?? 0) + 1;
      job.unanswered = UNANSWERED.has(problem.kind) ? job.unanswered + 1 : 0;
      job.reason = redact(`${problem.kind}: ${problem.message}`).slice(0, 300);
      report(true);
      tellStream(job, symbol, DEAD.has(problem.kind) ? 'dead' : 'silent');
    },
  };
};
export type Health = ReturnType<typeof createHealth>;
