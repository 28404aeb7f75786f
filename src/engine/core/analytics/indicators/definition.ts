import { AVERAGE_KINDS, type AverageKind } from './moving-average.ts';

/** What an indicator reads of a bar. Every field a finite number. */
export interface IndicatorBar {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  /** Bars to average over, of the average with a variable period alone. */
  readonly periods?: number | undefined;
}

/** A figure of a bar that an indicator can be fed with. */
export type BarField = 'open' | 'high' | 'low' | 'close' | 'volume';
export const BAR_FIELDS: readonly BarField[] = ['open', 'high', 'low', 'close', 'volume'];

/** Whether it is four finite prices and a volume. */
export const isBar = (bar: IndicatorBar): boolean =>
  Number.isFinite(bar.open) &&
  Number.isFinite(bar.high) &&
  Number.isFinite(bar.low) &&
  Number.isFinite(bar.close) &&
  Number.isFinite(bar.volume);

export type IndicatorParams = Readonly<Record<string, number>>;

/** How one indicator is made and fed. `state` is plain data: what it means only its definition knows. */
export interface Definition {
  /** Names with their defaults, TA-Lib's. */
  readonly params: IndicatorParams;
  readonly outputs: readonly string[];
  readonly create: (params: IndicatorParams) => unknown;
  /** Takes one bar in and writes the outputs it has; `out` begins as NaN. */
  readonly onBar: (state: unknown, bar: IndicatorBar, out: Float64Array) => void;
  /** Without memory: what is NaN lies outside its domain, and no further bar will warm it up. */
  readonly hasDomain?: true;
}

export const define = <S>(definition: {
  readonly params: IndicatorParams;
  readonly outputs: readonly string[];
  readonly create: (params: IndicatorParams) => S;
  readonly onBar: (state: S, bar: IndicatorBar, out: Float64Array) => void;
}): Definition => ({
  ...definition,
  onBar: (state, bar, out) => definition.onBar(state as S, bar, out),
});

/** An indicator with one figure. */
export const defineOne = <S>(
  params: IndicatorParams,
  create: (params: IndicatorParams) => S,
  next: (state: S, bar: IndicatorBar) => number,
): Definition =>
  define<S>({
    params,
    outputs: ['value'],
    create,
    onBar: (state, bar, out) => {
      out[0] = next(state, bar);
    },
  });

export const param = (params: IndicatorParams, name: string): number => {
  const value = params[name];
  if (value === undefined || !Number.isFinite(value))
    throw new RangeError(`Indicator: expected the number "${name}", got ${String(value)}`);
  return value;
};

/** A positive whole number of bars. */
export const periodOf = (params: IndicatorParams, name = 'period'): number => {
  const value = param(params, name);
  if (!(Number.isInteger(value) && value > 0 && value <= 100_000))
    throw new RangeError(`Indicator: expected "${name}" to be a whole number of bars from 1 to 100000, got ${value}`);
  return value;
};

/** TA-Lib numbers its averages from 0. */
export const kindOf = (params: IndicatorParams, name: string): AverageKind => {
  const value = param(params, name);
  const kind = AVERAGE_KINDS[value];
  if (kind === undefined)
    throw new RangeError(`Indicator: expected "${name}" to be 0 to 8 (TA-Lib's averages), got ${value}`);
  return kind;
};

/** TA-Lib's zero. */
export const isZero = (value: number): boolean => Math.abs(value) < 1e-14;
