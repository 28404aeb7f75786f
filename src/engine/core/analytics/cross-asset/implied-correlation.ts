import { type IndexWeights, weightsConfidence } from '../../market/index-weights.ts';
import { type Instant, instant, type SessionDate } from '../../types.ts';
import { absent, type Measured, type ModuleInfo, measured } from '../measured.ts';

/** Members known less than this share of the index's weight say nothing of the index. */
const COVERAGE_MIN = 0.3;
const MEMBERS_MIN = 5;

interface Member {
  /** Share of the index, 0 … 1. */
  weight: number;
  /** Decimal per year; NaN before the first. */
  volatility: number;
  seenAt: number;
}

/** At-the-money implied volatilities, of the index and of its members, at one tenor (the caller's). */
export interface ImpliedCorrelation {
  readonly members: Map<string, Member>;
  /** Day and source of the weights; null when the caller gave none. */
  readonly weightsOf: Pick<IndexWeights, 'asOf' | 'source'> | null;
  indexVolatility: number;
  indexAt: number;
  refused: number;
}

export interface ImpliedCorrelationView {
  /**
   * (σ_I² − Σ w²σ²) / ((Σ wσ)² − Σ w²σ²), weights renormalised over the members known: the average correlation that
   * makes the members' volatilities add up to the index's. Source: Cboe, "S&P 500 Implied Correlation Indices".
   */
  readonly correlation: Measured;
  /** Index volatility over the members' weighted mean volatility, 0 … 1 or a little more. */
  readonly indexToMembers: Measured;
  /** Share of the index's weight with a fresh volatility. */
  readonly coverage: number;
  readonly members: number;
  /** Day that the weights were those of; null where nobody said. */
  readonly weightsAsOf: SessionDate | null;
  readonly refused: number;
}

export const IMPLIED_CORRELATION_MODULE: ModuleInfo = {
  name: 'implied-correlation',
  level: 3,
  cadence: 'new-chain',
  warmUp: 'an index volatility and those of 5 members with 30 % of the weight',
  ageMsMax: 1_800_000,
};

/** `weights`: share of the index by symbol. Throws when one is not positive or they add up to more than the index. */
export const createImpliedCorrelation = (
  weights: Readonly<Record<string, number>> = {},
  weightsOf: ImpliedCorrelation['weightsOf'] = null,
): ImpliedCorrelation => {
  const members = new Map<string, Member>();
  let total = 0;
  for (const symbol of Object.keys(weights).sort()) {
    const weight = weights[symbol] ?? Number.NaN;
    if (!(weight > 0))
      throw new RangeError(`Implied correlation: expected a positive weight of ${symbol}, got ${weight}`);
    total += weight;
    members.set(symbol, { weight, volatility: Number.NaN, seenAt: Number.NaN });
  }
  if (total > 1 + 1e-9) throw new RangeError(`Implied correlation: expected weights up to 1 in all, got ${total}`);
  const stated = weightsOf && { asOf: weightsOf.asOf, source: weightsOf.source };
  return { members, weightsOf: stated, indexVolatility: Number.NaN, indexAt: Number.NaN, refused: 0 };
};

const isVolatility = (volatility: number): boolean => volatility > 0 && volatility < 10;

/** Decimal per year. A figure that is none withdraws the one before. */
export const onImpliedCorrelationIndex = (state: ImpliedCorrelation, volatility: number, at: Instant): void => {
  if (!isVolatility(volatility)) state.refused++;
  state.indexVolatility = isVolatility(volatility) ? volatility : Number.NaN;
  state.indexAt = at;
};

/** Decimal per year, of one member; symbols without a weight are left aside. */
export const onImpliedCorrelationMember = (
  state: ImpliedCorrelation,
  symbol: string,
  volatility: number,
  at: Instant,
): void => {
  const member = state.members.get(symbol);
  if (!member) return;
  if (!isVolatility(volatility)) state.refused++;
  member.volatility = isVolatility(volatility) ? volatility : Number.NaN;
  member.seenAt = at;
};

interface Basket {
  weight: number;
  mean: number;
  own: number;
  count: number;
  oldestAt: number;
}

const basketOf = (state: ImpliedCorrelation, at: Instant): Basket => {
  const basket: Basket = { weight: 0, mean: 0, own: 0, count: 0, oldestAt: Infinity };
  for (const member of state.members.values()) {
    if (Number.isNaN(member.volatility) || !(at - member.seenAt <= IMPLIED_CORRELATION_MODULE.ageMsMax)) continue;
    basket.weight += member.weight;
    basket.mean += member.weight * member.volatility;
    basket.own += (member.weight * member.volatility) ** 2;
    basket.count++;
    basket.oldestAt = Math.min(basket.oldestAt, member.seenAt);
  }
  basket.mean /= basket.weight;
  basket.own /= basket.weight ** 2;
  return basket;
};

const absenceOf = (state: ImpliedCorrelation, basket: Basket, at: Instant): string | null => {
  if (state.members.size === 0) return 'no-weights';
  if (Number.isNaN(state.indexVolatility)) return 'index-volatility-absent';
  if (at - state.indexAt > IMPLIED_CORRELATION_MODULE.ageMsMax) return 'stale';
  if (basket.count < MEMBERS_MIN || basket.weight < COVERAGE_MIN) return 'too-few-members';
  return null;
};

/** Confidence is the share of the index covered, times what the age of the weights leaves of them. */
export const impliedCorrelationView = (state: ImpliedCorrelation, at: Instant): ImpliedCorrelationView => {
  const basket = basketOf(state, at);
  const reason = absenceOf(state, basket, at);
  const { refused, weightsOf } = state;
  const rest = { coverage: basket.weight, members: basket.count, weightsAsOf: weightsOf?.asOf ?? null, refused };
  const confidence = Math.min(1, basket.weight) * (weightsOf ? weightsConfidence(weightsOf, at) : 1);
  if (reason !== null)
    return { correlation: absent(reason, 'chain-quotes'), indexToMembers: absent(reason, 'chain-quotes'), ...rest };
  const asOf = instant(Math.min(state.indexAt, basket.oldestAt));
  const spread = basket.mean ** 2 - basket.own;
  const correlation = (state.indexVolatility ** 2 - basket.own) / spread;
  const possible = spread > 0 && correlation >= -1 / (basket.count - 1) && correlation <= 1;
  return {
    // Outside of what a correlation can be, tenors, times or weights do not belong together.
    correlation: possible
      ? measured(correlation, asOf, 'chain-quotes', confidence)
      : absent('out-of-range', 'chain-quotes'),
    indexToMembers: measured(state.indexVolatility / basket.mean, asOf, 'chain-quotes', confidence),
    ...rest,
  };
};
