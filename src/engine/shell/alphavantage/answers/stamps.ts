import { type Instant, instant } from '../../../core/types.ts';
import type { JsonObject } from '../fields.ts';

const ZONES: Readonly<Record<string, string>> = {
  'US/Eastern': 'America/New_York',
  'US/Eastern Time': 'America/New_York',
};
const STAMP = /^\d{4}-\d\d-\d\d( \d\d:\d\d(:00)?)?$/;

/** A field of the vendor's `Meta Data` by its name: numbers and marks before it differ between functions (`6. Time Zone`, `7: Time Zone`). */
export const metaField = (meta: JsonObject, name: string): string => {
  const key = Object.keys(meta).find((known) => known.replace(/^\d+(\.\d+)?[.:] /, '') === name);
  return key === undefined ? '' : String(meta[key]);
};

/** The IANA zone of the answer's stamps; null for one that is not known: stamps are never guessed. */
export const zoneOf = (meta: JsonObject): string | null => ZONES[metaField(meta, 'Time Zone')] ?? null;

/** `YYYY-MM-DD`, with ` HH:MM` or ` HH:MM:00`, in that zone; null when it is no such stamp. */
export const stampAt = (stamp: string, zone: string): Instant | null => {
  if (!STAMP.test(stamp)) return null;
  try {
    return instant(Temporal.PlainDateTime.from(stamp.replace(' ', 'T')).toZonedDateTime(zone).epochMilliseconds);
  } catch {
    return null;
  }
};
