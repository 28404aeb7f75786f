import { newYorkInstant, sessionOn } from '../core/market/calendar.ts';
import { type Instant, instant, type SessionDate } from '../core/types.ts';
import { historyJob, type Job, planJobs } from '../shell/alphavantage/schedule/plan.ts';
import { type Outcome, Schedule } from '../shell/alphavantage/schedule/schedule.ts';

/** A stretch of wall time in which the vendor does not do as it should. */
export interface Outage {
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind: 'hangs' | 'fails' | 'throttles';
}

export interface DrillOptions {
  readonly seed: number;
  readonly startAt: Instant;
  readonly lengthMs: number;
  readonly budgetPerMinute: number;
  readonly optionSymbols: readonly string[];
  readonly barSymbols: readonly string[];
  readonly outages: readonly Outage[];
  /** Days of the past that wait from the start. */
  readonly pastDays: number;
  /** The longest a sound answer takes. */
  readonly latencyMsMax: number;
}

export interface Asked {
  readonly wallMs: number;
  readonly at: Instant;
  readonly job: Job;
  readonly key: string;
}

export interface Drill {
  readonly asked: readonly Asked[];
  /** Broken promises, in words; empty when all were kept. */
  readonly problems: readonly string[];
  readonly dropped: Readonly<Record<string, number>>;
  readonly pastDaysLeft: number;
}

const HISTORY_PER_MINUTE = 300;
const TIMEOUT_MS = 10_000;
const REPORT_EVERY_MS = 60_000;

/** A number from 0 up to 1 for each name: the same call of the same job takes as long in every drill of a seed. */
const chance = (seed: number, name: string): number => Number(Bun.hash.xxHash32(name, seed)) / 2 ** 32;

const outageAt = (outages: readonly Outage[], wallMs: number): Outage | undefined =>
  outages.find(({ fromMs, toMs }) => wallMs >= fromMs && wallMs < toMs);

/** Plays the schedule against a vendor that answers late, not at all, or with complaints; without waiting for a clock. */
export const runScheduleDrill = (options: DrillOptions): Drill => {
  const { seed, startAt, outages, latencyMsMax } = options;
  const moment = (wallMs: number) => ({ wallMs, at: instant(startAt + wallMs) });
  const schedule = new Schedule({
    jobs: planJobs({
      optionSymbols: options.optionSymbols,
      barSymbols: options.barSymbols,
      indicatorSymbols: options.optionSymbols,
      newsSymbols: options.optionSymbols,
      macro: true,
      speed: 1,
    }),
    budgetPerMinute: options.budgetPerMinute,
    historyPerMinute: HISTORY_PER_MINUTE,
    keys: ['first', 'second', 'third'],
    now: moment(0),
  });
  schedule.offerHistory(
    Array.from({ length: options.pastDays }, (_, i) => historyJob('SPY', `past-${i}` as SessionDate)),
  );
  const asked: Asked[] = [];
  const flying: { readonly job: Job; readonly sentMs: number; readonly backMs: number; readonly outcome: Outcome }[] =
    [];
  const times = new Map<string, number>();
  const dropped: Record<string, number> = {};
  const watch = createWatch(options);

  const send = (job: Job, wallMs: number): void => {
    const nth = (times.get(job.id) ?? 0) + 1;
    times.set(job.id, nth);
    const outage = outageAt(outages, wallMs)?.kind;
    const quickMs = 20 + Math.round(chance(seed, `${job.id} ${nth}`) ** 4 * (latencyMsMax - 20));
    const latencyMs = outage === 'hangs' ? TIMEOUT_MS : quickMs;
    const outcome = outage === undefined ? 'answered' : outage === 'throttles' ? 'throttled' : 'failed';
    flying.push({ job, sentMs: wallMs, backMs: wallMs + latencyMs, outcome });
    flying.sort((a, b) => a.backMs - b.backMs || a.sentMs - b.sentMs);
  };
  let reportAtMs = REPORT_EVERY_MS;
  for (let wallMs = 0; wallMs < options.lengthMs; ) {
    while ((flying[0]?.backMs ?? Number.POSITIVE_INFINITY) <= wallMs) {
      const back = flying.shift();
      if (!back) break;
      schedule.settled(back.job, back.outcome, back.backMs - back.sentMs, moment(wallMs));
      watch.settled(back.job, back.outcome);
    }
    const step = schedule.next(moment(wallMs));
    if (step.kind === 'ask') {
      const one = { wallMs, at: moment(wallMs).at, job: step.job, key: step.key };
      asked.push(one);
      watch.asked(one);
      send(step.job, wallMs);
      continue;
    }
    wallMs = Math.ceil(Math.min(step.untilMs, flying[0]?.backMs ?? Number.POSITIVE_INFINITY));
    if (wallMs < reportAtMs) continue;
    reportAtMs += REPORT_EVERY_MS;
    const { streams } = schedule.report(moment(wallMs));
    for (const [stream, tally] of Object.entries(streams)) dropped[stream] = (dropped[stream] ?? 0) + tally.dropped;
  }
  return { asked, problems: watch.problems(), dropped, pastDaysLeft: schedule.pastDaysLeft };
};

