import { dateInNewYork, previousSession, sessionOn } from '../../market/calendar.ts';
import type { Instant, SessionDate } from '../../types.ts';
import type { ChainTerms } from '../chain-terms.ts';
import { chainRefusal, type Exposure, exposureOf } from '../exposure.ts';
import type { PricedChain } from '../exposure-sums.ts';
import { BUCKETS, CONTRACTS, GAMMA, type Tallies } from '../exposure-tally.ts';
import type { GammaFlips } from '../gamma-flip.ts';
import { absent, type Measured, measured } from '../measured.ts';
import { carryFigures, pricingFigures } from './carry-figures.ts';
import type { ExpiryTimes } from './expiry-times.ts';
import { confidenceOf, exposureFigures, type Footing, footingRefusal, ownRefusal, summed } from './exposure-figures.ts';
import type { ExpiryFigures, PositioningView, Scope, ScopeFigures } from './figures.ts';
import { hedgingFigures } from './hedging-figures.ts';
import type { DeltaShifts } from './hedging-flow.ts';
import { levelFigures, strikeSums } from './levels.ts';
import { maxPainBySlot, maxPainOf } from './max-pain.ts';
import { type Premiums, premiumsOf, putCallFigures } from './put-call.ts';
import { type Curve, volatilityCurves } from './volatility-curve.ts';
import { termFigures, volatilityFigures } from './volatility-figures.ts';

/** Buckets that a scope holds: 0 … count − 1. */
export const SCOPE_BUCKETS: Readonly<Record<Scope, number>> = { zeroDte: 1, week: 2, month: 3, all: BUCKETS };

/** One chain told whole; `exposure` is what `computeExposure` says of it. */
export interface Positioned {
  readonly terms: ChainTerms;
  readonly exposure: Exposure;
  readonly figures: Omit<PositioningView, 'ivRank'>;
  readonly strikes: Float64Array;
  readonly tallies: Pick<Tallies, 'openInterest' | 'volume'>;
  /** Σ|contributions| to gamma exposure, dollars per 1 % move. */
  readonly grossGex: number;
}

interface Work {
  readonly priced: PricedChain;
  readonly times: ExpiryTimes;
  readonly tallies: Tallies;
  readonly flips: GammaFlips;
  readonly curves: readonly Curve[];
  readonly premiums: Premiums;
  readonly maxPain: Float64Array;
  readonly interest: Footing;
  readonly volume: Footing;
  readonly refusal: string | null;
  /** Live expiry slots with contracts, soonest first. */
  readonly slots: readonly number[];
}

const workOf = (priced: PricedChain, times: ExpiryTimes, tallies: Tallies, flips: GammaFlips): Work => {
  const { chain, spot } = priced;
  const { openInterest, volume, refused } = tallies;
  const whole = chainRefusal(priced, tallies);
  // Without any open interest, volume still tells what it tells.
  const refusal = whole === 'all-open-interest-zero' ? null : whole;
  const asOf = chain.receivedAt;
  const slots = Array.from(priced.years.keys())
    .filter((slot) => (openInterest.known[slot] as number) + (volume.known[slot] as number) > 0)
    .sort((a, b) => (priced.years[a] as number) - (priced.years[b] as number));
  return {
    priced,
    times,
    tallies,
    flips,
    curves: volatilityCurves(priced, refused),
    premiums: premiumsOf(priced, refused),
    maxPain: maxPainBySlot(priced, refused),
    interest: { tally: openInterest, spot, asOf, basis: 'open-interest', refusal: whole },
    volume: { tally: volume, spot, asOf, basis: 'volume', refusal },
    refusal,
    slots,
  };
};

const pain = (strike: number, refusal: string | null, asOf: Instant): Measured => {
  if (refusal !== null) return absent(refusal, 'open-interest');
  return Number.isNaN(strike)
    ? absent('one-sided-open-interest', 'open-interest')
    : measured(strike, asOf, 'open-interest');
};

