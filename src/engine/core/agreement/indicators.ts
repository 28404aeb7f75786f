import type { IndicatorInterval, LevelOne } from '../analytics/level-one/level-one.ts';
import type { VendorIndicatorSeen } from '../inputs.ts';
import type { Instant } from '../types.ts';

/** The vendor's names of the intervals we keep, and their length; a day's end is its session's. */
const INTERVALS: Readonly<Record<string, readonly [IndicatorInterval, number]>> = {
  '5min': ['5m', 300_000],
  '30min': ['30m', 1_800_000],
  daily: ['1d', Number.NaN],
};

/** Our key and output for each of the vendor's names, and how far they may be apart. */
interface Counterpart {
  readonly key: string;
  readonly output: number;
  /** In the indicator's own unit; `ofPrice`: as a part of the price. */
  readonly bound: number;
  readonly ofPrice: boolean;
}
const COUNTERPARTS: Readonly<Record<string, Counterpart>> = {
  // Points of 100: what a week of differing history still leaves of a 14-bar average.
  RSI: { key: 'rsi14', output: 0, bound: 2, ofPrice: false },
  MACD: { key: 'macd', output: 0, bound: 0.0005, ofPrice: true },
  MACD_Signal: { key: 'macd', output: 1, bound: 0.0005, ofPrice: true },
  MACD_Hist: { key: 'macd', output: 2, bound: 0.0005, ofPrice: true },
  'Real Upper Band': { key: 'bbands20', output: 0, bound: 0.001, ofPrice: true },
  'Real Middle Band': { key: 'bbands20', output: 1, bound: 0.001, ofPrice: true },
  'Real Lower Band': { key: 'bbands20', output: 2, bound: 0.001, ofPrice: true },
};

/** One of the vendor's figures beside ours of the same bar. */
export interface IndicatorComparison {
  readonly indicator: VendorIndicatorSeen['indicator'];
  readonly interval: string;
  readonly at: Instant;
  readonly name: string;
  readonly ours: number;
  readonly theirs: number;
  readonly agrees: boolean;
}

/** The last comparison of each of the vendor's names, and how often there was one. */
export interface IndicatorChecks {
  readonly last: Map<string, IndicatorComparison>;
  compared: number;
  disagreed: number;
  /** Of a bar that is not our last one, of an interval that we do not keep, or before ours had warmed up. */
  notComparable: number;
}

export const createIndicatorChecks = (): IndicatorChecks => ({
  last: new Map(),
  compared: 0,
  disagreed: 0,
  notComparable: 0,
});

/** The vendor stamps a bar with its opening; its newest is often the one that is still open, of which ours say nothing. */
const isOurLastBar = (barEndAt: number, lengthMs: number, at: Instant): boolean => {
  if (Number.isNaN(lengthMs)) return at <= barEndAt && barEndAt - at < 86_400_000;
  return at === barEndAt - lengthMs;
};

/** Compares what can be; returns those that disagree beyond their bounds. */
export const compareIndicator = (
  checks: IndicatorChecks,
  levelOne: LevelOne,
  lastPrice: number,
  seen: VendorIndicatorSeen,
): readonly IndicatorComparison[] => {
  const [interval, lengthMs] = INTERVALS[seen.interval] ?? [null, Number.NaN];
  const set = interval && levelOne.sets[interval];
  if (!set || !isOurLastBar(set.barEndAt, lengthMs, seen.at)) {
    checks.notComparable++;
    return [];
  }
  const found: IndicatorComparison[] = [];
  for (const name of Object.keys(seen.values).sort()) {
    const counterpart = COUNTERPARTS[name];
    const theirs = seen.values[name] ?? Number.NaN;
    const indicator = counterpart && set.indicators[set.keys.indexOf(counterpart.key)];
    const ours = indicator?.values[counterpart?.output ?? 0] ?? Number.NaN;
    if (!counterpart || !Number.isFinite(ours + theirs)) {
      checks.notComparable++;
      continue;
    }
    const bound = counterpart.bound * (counterpart.ofPrice ? lastPrice : 1);
    const agrees = Math.abs(ours - theirs) <= bound;
    const { indicator: kind, at } = seen;
    const comparison = { indicator: kind, interval: seen.interval, at, name, ours, theirs, agrees };
    checks.last.set(`${seen.interval} ${name}`, comparison);
    checks.compared++;
    if (agrees) continue;
    checks.disagreed++;
    found.push(comparison);
  }
  return found;
};
