import type { FeedId, MarketInput } from '../../core/inputs.ts';
import { sessionAt } from '../../core/market/calendar.ts';
import type { Instant } from '../../core/types.ts';
import type { Feed, Sink } from '../../ports/feed.ts';
import { ask, isThrottle } from './ask.ts';
import { createBackfill } from './backfill.ts';
import type { Refusal, RefusalKind } from './body.ts';
import { type ChainDesk, createChainDesk } from './chain/desk.ts';
import { createHealth, type Health } from './health.ts';
import { watchKeyFile } from './key-file.ts';
import type { AlphaVantageOptions } from './options.ts';
import { createPayload } from './payload.ts';
import { createRepeats } from './repeats.ts';
import type { Moment } from './schedule/moment.ts';
import { FEED_OF_STREAM, type Job, planJobs } from './schedule/plan.ts';
import { Schedule } from './schedule/schedule.ts';
import { createAnswers, isChainJob, type Taken } from './take-answer.ts';

export type { AlphaVantageOptions } from './options.ts';

const BUDGET_PER_MINUTE = 600;
const HISTORY_PER_MINUTE = 300;
const TIMEOUT_MS = 10_000;
const HISTORY_TIMEOUT_MS = 60_000;
const REPORT_EVERY_MS = 5_000;
const BACKFILL_LOOK_EVERY_MS = 30_000;
/** What did not fit its schema is put aside whole; sentences in place of data are no payloads. */
const UNFIT: ReadonlySet<RefusalKind> = new Set<RefusalKind>([
  'not-json',
  'truncated-json',
  'unexpected-shape',
  'other-symbol',
  'premium-placeholder',
]);

const scheduleOf = (options: AlphaVantageOptions, now: Moment): Schedule =>
  new Schedule({
    jobs: planJobs({
      optionSymbols: options.optionSymbols,
      barSymbols: options.barSymbols,
      indicatorSymbols: options.indicatorSymbols ?? [],
      newsSymbols: options.newsSymbols ?? [],
      macro: options.macro ?? false,
      speed: options.speed ?? 1,
      ...(options.openEveryMs ? { openEveryMs: options.openEveryMs } : {}),
    }),
    budgetPerMinute: options.budgetPerMinute ?? BUDGET_PER_MINUTE,
    historyPerMinute: HISTORY_PER_MINUTE,
    keys: options.apiKeys,
    now,
  });

/** What came of a question: `finish` takes it in, at the instant it is given. */
interface Heard {
  finish(now: Instant): Taken;
  /** The body as it came, for whoever wants it. */
  whole(): Promise<Uint8Array>;
}

/** Alpha Vantage over HTTPS: asks what its schedule says, reads each answer piece by piece, and tells what fits. */
class AlphaVantageFeed {
  readonly #options: AlphaVantageOptions;
  readonly #stopped = new AbortController();
  readonly #answers = createAnswers();
  readonly #desk: ChainDesk = createChainDesk();
  readonly #repeats = createRepeats();
  readonly #health = new Map<FeedId, Health>();
  readonly #running = new Set<Promise<void>>();
  readonly #timers: ReturnType<typeof setInterval>[] = [];
  #schedule: Schedule;
  #next: ReturnType<typeof setTimeout> | null = null;
  #emit: Sink<MarketInput> = () => {};

  constructor(options: AlphaVantageOptions) {
    this.#options = options;
    this.#schedule = scheduleOf(options, this.#now());
  }

