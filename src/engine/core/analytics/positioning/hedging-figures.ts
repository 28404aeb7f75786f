import { sessionAt } from '../../market/calendar.ts';
import type { Instant } from '../../types.ts';
import { perDollarOf } from '../exposure.ts';
import type { PricedChain } from '../exposure-sums.ts';
import { absent, measured } from '../measured.ts';
import { confidenceOf, type Footing, ownRefusal } from './exposure-figures.ts';
import type { ExposureFigures, Flow, HedgingFigures } from './figures.ts';
import type { DeltaShifts } from './hedging-flow.ts';

const MS_PER_HOUR = 3_600_000;
const HOURS_PER_DAY = 24;

/** The next hour; what remains of the session when that is less; an hour too when there is no session. */
export const charmHoursAt = (at: Instant): number => {
  const session = sessionAt(at);
  return session === null ? 1 : Math.min(1, (session.closeAt - at) / MS_PER_HOUR);
};

/** A dealer who has become longer by so many dollars sells as many. */
export const hedgingFigures = (
  priced: PricedChain,
  shifts: DeltaShifts,
  interest: Footing,
  exposure: ExposureFigures,
  slots: readonly number[],
  at: Instant,
): HedgingFigures => {
  const basis = interest.basis;
  const refusal = ownRefusal(interest, slots);
  if (refusal !== null) return absentHedging(refusal);
  const hours = charmHoursAt(at);
  const perDollar = perDollarOf(priced.spot);
  const confidence = confidenceOf(interest, slots);
  const flow = (linearShift: number, shares: number): Flow => {
    const linear = 0 - linearShift;
    const repriced = 0 - shares * perDollar;
    if (!Number.isFinite(linear) || !Number.isFinite(repriced)) return absentFlow('not-finite');
    const tell = (value: number): Flow['linear'] => measured(value, interest.asOf, basis, confidence);
    return { linear: tell(linear), repriced: tell(repriced), residual: tell(repriced - linear) };
  };
  const value = (figure: Flow['linear']): number => figure.value ?? Number.NaN;
  const gex = value(exposure.gex);
  return {
    perPercentUp: flow(gex, shifts.percentUp),
    perPercentDown: flow(-gex, shifts.percentDown),
    perPointUp: flow(value(exposure.vannaDealerPerPoint), shifts.pointUp),
    perHour: flow(value(exposure.charmDealerPerDay) / HOURS_PER_DAY, shifts.charm / hours),
    charmHours: hours,
  };
};

const absentFlow = (reason: string): Flow => {
  const none = absent(reason, 'open-interest');
  return { linear: none, repriced: none, residual: none };
};
const absentHedging = (reason: string): HedgingFigures => {
  const none = absentFlow(reason);
  return { perPercentUp: none, perPercentDown: none, perPointUp: none, perHour: none, charmHours: null };
};
