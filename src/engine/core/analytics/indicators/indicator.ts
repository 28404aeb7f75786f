import { CANDLES } from './candles/patterns.ts';
import { CYCLE } from './cycle.ts';
import {
  BAR_FIELDS,
  type BarField,
  type Definition,
  type IndicatorBar,
  type IndicatorParams,
  isBar,
} from './definition.ts';
import { DIRECTIONAL } from './directional.ts';
import { MATH } from './math.ts';
import { MOMENTUM } from './momentum.ts';
import { OVERLAP } from './overlap.ts';
import { RANGE } from './range.ts';
import { STATISTICS } from './statistics.ts';
import { VARIABLE_AVERAGE } from './variable-average.ts';
import { VOLUME_AND_RANGE } from './volume-and-range.ts';

/** All 161 of TA-Lib's functions by its names in camel case, with its defaults and seeding. */
export const INDICATORS: Readonly<Record<string, Definition>> = {
  ...OVERLAP,
  ...MOMENTUM,
  ...DIRECTIONAL,
  ...RANGE,
  ...VOLUME_AND_RANGE,
  ...STATISTICS,
  ...CYCLE,
  ...VARIABLE_AVERAGE,
  ...MATH,
  ...CANDLES,
};

/** Which figure of a bar stands in for another: `{ close: 'volume' }` lets an average of closes average volumes. */
export type IndicatorInputs = Readonly<Partial<Record<BarField, BarField>>>;

/** A bar under the names that the indicator reads. */
type Fed = { -readonly [Field in keyof IndicatorBar]: IndicatorBar[Field] };

/** One running indicator. Plain data: `state` is read by its definition alone. */
export interface Indicator {
  readonly name: string;
  readonly state: unknown;
  /** By the fields of a bar, which field is read instead; null when they are read as they are. */
  readonly inputs: Readonly<Record<BarField, BarField>> | null;
  readonly fed: Fed;
  /** The outputs of the last bar, in the definition's order; NaN while warming up. */
  readonly values: Float64Array;
  bars: number;
  /** Bars that were not four finite prices and a volume. */
  refusedBars: number;
  /** Whether it has said a figure yet. */
  hasSpoken: boolean;
}

const DEFINITIONS: ReadonlyMap<string, Definition> = new Map(Object.entries(INDICATORS));

const definitionOf = (name: string): Definition => {
  const definition = DEFINITIONS.get(name);
  if (!definition)
    throw new RangeError(`Indicator: expected one of ${Object.keys(INDICATORS).join(', ')}, got "${name}"`);
  return definition;
};

const inputsOf = (name: string, inputs: IndicatorInputs): Indicator['inputs'] => {
  for (const field of [...Object.keys(inputs), ...Object.values(inputs)])
    if (!BAR_FIELDS.some((known) => known === field))
      throw new RangeError(`Indicator ${name}: expected inputs among ${BAR_FIELDS.join(', ')}, got "${field}"`);
  const own = { open: 'open', high: 'high', low: 'low', close: 'close', volume: 'volume' } as const;
  return Object.keys(inputs).length === 0 ? null : { ...own, ...inputs };
};

/** `params` replace the defaults by name, `inputs` the figures of a bar. */
export const createIndicator = (
  name: string,
  params: IndicatorParams = {},
  inputs: IndicatorInputs = {},
): Indicator => {
  const definition = definitionOf(name);
  for (const key of Object.keys(params))
    if (!Object.hasOwn(definition.params, key))
      throw new RangeError(
        `Indicator ${name}: expected parameters among ${Object.keys(definition.params).join(', ') || 'none'}, got "${key}"`,
      );
  return {
    name,
    state: definition.create({ ...definition.params, ...params }),
    inputs: inputsOf(name, inputs),
    fed: { open: 0, high: 0, low: 0, close: 0, volume: 0, periods: undefined },
    values: new Float64Array(definition.outputs.length).fill(Number.NaN),
    bars: 0,
    refusedBars: 0,
    hasSpoken: false,
  };
};

/** Names of `values`, in order. */
export const outputsOf = (indicator: Indicator): readonly string[] => definitionOf(indicator.name).outputs;

/** Why a figure that it does not say is missing. */
export const silenceOf = (indicator: Indicator): 'warming-up' | 'not-defined' =>
  indicator.hasSpoken || (indicator.bars > 0 && definitionOf(indicator.name).hasDomain === true)
    ? 'not-defined'
    : 'warming-up';

const feed = (indicator: Indicator, bar: IndicatorBar): IndicatorBar => {
  const { inputs, fed } = indicator;
  if (inputs === null) return bar;
  for (let i = 0; i < BAR_FIELDS.length; i++) {
    const field = BAR_FIELDS[i] as BarField;
    fed[field] = bar[inputs[field]];
  }
  fed.periods = bar.periods;
  return fed;
};

/** Takes one closed bar in; `indicator.values` holds the figures afterwards. A broken bar is counted and changes nothing. */
export const onIndicatorBar = (indicator: Indicator, bar: IndicatorBar): void => {
  if (!isBar(bar)) {
    indicator.refusedBars++;
    return;
  }
  indicator.bars++;
  definitionOf(indicator.name).onBar(indicator.state, feed(indicator, bar), indicator.values);
  if (!indicator.hasSpoken) indicator.hasSpoken = Number.isFinite(indicator.values[0]);
};