  async start(emit: Sink<MarketInput>): Promise<void> {
    const { backfill, keyFile, log } = this.#options;
    this.#emit = (input) => {
      if (!this.#stopped.signal.aborted) emit(input);
    };
    this.#schedule = scheduleOf(this.#options, this.#now());
    for (const feed of new Set(this.#schedule.streams().map((stream) => FEED_OF_STREAM[stream]))) {
      const health = createHealth(feed, (text) => this.#redact(text), this.#emit, log);
      this.#health.set(feed, health);
      health.connecting();
    }
    this.#timers.push(setInterval(() => this.#emit(this.#schedule.report(this.#now())), REPORT_EVERY_MS));
    if (keyFile) {
      const offer = (keys: readonly string[]) => this.#schedule.offerKeys(keys, this.#now().at);
      this.#timers.push(watchKeyFile(keyFile, offer, log));
    }
    if (backfill) {
      const { look } = createBackfill({ symbols: this.#options.optionSymbols, ...backfill, log }, (jobs) => {
        this.#schedule.offerHistory(jobs);
        this.#pump();
      });
      this.#timers.push(setInterval(() => this.#track(look(this.#now().at)), BACKFILL_LOOK_EVERY_MS));
      this.#track(look(this.#now().at));
    }
    this.#pump();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    if (this.#next) clearTimeout(this.#next);
    this.#desk.stop();
    await Promise.allSettled(this.#running);
  }

  #now(): Moment {
    return { wallMs: performance.now(), at: this.#options.clock.now() };
  }

  #redact(text: string): string {
    return this.#schedule
      .secrets()
      .reduce((told, key) => told.replaceAll(key, '***').replaceAll(encodeURIComponent(key), '***'), text);
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }

  /** Asks everything that may be asked now, and comes back when there is more. */
  #pump(): void {
    if (this.#next) clearTimeout(this.#next);
    this.#next = null;
    while (!this.#stopped.signal.aborted) {
      const now = this.#now();
      const step = this.#schedule.next(now);
      if (step.kind === 'wait') {
        this.#next = setTimeout(() => this.#pump(), Math.max(1, Math.ceil(step.untilMs - now.wallMs)));
        return;
      }
      this.#track(this.#ask(step.job, step.key));
    }
  }

  /** Chains are read on a thread of their own, everything else piece by piece on this one. */
  async #hear(job: Job, key: string): Promise<Heard> {
    const { baseUrl } = this.#options;
    const timeoutMs = this.#options.timeoutMs ?? (job.stream === 'history' ? HISTORY_TIMEOUT_MS : TIMEOUT_MS);
    const question = { baseUrl, parameters: job.parameters, key, timeoutMs };
    if (isChainJob(job)) {
      const read = await this.#desk.ask(question, { underlying: job.symbol ?? '', date: job.date });
      return { finish: read.finish, whole: () => Promise.resolve(read.payload) };
    }
    const reader = this.#answers.reader(job);
    const payload = createPayload();
    const unanswered = await ask({ ...question, stopped: this.#stopped.signal }, (piece) => {
      payload.push(piece);
      reader.push(piece);
    });
    return { finish: (now) => unanswered ?? reader.finish(now), whole: payload.whole };
  }

  async #ask(job: Job, key: string): Promise<void> {
    const sentMs = performance.now();
    const heard = await this.#hear(job, key);
    if (this.#stopped.signal.aborted) return;
    const now = this.#now();
    const taken = heard.finish(now.at);
    const refused = taken.ok ? null : taken;
    const isFitAnswer =
      refused === null ? await this.#took(job, taken, heard) : await this.#refused(job, refused, heard);
    if (this.#stopped.signal.aborted) return;
    const outcome = isFitAnswer ? 'answered' : refused && isThrottle(refused) ? 'throttled' : 'failed';
    this.#schedule.settled(job, outcome, now.wallMs - sentMs, this.#now());
    if (refused === null) this.#options.tap?.(`raw:av:${job.id}`, await heard.whole(), now.at);
    this.#pump();
  }

  /** Hands on what an answer told. True when the question need not be asked again. */
  async #took(job: Job, taken: Taken, heard: Heard): Promise<boolean> {
    const health = this.#healthOf(job);
    if (!taken.ok) return false;
    if (job.stream === 'history') return taken.kind === 'chain' && this.#keepPast(job, taken.chain.rowCount, heard);
    if (taken.kind === 'inputs') {
      health.answered(job.id, job.symbol, taken.rejected);
      for (const input of taken.inputs) this.#emit(input);
      return true;
    }
    const { chain, unknownFields } = taken;
    const unknown = unknownFields > 0 ? { 'unknown-field': unknownFields } : {};
    const repeatedMs = this.#repeats.repeatedMs(chain, performance.now());
    const most = this.#options.repeatsMsMax ?? null;
    if (most !== null && repeatedMs > most && sessionAt(this.#options.clock.now())) {
      // Handing it on would make an old chain look fresh.
      health.doubted(job.id, job.symbol, 'repeated-answer', `the same chain for ${Math.round(repeatedMs / 1000)} s`);
      return true;
    }
    if (chain.rejected['greeks-dropout'] === undefined)
      health.answered(job.id, job.symbol, { ...chain.rejected, ...unknown });
    else {
      health.doubted(job.id, job.symbol, 'greeks-dropout', 'every Greek of the chain is zero');
      this.#options.quarantine?.keep(FEED_OF_STREAM[job.stream], 'greeks-dropout', await heard.whole());
    }
    this.#emit({ kind: 'chain.seen', chain });
    return true;
  }

  async #keepPast(job: Job, rowCount: number, heard: Heard): Promise<boolean> {
    const { backfill, log } = this.#options;
    if (!backfill || job.symbol === null || job.date === null) return false;
    try {
      await backfill.pastChains.keep({ symbol: job.symbol, date: job.date }, rowCount, await heard.whole());
      return true;
    } catch (error) {
      log('error', 'a past option chain could not be kept', { symbol: job.symbol, date: job.date, error });
      return false;
    }
  }

  async #refused(job: Job, problem: Refusal, heard: Heard): Promise<boolean> {
    const { quarantine, log } = this.#options;
    const reason = this.#redact(`${problem.kind}: ${problem.message}`).slice(0, 300);
    if (UNFIT.has(problem.kind)) quarantine?.keep(FEED_OF_STREAM[job.stream], reason, await heard.whole());
    // A day of the past that cannot be had says nothing of the feed as it is now.
    if (job.stream === 'history') log('warn', 'a past option chain was not given', { job: job.id, reason });
    else this.#healthOf(job).refused(job.id, job.symbol, problem);
    return false;
  }

  #healthOf(job: Job): Health {
    const health = this.#health.get(FEED_OF_STREAM[job.stream]);
    if (!health) throw new Error(`alphavantage: no health for ${job.id}`);
    return health;
  }
}

export const createAlphaVantageFeed = (options: AlphaVantageOptions): Feed => {
  const feed = new AlphaVantageFeed(options);
  return { start: (sink) => feed.start(sink), watch: () => {}, unwatch: () => {}, stop: () => feed.stop() };
};