/** Seconds since midnight in New York, without the schedule's own calendar. */
const newYorkClock = (at: Instant): { readonly date: SessionDate; readonly seconds: number } => {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('America/New_York');
  const { hour, minute, second } = zoned;
  return { date: zoned.toPlainDate().toString() as SessionDate, seconds: (hour * 60 + minute) * 60 + second };
};

const createWindow = (most: number) => {
  const taken: number[] = [];
  return (wallMs: number): boolean => {
    taken.push(wallMs);
    while ((taken[0] ?? wallMs) <= wallMs - 60_000) taken.shift();
    return taken.length <= most;
  };
};

/** Checks each question against what was promised, as it is asked. */
const createWatch = (options: DrillOptions) => {
  const found = new Set<string>();
  const inBudget = createWindow(options.budgetPerMinute);
  const inHistoryBudget = createWindow(HISTORY_PER_MINUTE);
  const inReferenceBudget = createWindow(4);
  const lastOf = new Map<string, Asked>();
  const sound = new Map<string, boolean>();
  let key = '';

  const expect = (holds: boolean, problem: string, { at, job }: Asked): void => {
    if (!holds && found.size < 20) found.add(`${problem}: ${job.id} at ${new Date(at).toISOString()}`);
  };
  const checkPhase = (one: Asked): void => {
    const { date, seconds } = newYorkClock(one.at);
    const session = sessionOn(date);
    const { stream } = one.job;
    if (stream === 'history') {
      const closed = !session || seconds >= 16.5 * 3600 || seconds < 8 * 3600;
      expect(closed, 'backfill by day', one);
    }
    const second = Math.floor(one.wallMs / 1000) % 60;
    if (stream === 'macro' || stream === 'news') {
      expect(second >= 40 && second < 58, 'outside of its window', one);
      expect(inReferenceBudget(one.wallMs), 'more than four a minute', one);
    }
    if (stream === 'indicators')
      expect(
        session !== null && one.at >= session.openAt && one.at < session.closeAt + 15 * 60_000,
        'indicator of a closed market',
        one,
      );
    if (key !== '' && key !== one.key) {
      const quiet = !session || one.at >= session.closeAt + 30 * 60_000 || seconds < 8 * 3600;
      expect(quiet, 'key changed in the session', one);
    }
    key = one.key;
  };
  /** Options that are overdue for their beat, sound and not under way go first. */
  const checkOrder = (one: Asked): void => {
    if (one.job.stream !== 'indicators' && one.job.stream !== 'history') return;
    const { date } = newYorkClock(one.at);
    const session = sessionOn(date);
    if (!session || one.at < session.openAt + 10_000 || one.at >= session.closeAt + 15 * 60_000) return;
    for (const last of lastOf.values()) {
      if (last.job.stream !== 'options' || sound.get(last.job.id) !== true) continue;
      expect(one.wallMs - last.wallMs <= 5_000, `asked while ${last.job.id} waits`, one);
    }
  };
  /** Nothing starves while the vendor answers: three minutes after its last trouble, and within one phase. */
  const checkGap = (one: Asked): void => {
    const before = lastOf.get(one.job.id);
    const bounds: Record<string, number> = { options: 5_000, bars: 15_000 };
    const everyMs = bounds[one.job.stream];
    const { date } = newYorkClock(one.at);
    const session = sessionOn(date);
    if (everyMs === undefined || !before || !session) return;
    if (before.at < session.openAt || one.at >= session.closeAt + 15 * 60_000) return;
    const troubled = options.outages.some(({ fromMs, toMs }) => one.wallMs >= fromMs && before.wallMs < toMs + 180_000);
    if (troubled) return;
    expect(one.wallMs - before.wallMs <= 2 * everyMs + options.latencyMsMax, `starved since ${before.wallMs}`, one);
  };
  return {
    asked: (one: Asked): void => {
      expect(inBudget(one.wallMs), `more than ${options.budgetPerMinute} in 60 s`, one);
      if (one.job.stream === 'history') expect(inHistoryBudget(one.wallMs), 'more backfill than 300 in 60 s', one);
      checkPhase(one);
      checkOrder(one);
      checkGap(one);
      lastOf.set(one.job.id, one);
      sound.set(one.job.id, false);
    },
    settled: (job: Job, outcome: Outcome): void => void sound.set(job.id, outcome === 'answered'),
    problems: (): string[] => [...found],
  };
};

