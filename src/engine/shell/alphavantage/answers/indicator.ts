import type { VendorIndicatorSeen } from '../../../core/inputs.ts';
import { type Refusal, refusal } from '../body.ts';
import { type Count, figure, isObject, type JsonObject } from '../fields.ts';
import { metaField, stampAt, zoneOf } from './stamps.ts';

export type IndicatorName = VendorIndicatorSeen['indicator'];

const VALUES: Readonly<Record<IndicatorName, readonly string[]>> = {
  RSI: ['RSI'],
  MACD: ['MACD', 'MACD_Signal', 'MACD_Hist'],
  BBANDS: ['Real Upper Band', 'Real Middle Band', 'Real Lower Band'],
};

export type ReadIndicator =
  | {
      readonly ok: true;
      /** The newest point; null when the series holds none. */
      readonly newest: VendorIndicatorSeen | null;
      readonly rejected: Readonly<Record<string, number>>;
    }
  | Refusal;

/** An answer of RSI, MACD or BBANDS: the newest of its points, whichever order they come in. */
export const readIndicator = (body: JsonObject, symbol: string, indicator: IndicatorName): ReadIndicator => {
  const key = `Technical Analysis: ${indicator}`;
  const meta = body['Meta Data'];
  const series = body[key];
  if (!isObject(meta) || !isObject(series))
    return refusal('unexpected-shape', `expected objects under "Meta Data" and "${key}"`);
  const zone = zoneOf(meta);
  if (zone === null)
    return refusal('unexpected-shape', `expected the time zone US/Eastern, got ${metaField(meta, 'Time Zone')}`);
  const about = metaField(meta, 'Symbol');
  if (about !== symbol) return refusal('other-symbol', `asked for ${symbol}, got ${about}`);
  // Stamps of one series are written alike: their order as texts is their order in time.
  let stamp = '';
  for (const known in series) if (known > stamp) stamp = known;
  if (stamp === '') return { ok: true, newest: null, rejected: {} };
  const at = stampAt(stamp, zone);
  const point = series[stamp];
  if (at === null || !isObject(point))
    return refusal('unexpected-shape', `expected a point under a stamp, got "${stamp}"`);
  const missing = VALUES[indicator].filter((name) => !Object.hasOwn(point, name));
  if (missing.length > 0) return refusal('unexpected-shape', `expected ${missing.join(', ')} at ${stamp}`);
  const rejected: Record<string, number> = {};
  const count: Count = (reason) => {
    rejected[reason] = (rejected[reason] ?? 0) + 1;
  };
  const values = Object.fromEntries(VALUES[indicator].map((name) => [name, figure(point[name], count)]));
  const interval = metaField(meta, 'Interval');
  return { ok: true, newest: { kind: 'vendor-indicator.seen', symbol, indicator, interval, at, values }, rejected };
};
