import type { Interval } from '../catalog/types.ts';

export const DAY_SECONDS = 86_400;

/** The same time of day so many months on; a day that the month does not have becomes its last. UTC. */
const addMonths = (anchorSeconds: number, months: number): number => {
  const anchor = new Date(anchorSeconds * 1_000);
  const target = new Date(anchorSeconds * 1_000);
  target.setUTCDate(1);
  target.setUTCMonth(anchor.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(target.getUTCFullYear(), target.getUTCMonth() + 1, 0)).getUTCDate();
  target.setUTCDate(Math.min(anchor.getUTCDate(), lastDay));
  return target.getTime() / 1_000;
};

interface Cycle {
  readonly interval: Interval;
  readonly interval_count: number;
}

/** The end of the `count`th period after the anchor. The anchor's day is kept: Jan 31, Feb 28, Mar 31. */
const periodEnd = (anchorSeconds: number, { interval, interval_count }: Cycle, count: number): number => {
  switch (interval) {
    case 'day':
      return anchorSeconds + count * interval_count * DAY_SECONDS;
    case 'week':
      return anchorSeconds + count * interval_count * 7 * DAY_SECONDS;
    case 'month':
      return addMonths(anchorSeconds, count * interval_count);
    case 'year':
      return addMonths(anchorSeconds, count * interval_count * 12);
  }
};

/** The first end of a period, counted from the anchor, that is later than `afterSeconds`. */
export const nextPeriodEnd = (anchorSeconds: number, cycle: Cycle, afterSeconds: number): number => {
  const length = periodEnd(anchorSeconds, cycle, 1) - anchorSeconds;
  // Months differ by three days at most: start a little early and step.
  let count = Math.max(0, Math.floor((afterSeconds - anchorSeconds) / length) - 2);
  while (periodEnd(anchorSeconds, cycle, count) <= afterSeconds) count += 1;
  return periodEnd(anchorSeconds, cycle, count);
};

/** One period on from an instant. */
export const afterOnePeriod = (fromSeconds: number, cycle: Cycle): number => periodEnd(fromSeconds, cycle, 1);

/** So many months on from an instant, for a discount that repeats. */
export const afterMonths = (fromSeconds: number, months: number): number => addMonths(fromSeconds, months);
