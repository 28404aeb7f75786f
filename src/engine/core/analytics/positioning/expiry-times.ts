import { calendarCovers, dateInNewYork, expiresAt, newYorkInstant } from '../../market/calendar.ts';
import type { ChainColumns } from '../../market/chain.ts';
import type { Instant } from '../../types.ts';
import { yearsPerSlot } from '../exposure-sums.ts';

const MS_PER_DAY = 86_400_000;
const DAYS_PER_YEAR = 365;

/** Per expiry slot, slot = 2 · expiryIndex + settlesAm. */
export interface ExpiryTimes {
  /** ACT/365 to the settlement instant; ≤ 0 once settled, NaN for a date the calendar does not know. */
  readonly years: Float64Array;
  /** Calendar days in New York from today to the day of settlement. */
  readonly days: Int32Array;
  /** 0 today, 1 to 7 days, 2 to 30, 3 beyond. */
  readonly bucket: Uint8Array;
}

const bucketOf = (days: number): number => (days <= 0 ? 0 : days <= 7 ? 1 : days <= 30 ? 2 : 3);

export const expiryTimes = (chain: ChainColumns, at: Instant): ExpiryTimes => {
  const years = yearsPerSlot(chain, at);
  const days = new Int32Array(years.length);
  // Days between two noons, rounded: summer time moves one of them by an hour.
  const noonToday = newYorkInstant(dateInNewYork(at), '12:00:00');
  chain.expiries.forEach((expiry, e) => {
    if (!calendarCovers(expiry)) return;
    const close = expiresAt(expiry, false);
    days[2 * e] = Math.round((close - noonToday) / MS_PER_DAY);
    days[2 * e + 1] = days[2 * e] as number;
  });
  return { years, days, bucket: Uint8Array.from(days, bucketOf) };
};

/** From times alone, where there are no dates: whole days left. */
export const expiryTimesOf = (years: Float64Array): ExpiryTimes => {
  const days = Int32Array.from(years, (t) => Math.floor(t * DAYS_PER_YEAR));
  return { years, days, bucket: Uint8Array.from(days, bucketOf) };
};
