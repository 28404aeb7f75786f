import type { VendorBarSeen } from '../../../core/inputs.ts';
import { type Refusal, refusal } from '../body.ts';
import { type Count, isObject, type JsonObject, nonNegative } from '../fields.ts';
import { metaField, stampAt, zoneOf } from './stamps.ts';

const SERIES = 'Time Series (1min)';

const barOf = (symbol: string, stamp: string, zone: string, fields: unknown, count: Count): VendorBarSeen | null => {
  const openAt = stamp.length > 10 ? stampAt(stamp, zone) : null;
  if (openAt === null || !isObject(fields)) return null;
  const open = nonNegative(fields['1. open'], count);
  const high = nonNegative(fields['2. high'], count);
  const low = nonNegative(fields['3. low'], count);
  const close = nonNegative(fields['4. close'], count);
  const volume = nonNegative(fields['5. volume'], count);
  const whole = low <= open && low <= close && open <= high && close <= high;
  return whole && low > 0 ? { kind: 'vendor-bar.seen', symbol, openAt, open, high, low, close, volume } : null;
};

export type ReadBars =
  | { readonly ok: true; readonly bars: readonly VendorBarSeen[]; readonly rejected: Readonly<Record<string, number>> }
  | Refusal;

/** An answer of TIME_SERIES_INTRADAY at one minute, oldest bar first. A bar that cannot be true is left out and counted. */
export const readMinuteBars = (body: JsonObject, symbol: string): ReadBars => {
  const meta = body['Meta Data'];
  const series = body[SERIES];
  if (!isObject(meta) || !isObject(series))
    return refusal('unexpected-shape', `expected objects under "Meta Data" and "${SERIES}"`);
  const zone = zoneOf(meta);
  if (zone === null)
    return refusal('unexpected-shape', `expected the time zone US/Eastern, got ${metaField(meta, 'Time Zone')}`);
  const about = metaField(meta, 'Symbol');
  if (about !== symbol) return refusal('other-symbol', `asked for ${symbol}, got ${about}`);
  const rejected: Record<string, number> = {};
  const count: Count = (reason) => {
    rejected[reason] = (rejected[reason] ?? 0) + 1;
  };
  const entries = Object.entries(series);
  const bars = entries.flatMap(([stamp, fields]) => {
    const bar = barOf(symbol, stamp, zone, fields, count);
    if (!bar) count('bad-bar');
    return bar ? [bar] : [];
  });
  if (entries.length > 0 && bars.length === 0)
    return refusal('unexpected-shape', `none of ${entries.length} bars could be taken: ${JSON.stringify(rejected)}`);
  return { ok: true, bars: bars.sort((a, b) => a.openAt - b.openAt), rejected };
};