const DAYS: readonly string[] = [
  // An ordinary week's day, clock changes, half days, holidays, weekends.
  '2026-06-10',
  '2026-03-08',
  '2026-03-09',
  '2026-11-01',
  '2026-11-02',
  '2026-11-26',
  '2026-11-27',
  '2026-12-24',
  '2026-12-25',
  '2026-07-03',
  '2026-06-13',
  '2026-06-14',
];
const HOURS = ['07:50', '09:20', '12:30', '15:50', '16:20', '17:55', '19:55', '23:50', '01:30'];
const FOCUS = ['SPX', 'SPY', 'QQQ', 'IWM', 'AAPL', 'MSFT', 'NVDA', 'AMZN', 'GOOGL', 'META', 'TSLA'];

/** What a seed stands for: a stretch around one of the hours that matter, with its outages. */
export const drillOf = (seed: number, lengthMs: number): DrillOptions => {
  const pick = (name: string, count: number): number => Math.floor(chance(seed, name) * count);
  const date = (DAYS[pick('day', DAYS.length)] ?? '') as SessionDate;
  const outages = Array.from({ length: pick('outages', 4) }, (_, i): Outage => {
    const fromMs = pick(`from ${i}`, lengthMs);
    const kind = (['hangs', 'fails', 'throttles'] as const)[pick(`kind ${i}`, 3)] ?? 'fails';
    return { kind, fromMs, toMs: fromMs + 5_000 + pick(`long ${i}`, 120_000) };
  });
  return {
    seed,
    startAt: newYorkInstant(date, HOURS[pick('hour', HOURS.length)] ?? '12:00'),
    lengthMs,
    budgetPerMinute: [160, 300, 600, 1_200][pick('budget', 4)] ?? 600,
    optionSymbols: FOCUS.slice(0, 1 + pick('options', 4)),
    barSymbols: FOCUS.slice(0, 1 + pick('bars', FOCUS.length)),
    outages,
    pastDays: pick('past', 3) * 2_000,
    latencyMsMax: [200, 1_500, 4_000][pick('latency', 3)] ?? 200,
  };
};
