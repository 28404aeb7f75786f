import type { VendorBarSeen } from '../../core/inputs.ts';
import { type Instant, instant } from '../../core/types.ts';
import { parseBody, type Refusal, refusal } from './body.ts';
import { type Count, isObject, nonNegative } from './fields.ts';

const SERIES = 'Time Series (1min)';
const ZONES: Readonly<Record<string, string>> = { 'US/Eastern': 'America/New_York' };

const openingOf = (stamp: string, zone: string): Instant | null => {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:00$/.test(stamp)) return null;
  try {
    return instant(Temporal.PlainDateTime.from(stamp.replace(' ', 'T')).toZonedDateTime(zone).epochMilliseconds);
  } catch {
    return null;
  }
};

const barOf = (symbol: string, stamp: string, zone: string, fields: unknown, count: Count): VendorBarSeen | null => {
  const openAt = openingOf(stamp, zone);
  if (openAt === null || !isObject(fields)) return null;
  const open = nonNegative(fields['1. open'], count);
  const high = nonNegative(fields['2. high'], count);
  const low = nonNegative(fields['3. low'], count);
  const close = nonNegative(fields['4. close'], count);
  const volume = nonNegative(fields['5. volume'], count);
  const whole = low <= open && low <= close && open <= high && close <= high;
  return whole && low > 0 ? { kind: 'vendor-bar.seen', symbol, openAt, open, high, low, close, volume } : null;
};

/** An answer of TIME_SERIES_INTRADAY at one minute, oldest bar first. A bar that cannot be true is left out and counted. */
export const parseMinuteBars = (
  bytes: Uint8Array,
  symbol: string,
):
  | { readonly ok: true; readonly bars: readonly VendorBarSeen[]; readonly rejected: Readonly<Record<string, number>> }
  | Refusal => {
  const parsed = parseBody(bytes);
  if (!parsed.ok) return parsed;
  const meta = parsed.body['Meta Data'];
  const series = parsed.body[SERIES];
  if (!isObject(meta) || !isObject(series))
    return refusal('unexpected-shape', `expected objects under "Meta Data" and "${SERIES}"`);
  const zone = ZONES[String(meta['6. Time Zone'])];
  if (!zone)
    return refusal('unexpected-shape', `expected the time zone US/Eastern, got ${String(meta['6. Time Zone'])}`);
  const rejected: Record<string, number> = {};
  const count: Count = (reason) => {
    rejected[reason] = (rejected[reason] ?? 0) + 1;
  };
  const bars: VendorBarSeen[] = [];
  for (const [stamp, fields] of Object.entries(series)) {
    const bar = barOf(symbol, stamp, zone, fields, count);
    if (bar) bars.push(bar);
    else count('bad-bar');
  }
  bars.sort((a, b) => a.openAt - b.openAt);
  return { ok: true, bars, rejected };
};
