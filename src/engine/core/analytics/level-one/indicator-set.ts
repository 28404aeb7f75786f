import { type Instant, instant } from '../../types.ts';
import { type CandleScan, createCandleScan, onCandleScanBar, PATTERN_NAMES } from '../indicators/candles/scan.ts';
import { type IndicatorBar, type IndicatorParams, isBar } from '../indicators/definition.ts';
import {
  createIndicator,
  type Indicator,
  type IndicatorInputs,
  onIndicatorBar,
  outputsOf,
  silenceOf,
} from '../indicators/indicator.ts';
import { absent, type Measured, measured, measuredNumber } from '../measured.ts';

/** An indicator under the name that views give it; several outputs become `key.output`. */
export interface IndicatorChoice {
  readonly key: string;
  readonly name: string;
  readonly params?: IndicatorParams;
  /** Which figure of a bar stands in for another: `{ close: 'volume' }`. */
  readonly inputs?: IndicatorInputs;
}

/** What strategies and pages read unless told otherwise. The longest memory decides the warm-up: 50 bars. */
const STANDARD_INDICATORS: readonly IndicatorChoice[] = [
  { key: 'sma20', name: 'sma', params: { period: 20 } },
  { key: 'ema9', name: 'ema', params: { period: 9 } },
  { key: 'ema20', name: 'ema', params: { period: 20 } },
  { key: 'ema50', name: 'ema', params: { period: 50 } },
  { key: 'kama30', name: 'kama' },
  { key: 'bbands20', name: 'bbands', params: { period: 20 } },
  { key: 'sar', name: 'sar' },
  { key: 'rsi14', name: 'rsi' },
  { key: 'macd', name: 'macd' },
  { key: 'ppo', name: 'ppo', params: { averageKind: 1 } },
  { key: 'roc10', name: 'roc' },
  { key: 'mom10', name: 'mom' },
  { key: 'stoch14', name: 'stoch', params: { fastKPeriod: 14 } },
  { key: 'willr14', name: 'willr' },
  { key: 'cci20', name: 'cci', params: { period: 20 } },
  { key: 'mfi14', name: 'mfi' },
  { key: 'aroon14', name: 'aroon' },
  { key: 'ultosc', name: 'ultosc' },
  { key: 'adx14', name: 'adx' },
  { key: 'plusDi14', name: 'plusDi' },
  { key: 'minusDi14', name: 'minusDi' },
  { key: 'atr14', name: 'atr' },
  { key: 'natr14', name: 'natr' },
  { key: 'stddev20', name: 'stddev', params: { period: 20 } },
  { key: 'slope14', name: 'linearregSlope' },
  { key: 'obv', name: 'obv' },
];

/** The same bars' indicators and candlestick patterns. */
export interface IndicatorSet {
  readonly keys: readonly string[];
  readonly indicators: readonly Indicator[];
  readonly scan: CandleScan;
  bars: number;
  /** End of the last bar; NaN before the first. */
  barEndAt: number;
}

export const createIndicatorSet = (choices: readonly IndicatorChoice[] = STANDARD_INDICATORS): IndicatorSet => ({
  keys: choices.map(({ key }) => key),
  indicators: choices.map(({ name, params, inputs }) => createIndicator(name, params, inputs)),
  scan: createCandleScan(),
  bars: 0,
  barEndAt: Number.NaN,
});

/** A closed bar that ended at `endAt`. */
export const onIndicatorSetBar = (set: IndicatorSet, bar: IndicatorBar, endAt: number): void => {
  for (const indicator of set.indicators) onIndicatorBar(indicator, bar);
  if (isBar(bar)) onCandleScanBar(set.scan, bar);
  set.bars++;
  set.barEndAt = endAt;
};

/**
 * Figures as of the end of the last bar: absent while warming up, where they are not
 * defined (nothing over nothing, the arc cosine of a price), and once that is more than
 * `ageMsMax` ago.
 */
export const indicatorSetView = (set: IndicatorSet, at: Instant, ageMsMax: number): Record<string, Measured> => {
  const view: Record<string, Measured> = {};
  const stale = at - set.barEndAt > ageMsMax;
  set.indicators.forEach((indicator, i) => {
    const key = set.keys[i] ?? indicator.name;
    const outputs = outputsOf(indicator);
    outputs.forEach((output, o) => {
      view[outputs.length === 1 ? key : `${key}.${output}`] = stale
        ? absent('stale', 'bars')
        : measuredNumber(indicator.values[o] ?? Number.NaN, instant(set.barEndAt), 'bars', silenceOf(indicator));
    });
  });
  return view;
};

/**
 * Candlestick patterns that the last bar completed: `cdlhammer +100`, `cdlharami -80`, `cdlhikkake +200`; none: empty.
 * Confidence: the share of the 61 patterns that have bars enough to tell.
 */
export const patternsOf = (set: IndicatorSet, at: Instant, ageMsMax: number): Measured<readonly string[]> => {
  if (at - set.barEndAt > ageMsMax) return absent('stale', 'bars');
  const { told } = set.scan;
  const fired: string[] = [];
  let able = 0;
  told.forEach((value, i) => {
    if (!Number.isNaN(value)) able++;
    if (Math.abs(value) > 0) fired.push(`${PATTERN_NAMES[i]} ${value > 0 ? '+' : '−'}${Math.abs(value)}`);
  });
  if (able === 0) return absent('warming-up', 'bars');
  return measured(fired, instant(set.barEndAt), 'bars', able / told.length);
};
