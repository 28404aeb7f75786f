import type { BudgetReported } from '../../../core/inputs.ts';
import type { Instant } from '../../../core/types.ts';
import { type Bucket, createBucket } from './bucket.ts';
import { createKeys } from './keys.ts';
import { createMeter } from './meter.ts';
import { createCalendar, type Moment } from './moment.ts';
import { PastDays } from './past-days.ts';
import type { Job, RepeatedJob, StreamId } from './plan.ts';
import { createReferenceWindow } from './reference-window.ts';
import { createThrottle } from './throttle.ts';
import { Turn } from './turn.ts';

/** What became of a question. `throttled`: the vendor says that there were too many. */
export type Outcome = 'answered' | 'failed' | 'throttled';

export type Step =
  | { readonly kind: 'ask'; readonly job: Job; readonly key: string }
  | { readonly kind: 'wait'; readonly untilMs: number };

export interface ScheduleOptions {
  readonly jobs: readonly RepeatedJob[];
  readonly budgetPerMinute: number;
  /** For backfill, of the same budget. */
  readonly historyPerMinute: number;
  readonly keys: readonly string[];
  readonly now: Moment;
}

/** Calls that leave together at most. */
const BURST_MAX = 20;
const HISTORY_BURST = 5;
/** The vendor counts when a call arrives, we when it leaves: so much of the budget stays unused. */
const BUDGET_SHARE = 0.98;
/** Of a full bucket, what a stream leaves to those before it. */
const LEAVES: Readonly<Record<StreamId, number>> = {
  options: 0,
  bars: 0.1,
  macro: 0.2,
  news: 0.2,
  indicators: 0.4,
  history: 0.6,
};
/** A bucket is full again after so long: backfill leaves that to whatever is due next. */
const REFILL_MS = 2_200;
const REFERENCE: ReadonlySet<StreamId> = new Set(['macro', 'news']);
/** Phases and the week change unasked: noticed at the next whole second. */
const lookAgainMs = (wallMs: number): number => (Math.floor(wallMs / 1_000) + 1) * 1_000;

/**
 * Decides which question the vendor is asked next, and when: `(now, outcomes) → next`. Knows no clock and no sockets. What
 * it promises: no 60 seconds hold more calls than the budget; streams go in their order; backfill takes what is left.
 */
export class Schedule {
  readonly #budgetPerMinute: number;
  readonly #burst: number;
  readonly #bucket: Bucket;
  readonly #historyBucket: Bucket;
  readonly #turns: readonly Turn[];
  readonly #turnOf: ReadonlyMap<string, Turn>;
  readonly #pastDays = new PastDays();
  readonly #calendar = createCalendar();
  readonly #meter = createMeter();
  readonly #reference = createReferenceWindow();
  readonly #throttle: ReturnType<typeof createThrottle>;
  readonly #keys: ReturnType<typeof createKeys>;
  #refreshedAt: number | null;

  constructor({ jobs, budgetPerMinute, historyPerMinute, keys, now }: ScheduleOptions) {
    this.#budgetPerMinute = budgetPerMinute;
    this.#burst = Math.max(1, Math.min(BURST_MAX, Math.floor(budgetPerMinute / 30)));
    this.#bucket = createBucket(budgetPerMinute * BUDGET_SHARE, this.#burst, now.wallMs);
    this.#historyBucket = createBucket(historyPerMinute * BUDGET_SHARE, HISTORY_BURST, now.wallMs);
    this.#throttle = createThrottle(this.#bucket, now.wallMs);
    this.#keys = createKeys(this.#calendar, keys, now.at);
    this.#refreshedAt = this.#calendar.refreshDue(now.at);
    this.#turns = jobs
      .map((job) => new Turn(job, now.wallMs))
      .sort((a, b) => a.rank - b.rank || a.job.offsetMs - b.job.offsetMs);
    this.#turnOf = new Map(this.#turns.map((turn) => [turn.job.id, turn]));
  }

  /** Days of the past to ask for, in their order, in place of those still waiting. */
  offerHistory(jobs: readonly Job[]): void {
    this.#pastDays.offer(jobs);
  }