const scopeFigures = (work: Work, scope: Scope): ScopeFigures => {
  const { priced, times, tallies, flips, interest, volume } = work;
  const buckets = SCOPE_BUCKETS[scope];
  const slots = work.slots.filter((slot) => (times.bucket[slot] as number) < buckets);
  const { strikes } = priced.index;
  const asOf = priced.chain.receivedAt;
  const sums = strikeSums(tallies.openInterest, buckets);
  const told = (footing: Footing, at: typeof sums, flip: number | null) => ({
    ...exposureFigures(footing, slots),
    ...levelFigures(strikes, at, flip, asOf, footing.basis, confidenceOf(footing, slots), ownRefusal(footing, slots)),
  });
  return {
    scope,
    expiries: slots.length,
    openInterest: told(interest, sums, flips.byInterest[buckets - 1] ?? null),
    volume: told(volume, strikeSums(tallies.volume, buckets), flips.byVolume[buckets - 1] ?? null),
    maxPain: pain(maxPainOf(strikes, sums.callContracts, sums.putContracts), footingRefusal(interest, slots), asOf),
    putCall: putCallFigures(interest, volume, work.premiums, slots),
  };
};

const expiryFigures = (work: Work, slot: number): ExpiryFigures => {
  const { priced, times, interest, volume } = work;
  return {
    expiry: priced.chain.expiries[slot >> 1] as SessionDate,
    settlesAm: (slot & 1) === 1,
    days: times.days[slot] as number,
    years: times.years[slot] as number,
    openInterest: exposureFigures(interest, [slot]),
    volume: exposureFigures(volume, [slot]),
    maxPain: pain(work.maxPain[slot] as number, footingRefusal(interest, [slot]), priced.chain.receivedAt),
    volatility: volatilityFigures(priced, work.curves[slot] as Curve, slot, work.refusal),
    carry: carryFigures(priced, slot, work.refusal),
  };
};

/** Of calls and puts added, today's expiry over all. */
const zeroDteShare = ({ times, slots }: Work, footing: Footing, measure: typeof GAMMA | typeof CONTRACTS): Measured => {
  const refusal = measure === GAMMA ? ownRefusal(footing, slots) : footingRefusal(footing, slots);
  if (refusal !== null) return absent(refusal, footing.basis);
  const today = slots.filter((slot) => times.days[slot] === 0);
  if (today.length === 0) return absent('no-expiry-today', footing.basis);
  const over = (among: readonly number[]): number =>
    summed(footing.tally, among, 0, measure) + summed(footing.tally, among, 1, measure);
  const whole = over(slots);
  return whole > 0
    ? measured(over(today) / whole, footing.asOf, footing.basis, confidenceOf(footing, slots))
    : absent('no-gamma', footing.basis);
};

/** The session a chain that arrived at `at` belongs to, and the one before: its open interest was counted after that. */
const datesOf = (at: Instant): { openInterestDate: SessionDate; volumeDate: SessionDate } => {
  const date = dateInNewYork(at);
  return {
    openInterestDate: previousSession(date).date,
    volumeDate: (sessionOn(date) ?? previousSession(date)).date,
  };
};

/** Everything a chain says, once it is priced, tallied, and its flips and the dealer's shifts are found. */
export const tellChain = (
  priced: PricedChain,
  times: ExpiryTimes,
  tallies: Tallies,
  flips: GammaFlips,
  shifts: DeltaShifts,
): Positioned => {
  const { chain, spot, at } = priced;
  const work = workOf(priced, times, tallies, flips);
  const { interest, slots } = work;
  const all = scopeFigures(work, 'all');
  const calls = all.openInterest.gexCalls.value ?? Number.NaN;
  const puts = all.openInterest.gexPuts.value ?? Number.NaN;
  return {
    terms: priced.terms,
    exposure: exposureOf(priced, tallies, at, () => flips.byInterest[BUCKETS - 1] ?? null),
    figures: {
      chainAt: chain.receivedAt,
      spot,
      ...datesOf(chain.receivedAt),
      contracts: interest.tally.own.reduce((sum, own) => sum + own, 0),
      rejected: tallies.rejected,
      scopes: {
        all,
        zeroDte: scopeFigures(work, 'zeroDte'),
        week: scopeFigures(work, 'week'),
        month: scopeFigures(work, 'month'),
      },
      expiries: slots.map((slot) => expiryFigures(work, slot)),
      zeroDteShareOfGamma: zeroDteShare(work, interest, GAMMA),
      zeroDteShareOfGammaByVolume: zeroDteShare(work, work.volume, GAMMA),
      zeroDteShareOfVolume: zeroDteShare(work, work.volume, CONTRACTS),
      pricing: pricingFigures(priced, slots, work.refusal),
      term: termFigures(priced, times, work.curves, slots, work.refusal),
      hedging: hedgingFigures(priced, shifts, interest, all.openInterest, slots, at),
    },
    strikes: priced.index.strikes,
    tallies: { openInterest: tallies.openInterest, volume: tallies.volume },
    grossGex: calls - puts,
  };
};
