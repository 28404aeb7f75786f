import { newYorkInstant, nextSession, sessionOn } from '../../engine/core/market/calendar.ts';
import type { Instant, SessionDate } from '../../engine/core/types.ts';
import { errorBody } from './bodies.ts';

interface Observation {
  /** First day of the period it is about. */
  readonly date: string;
  readonly value: string;
}
type Interval = 'quarterly' | 'annual' | 'monthly' | 'semiannual' | 'weekly' | 'daily';

const FIRST_YEAR = 2015;

/** A fixed draw from -1 to 1 for each name: the same history in every sandbox. */
const draw = (name: string): number => (Number(Bun.hash.xxHash32(name)) / 2 ** 32) * 2 - 1;
const releasedBy = (date: Temporal.PlainDate, time: string, now: Instant): boolean =>
  newYorkInstant(date.toString() as SessionDate, time) <= now;
const dayOfWeekFrom = (date: Temporal.PlainDate): Temporal.PlainDate =>
  date.dayOfWeek > 5 ? date.add({ days: 8 - date.dayOfWeek }) : date;

/** Of daily rates the vendor has decades; a few years are what anybody here reads. */
const FUNDS_FROM = Temporal.PlainDate.from({ year: 2024, month: 1, day: 1 });
const start = Temporal.PlainDate.from({ year: FIRST_YEAR, month: 1, day: 1 });

/** Billions of dollars a quarter; told four weeks after its end and revised four weeks later, at 08:30. */
const grossProduct = (now: Instant): Observation[] => {
  const found: Observation[] = [];
  let level = 4_300;
  for (let quarter = start; ; quarter = quarter.add({ months: 3 })) {
    level *= 1.0055 + 0.004 * draw(`gdp ${quarter}`);
    const advance = dayOfWeekFrom(quarter.add({ months: 3 }).with({ day: 28 }));
    if (!releasedBy(advance, '08:30', now)) return found.reverse();
    const second = dayOfWeekFrom(advance.add({ days: 28 }));
    const seen = releasedBy(second, '08:30', now) ? level : level * (1 + 0.001 * draw(`gdp revision ${quarter}`));
    found.push({ date: quarter.toString(), value: seen.toFixed(3) });
  }
};

/** Index, 1982-1984 = 100; told about the 12th of the next month at 08:30. */
const consumerPrices = (now: Instant): Observation[] => {
  const found: Observation[] = [];
  let level = 234;
  for (let month = start; ; month = month.add({ months: 1 })) {
    level *= 1.0025 + 0.002 * draw(`cpi ${month}`);
    if (!releasedBy(dayOfWeekFrom(month.add({ months: 1 }).with({ day: 12 })), '08:30', now)) return found.reverse();
    found.push({ date: month.toString(), value: level.toFixed(3) });
  }
};

/** Percent; moves by quarters of a point every six or seven weeks; a day's rate is told the next session at 09:00. */
const fundsRate = (now: Instant): Observation[] => {
  const found: Observation[] = [];
  for (let date = FUNDS_FROM; ; date = date.add({ days: 1 })) {
    const day = date.toString() as SessionDate;
    const toldOn = nextSession(day).date;
    if (newYorkInstant(toldOn, '09:00') > now) return found.reverse();
    if (!sessionOn(day)) continue;
    const meeting = Math.floor(start.until(date, { largestUnit: 'days' }).days / 46);
    // A slow wave between 0.25 and 5.25: what committees do over a decade.
    const rate = 2.75 + 2.5 * Math.sin(meeting / 12);
    const target = Math.round(rate * 4) / 4;
    found.push({ date: day, value: (target + 0.08 + 0.005 * Math.round(draw(`funds ${day}`))).toFixed(2) });
  }
};

interface Series {
  readonly name: string;
  readonly unit: string;
  readonly intervals: readonly Interval[];
  readonly observations: (now: Instant) => Observation[];
}

const SERIES: Readonly<Record<string, Series>> = {
  REAL_GDP: {
    name: 'Real Gross Domestic Product',
    unit: 'billions of dollars',
    intervals: ['annual', 'quarterly'],
    observations: grossProduct,
  },
  CPI: {
    name: 'Consumer Price Index for all Urban Consumers',
    unit: 'index 1982-1984=100',
    intervals: ['monthly', 'semiannual'],
    observations: consumerPrices,
  },
  FEDERAL_FUNDS_RATE: {
    name: 'Effective Federal Funds Rate',
    unit: 'percent',
    intervals: ['monthly', 'weekly', 'daily'],
    observations: fundsRate,
  },
};

const periodOf = (date: string, interval: Interval): string => {
  const plain = Temporal.PlainDate.from(date);
  if (interval === 'annual') return `${plain.year}`;
  if (interval === 'semiannual') return `${plain.year} ${plain.month > 6}`;
  if (interval === 'weekly') return plain.subtract({ days: plain.dayOfWeek - 1 }).toString();
  return interval === 'daily' ? date : date.slice(0, 7);
};

/** The first observation of each period stands for it where a coarser interval is asked for. */
const thinned = (newestFirst: readonly Observation[], interval: Interval): Observation[] =>
  newestFirst.filter(({ date }, i) => {
    const next = newestFirst[i + 1];
    return !next || periodOf(next.date, interval) !== periodOf(date, interval);
  });

/** `REAL_GDP`, `CPI` and `FEDERAL_FUNDS_RATE`: plausible, always the same, and only what would have been released by now. */
export const createMacro = () => {
  let known: { readonly hour: number; readonly series: Map<string, Observation[]> } = { hour: -1, series: new Map() };
  return (name: string, query: URLSearchParams, now: Instant): unknown => {
    const series = SERIES[name];
    const interval = (query.get('interval') ?? series?.intervals[0] ?? '') as Interval;
    if (!series?.intervals.includes(interval)) return errorBody(name);
    // Releases come on the half hour: within one the answer stays the same.
    const hour = Math.floor(now / 1_800_000);
    if (known.hour !== hour) known = { hour, series: new Map() };
    const observations = known.series.get(name) ?? series.observations(now);
    known.series.set(name, observations);
    return { name: series.name, interval, unit: series.unit, data: thinned(observations, interval) };
  };
};