  /** The streams that it asks for, in their order; history only once days are offered. */
  streams(): readonly StreamId[] {
    return [...new Set(this.#turns.map(({ job }) => job.stream))];
  }

  /** Days of the past that were offered and are not settled. */
  get pastDaysLeft(): number {
    return this.#pastDays.left;
  }

  /** Asks for other keys. Returns from when on they are used; null when they are those in use. */
  offerKeys(keys: readonly string[], at: Instant): Instant | null {
    return this.#keys.offer(keys, at);
  }

  /** Every key that is or may come into use: what no text may tell. */
  secrets(): readonly string[] {
    return this.#keys.secrets();
  }

  report(now: Moment): BudgetReported {
    return this.#meter.report(now, this.#bucket.tokens(now.wallMs), this.#budgetPerMinute);
  }

  /** The question to ask right now, in flight from here on until it is settled; or when to look again at the latest. */
  next(now: Moment): Step {
    const { wallMs, at } = now;
    this.#throttle.recover(wallMs);
    this.#refreshOnSundays(now);
    const key = this.#keys.current(at);
    this.#advance(now);
    if (!this.#throttle.isOpen(wallMs))
      return this.#wait(wallMs, Math.max(wallMs + 50, this.#throttle.pausedUntilMs()));
    for (const turn of this.#turns) {
      const { stream } = turn.job;
      if (!turn.isDue || (REFERENCE.has(stream) && !this.#reference.isOpen(wallMs))) continue;
      const wanted = this.#wanted(stream);
      // Who comes after has no right to what is too little for this one.
      if (this.#bucket.tokens(wallMs) < wanted) return this.#wait(wallMs, this.#bucket.fullAt(wallMs, wanted));
      this.#ask(turn, now);
      return { kind: 'ask', job: turn.job, key };
    }
    const past = this.#nextPastDay(now);
    return past ? { kind: 'ask', job: past, key } : this.#wait(wallMs, lookAgainMs(wallMs));
  }

  settled(job: Job, outcome: Outcome, latencyMs: number, now: Moment): void {
    if (outcome === 'throttled') this.#throttle.complained(job.id, now.wallMs);
    else this.#throttle.settled(job.id);
    if (outcome === 'answered') this.#meter.count(now, job.stream, 'answered');
    if (job.stream === 'history') {
      if (!this.#pastDays.settled(job, outcome)) this.#meter.count(now, 'history', 'dropped');
      return;
    }
    this.#meter.latency(now, latencyMs);
    const turn = this.#turnOf.get(job.id);
    if (!turn) throw new Error(`alphavantage: ${job.id} was settled and is not on the plan`);
    if (outcome === 'answered') turn.answered();
    else turn.failed(now.wallMs);
  }

  #wanted(stream: StreamId): number {
    return 1 + LEAVES[stream] * (this.#burst - 1);
  }

  #advance(now: Moment): void {
    const phase = this.#calendar.phase(now.at);
    for (const turn of this.#turns) {
      const givenUp = turn.advance(phase, now.wallMs);
      if (givenUp > 0) this.#meter.count(now, turn.job.stream, 'dropped', givenUp);
    }
  }

  #ask(turn: Turn, now: Moment): void {
    const { stream } = turn.job;
    this.#bucket.take(now.wallMs);
    this.#throttle.asked(turn.job.id);
    this.#meter.count(now, stream, 'asked');
    const missed = turn.asked(now.wallMs);
    if (REFERENCE.has(stream)) this.#reference.take(now.wallMs);
    else if (missed > 0) this.#meter.count(now, stream, 'dropped', missed);
  }

  /** Once, on Sundays at 18:00 in New York: everything anew for the week, but indicators of a closed market. */
  #refreshOnSundays({ at, wallMs }: Moment): void {
    const due = this.#calendar.refreshDue(at);
    if (due === null || due === this.#refreshedAt) return;
    this.#refreshedAt = due;
    for (const turn of this.#turns) if (turn.job.stream !== 'indicators') turn.force(wallMs);
  }

  #nextPastDay(now: Moment): Job | null {
    const { wallMs, at } = now;
    if (!this.#pastDays.mayAsk || !this.#calendar.mayBackfill(at)) return null;
    if (this.#bucket.tokens(wallMs) < this.#wanted('history') || this.#historyBucket.tokens(wallMs) < 1) return null;
    const job = this.#isBusySoon(wallMs) ? null : this.#pastDays.take();
    if (!job) return null;
    this.#bucket.take(wallMs);
    this.#historyBucket.take(wallMs);
    this.#throttle.asked(job.id);
    this.#meter.count(now, 'history', 'asked');
    return job;
  }

  #isBusySoon(wallMs: number): boolean {
    const referenceMs = this.#reference.isOpen(wallMs) ? wallMs : this.#reference.opensAtMs(wallMs);
    return this.#turns.some((turn) => {
      const dueAtMs = turn.dueAtMs(wallMs);
      return (REFERENCE.has(turn.job.stream) ? Math.max(dueAtMs, referenceMs) : dueAtMs) <= wallMs + REFILL_MS;
    });
  }

  /** The earliest of `latestMs` and the moments at which something becomes due. */
  #wait(wallMs: number, latestMs: number): Step {
    let untilMs = Math.min(latestMs, lookAgainMs(wallMs), this.#reference.opensAtMs(wallMs));
    for (const turn of this.#turns) {
      const dueAtMs = turn.dueAtMs(wallMs);
      if (dueAtMs > wallMs) untilMs = Math.min(untilMs, dueAtMs);
    }
    if (this.#pastDays.mayAsk)
      untilMs = Math.min(untilMs, Math.max(wallMs + 50, this.#historyBucket.fullAt(wallMs, 1)));
    return { kind: 'wait', untilMs: Math.max(untilMs, wallMs + 1) };
  }
}
