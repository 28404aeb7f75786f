import type { ChainColumns } from '../../market/chain.ts';
import { exerciseEffortNs } from '../../pricing/effort.ts';
import type { Instant } from '../../types.ts';
import {
  beginTerms,
  type ChainBoundaries,
  type ChainTerms,
  continueTerms,
  flatTerms,
  type TermsWork,
} from '../chain-terms.ts';
import { beginPricing, continuePricing, type PricedChain, type Rates } from '../exposure-sums.ts';
import { type Tallies, tallyChain } from '../exposure-tally.ts';
import { areFlipsFound, beginFlips, type FlipWork, nextFlip } from '../gamma-flip.ts';
import { gaussiansOf } from '../gaussians.ts';
import type { ExpiryTimes } from './expiry-times.ts';
import { charmHoursAt } from './hedging-figures.ts';
import { type DeltaShifts, repriceDeltas } from './hedging-flow.ts';
import { type Positioned, tellChain } from './position-chain.ts';

/** One chain on its way to its figures, at the spot and instant it was begun for. Plain data: it waits between steps. */
export interface PositionWork {
  readonly chain: ChainColumns;
  readonly times: ExpiryTimes;
  readonly spot: number;
  readonly at: Instant;
  /** Of the chain's own calls and puts, while they are asked. */
  termsWork: TermsWork | null;
  terms: ChainTerms | null;
  priced: PricedChain | null;
  tallies: Tallies | null;
  flips: FlipWork | null;
  shifts: DeltaShifts | null;
}

/** `terms` null: as the chain's own calls and puts tell them. */
export const beginPosition = (
  chain: ChainColumns,
  times: ExpiryTimes,
  spot: number,
  at: Instant,
  terms: ChainTerms | null,
): PositionWork => ({
  chain,
  times,
  spot,
  at,
  termsWork: null,
  terms,
  priced: null,
  tallies: null,
  flips: null,
  shifts: null,
});

/** Nanoseconds a contract of each stage, as measured by `bench/chain-step.ts`: for reckoning alone. */
const STAGE_NS = {
  pairs: 60,
  terms: 0,
  begin: 60,
  price: 0,
  tally: 90,
  profile: 100,
  flip: 0,
  shift: 90,
  tell: 80,
} as const;
type Stage = keyof typeof STAGE_NS;

const stageOf = ({ terms, termsWork, priced, tallies, flips, shifts }: PositionWork): Stage => {
  if (terms === null) return termsWork === null ? 'pairs' : 'terms';
  if (priced === null) return 'begin';
  if (priced.row < priced.pricing.rowCount) return 'price';
  if (tallies === null) return 'tally';
  if (flips === null) return 'profile';
  if (!areFlipsFound(flips)) return 'flip';
  return shifts === null ? 'shift' : 'tell';
};

const tallied = ({ priced, tallies }: PositionWork): readonly [PricedChain, Tallies] => {
  if (priced === null || tallies === null) throw new Error('position work: a stage came before what it rests on');
  return [priced, tallies];
};

/** Every stage but those that are sliced, and the telling. */
const runStage = (work: PositionWork, stage: Stage, rates: Rates, boundaries: ChainBoundaries | null): void => {
  const { chain, times, spot, at } = work;
  if (stage === 'pairs') work.termsWork = beginTerms(chain, times.years, spot, at, rates, boundaries);
  else if (stage === 'begin') {
    const terms = work.terms ?? flatTerms(rates, times.years.length);
    work.priced = beginPricing(chain, times.years, spot, at, terms, boundaries);
  } else if (stage === 'tally') work.tallies = tallyChain(work.priced as PricedChain, times.bucket);
  else {
    const [priced, { refused }] = tallied(work);
    if (stage === 'profile') work.flips = beginFlips(priced, gaussiansOf(priced, refused, times.bucket));
    else if (stage === 'shift') work.shifts = repriceDeltas(priced, refused, charmHoursAt(at));
  }
};

export interface PositionStep {
  /** Null while there is work left. */
  readonly positioned: Positioned | null;
  /** Reckoned nanoseconds, `spentNs` of before among them. */
  readonly spentNs: number;
}

/**
 * Goes on, stage by stage, until the figures are there or `budgetNs` is used up. A stage that costs more than what is left
 * waits for a fresh budget (`spentNs` 0). Costs are reckoned, not timed: the same entries do the same work.
 */
export const continuePosition = (
  work: PositionWork,
  rates: Rates,
  boundaries: ChainBoundaries | null,
  spentNs: number,
  budgetNs: number,
): PositionStep => {
  let spent = spentNs;
  for (;;) {
    const stage = stageOf(work);
    const cost = STAGE_NS[stage] * work.chain.rowCount;
    if (spent > 0 && spent + cost >= budgetNs) return { positioned: null, spentNs: spent };
    const before = exerciseEffortNs();
    if (stage === 'tell') {
      const [priced, tallies] = tallied(work);
      const positioned = tellChain(priced, work.times, tallies, work.flips as FlipWork, work.shifts as DeltaShifts);
      return { positioned, spentNs: spent + cost };
    }
    if (stage === 'terms') {
      const { terms, spentNs: ns } = continueTerms(work.termsWork as TermsWork, rates, boundaries, budgetNs - spent);
      work.terms = terms;
      spent += ns;
    } else if (stage === 'flip')
      spent += nextFlip(work.priced as PricedChain, work.flips as FlipWork, budgetNs - spent);
    else if (stage === 'price') spent += continuePricing(work.priced as PricedChain, budgetNs - spent);
    else {
      runStage(work, stage, rates, boundaries);
      spent += cost + exerciseEffortNs() - before;
    }
  }
};

/** Everything one chain says at `spot` (positive, finite) and `at`, at once: European and flat unless `terms` say otherwise. */
export const positionChain = (
  chain: ChainColumns,
  times: ExpiryTimes,
  spot: number,
  at: Instant,
  rates: Rates,
  terms: ChainTerms = flatTerms(rates, times.years.length),
): Positioned => {
  const work = beginPosition(chain, times, spot, at, terms);
  const { positioned } = continuePosition(work, rates, null, 0, Infinity);
  if (positioned === null) throw new Error('position work: not done with all the time there is');
  return positioned;
};
