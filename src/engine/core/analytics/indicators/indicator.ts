import { CYCLE } from './cycle.ts';
import type { Definition, IndicatorBar, IndicatorParams } from './definition.ts';
import { DIRECTIONAL } from './directional.ts';
import { MOMENTUM } from './momentum.ts';
import { OVERLAP } from './overlap.ts';
import { RANGE } from './range.ts';
import { STATISTICS } from './statistics.ts';
import { VOLUME_AND_RANGE } from './volume-and-range.ts';

/** Every indicator by name: TA-Lib's function in camel case, with TA-Lib's defaults and seeding. */
export const INDICATORS: Readonly<Record<string, Definition>> = {
  ...OVERLAP,
  ...MOMENTUM,
  ...DIRECTIONAL,
  ...RANGE,
  ...VOLUME_AND_RANGE,
  ...STATISTICS,
  ...CYCLE,
};

/** One running indicator. Plain data: `state` is read by its definition alone. */
export interface Indicator {
  readonly name: string;
  readonly state: unknown;
  /** The outputs of the last bar, in the definition's order; NaN while warming up. */
  readonly values: Float64Array;
  bars: number;
  /** Bars that were not four finite prices and a volume. */
  refusedBars: number;
}

const definitionOf = (name: string): Definition => {
  const definition = Object.hasOwn(INDICATORS, name) ? INDICATORS[name] : undefined;
  if (!definition)
    throw new RangeError(`Indicator: expected one of ${Object.keys(INDICATORS).join(', ')}, got "${name}"`);
  return definition;
};

/** `params` replace the defaults by name. */
export const createIndicator = (name: string, params: IndicatorParams = {}): Indicator => {
  const definition = definitionOf(name);
  for (const key of Object.keys(params))
    if (!Object.hasOwn(definition.params, key))
      throw new RangeError(
        `Indicator ${name}: expected parameters among ${Object.keys(definition.params).join(', ') || 'none'}, got "${key}"`,
      );
  return {
    name,
    state: definition.create({ ...definition.params, ...params }),
    values: new Float64Array(definition.outputs.length).fill(Number.NaN),
    bars: 0,
    refusedBars: 0,
  };
};

/** Names of `values`, in order. */
export const outputsOf = (indicator: Indicator): readonly string[] => definitionOf(indicator.name).outputs;

const isBar = (bar: IndicatorBar): boolean =>
  Number.isFinite(bar.open) &&
  Number.isFinite(bar.high) &&
  Number.isFinite(bar.low) &&
  Number.isFinite(bar.close) &&
  Number.isFinite(bar.volume);

/** Takes one closed bar in; `indicator.values` holds the figures afterwards. A broken bar is counted and changes nothing. */
export const onIndicatorBar = (indicator: Indicator, bar: IndicatorBar): void => {
  if (!isBar(bar)) {
    indicator.refusedBars++;
    return;
  }
  indicator.bars++;
  definitionOf(indicator.name).onBar(indicator.state, bar, indicator.values);
};
