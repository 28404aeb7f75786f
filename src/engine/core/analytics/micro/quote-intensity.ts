import { instant } from '../../types.ts';
import { absent, type Measured, type ModuleInfo, measured } from '../measured.ts';
import { createSlots, type Slots, slotAt, slotSum } from './slots.ts';

const QUOTES = 0;
const TRADES = 1;
const SLOT_MS = 1_000;
/** Seconds of baseline; the ring also holds the open second and the one judged. */
const BASELINE = 300;

export interface QuoteIntensityParams {
  /** A second is stuffed only from this many quotes … */
  readonly quotesMin: number;
  /** … at this many times the mean second of the baseline … */
  readonly timesBaseline: number;
  /** … and at this many quotes per trade. */
  readonly quotesPerTradeMin: number;
}

const DEFAULTS: QuoteIntensityParams = { quotesMin: 50, timesBaseline: 8, quotesPerTradeMin: 20 };
const FLAG_MS = 10_000;

/** Changes of the best quotes per second, and whether a second looked like quote stuffing. */
export interface QuoteIntensity extends QuoteIntensityParams {
  readonly slots: Slots;
  quoteAt: number;
  /** Slot number of the second being filled; NaN before the first quote or trade. */
  openNumber: number;
  /** End of the last stuffed second, and how many there were; NaN before. */
  stuffedAt: number;
  stuffedSeconds: number;
}

export interface QuoteIntensityView {
  /** Quotes per second over the last full second, ten and sixty of them. */
  readonly perSecond1: Measured;
  readonly perSecond10: Measured;
  readonly perSecond60: Measured;
  readonly quotesPerTrade60: Measured;
  /** A second of the last ten was stuffed. A hint: it names no one and proves no intent. */
  readonly stuffing: Measured<boolean>;
  readonly stuffedSeconds: number;
}

export const QUOTE_INTENSITY_MODULE: ModuleInfo = {
  name: 'quote-intensity',
  level: 2,
  cadence: 'quote',
  warmUp: 'as many full seconds as the rate covers; stuffing: 60 s',
  ageMsMax: 60_000,
};

export const createQuoteIntensity = (params: Partial<QuoteIntensityParams> = {}): QuoteIntensity => ({
  ...DEFAULTS,
  ...params,
  slots: createSlots(SLOT_MS, BASELINE + 2, 2),
  quoteAt: Number.NaN,
  openNumber: Number.NaN,
  stuffedAt: Number.NaN,
  stuffedSeconds: 0,
});

/** Full seconds of history before slot `number`. */
const secondsBefore = (state: QuoteIntensity, number: number): number => number - state.slots.firstNumber;

const isStuffed = (state: QuoteIntensity, number: number): boolean => {
  const { slots, quotesMin, timesBaseline, quotesPerTradeMin } = state;
  const at = number * SLOT_MS;
  const quotes = slotSum(slots, QUOTES, at, 1);
  const seconds = Math.min(BASELINE, secondsBefore(state, number));
  if (quotes < quotesMin || seconds < 60) return false;
  const mean = slotSum(slots, QUOTES, at - SLOT_MS, seconds) / seconds;
  return quotes >= timesBaseline * mean && quotes >= quotesPerTradeMin * Math.max(1, slotSum(slots, TRADES, at, 1));
};

/** Judges the second that ended, once, with nothing after it. */
const turnSecond = (state: QuoteIntensity, at: number): void => {
  const number = Math.floor(at / SLOT_MS);
  if (isStuffed(state, state.openNumber)) {
    state.stuffedSeconds++;
    state.stuffedAt = (state.openNumber + 1) * SLOT_MS;
  }
  state.openNumber = number;
};

const count = (state: QuoteIntensity, column: number, at: number): void => {
  if (!(at < state.slots.openUntil)) turnSecond(state, at);
  const offset = slotAt(state.slots, at);
  if (offset >= 0) state.slots.sums[offset + column] = (state.slots.sums[offset + column] ?? 0) + 1;
};

/** Each change of the best quotes, good or not: a crossed quote is traffic too. */
export const onIntensityQuote = (state: QuoteIntensity, at: number): void => {
  count(state, QUOTES, at);
  state.quoteAt = at;
};

export const onIntensityTrade = (state: QuoteIntensity, at: number): void => count(state, TRADES, at);

/** Lets a second end although nothing came after it. */
export const onIntensityTimer = (state: QuoteIntensity, at: number): void => {
  if (at >= state.slots.openUntil && at >= (state.openNumber + 1) * SLOT_MS) turnSecond(state, at);
};

export const quoteIntensityView = (state: QuoteIntensity, at: number): QuoteIntensityView => {
  const now = Math.floor(at / SLOT_MS);
  const lastFull = at - SLOT_MS;
  const stale = !(at - state.quoteAt <= QUOTE_INTENSITY_MODULE.ageMsMax);
  const history = secondsBefore(state, now);
  const fault = (seconds: number): string | null =>
    Number.isNaN(state.quoteAt) ? 'no-quote' : stale ? 'stale' : history >= seconds ? null : 'warming-up';
  const figure = (value: () => number, seconds: number): Measured => {
    const reason = fault(seconds);
    return reason === null ? measured(value(), instant(state.quoteAt), 'quotes') : absent(reason, 'quotes');
  };
  const perSecond = (seconds: number): Measured =>
    figure(() => slotSum(state.slots, QUOTES, lastFull, seconds) / seconds, seconds);
  const trades = slotSum(state.slots, TRADES, lastFull, 60);
  const stuffing = fault(60);
  const open = state.openNumber < now && isStuffed(state, state.openNumber) ? (state.openNumber + 1) * SLOT_MS : -1;
  const stuffedAt = open > 0 ? open : state.stuffedAt;
  return {
    perSecond1: perSecond(1),
    perSecond10: perSecond(10),
    perSecond60: perSecond(60),
    quotesPerTrade60:
      trades > 0
        ? figure(() => slotSum(state.slots, QUOTES, lastFull, 60) / trades, 60)
        : absent(fault(60) ?? 'no-trades', 'quotes'),
    stuffing:
      stuffing === null
        ? measured(at - stuffedAt <= FLAG_MS, instant(state.quoteAt), 'quotes')
        : absent(stuffing, 'quotes'),
    stuffedSeconds: state.stuffedSeconds + (open > 0 ? 1 : 0),
  };
};
