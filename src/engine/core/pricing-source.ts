import type { BudgetReported } from './inputs.ts';
import type { Limits } from './limits.ts';
import type { Instant } from './types.ts';

/**
 * Whose option prices count. Orders are always priced at the broker's own quote; the question is what else is believed.
 *
 * `alphavantage`, the ordinary case: the chain's quotes, volatilities and Greeks are prices of now. Contracts are chosen
 * by them, net Greeks are theirs, and the chain's quote of a contract and the broker's must agree before it is bought.
 *
 * `ibkr`: the vendor has answered too slowly for too long, so its prices are of some time ago. The chain then tells only
 * what does not change by the second: which contracts there are, their open interest and the shape of the smile, and it
 * is shown as stale. The underlying's spot is the middle of the broker's quote, Greeks of what we hold or want are ours at
 * the broker's option quote, and where there is no such quote they are absent.
 *
 * Source: brief "quantum-trading-platform", 1: log the vendor's latency; with p95 above 2 s for 3 minutes, promote.
 */
export type PricingSource = 'alphavantage' | 'ibkr';

export interface PricingState {
  primary: PricingSource;
  /** Since when; NaN since the start. */
  since: number;
  /** Since when the vendor has been quick again, while it is demoted; NaN otherwise. */
  quickSince: number;
  budget: BudgetReported | null;
  budgetAt: number;
}

export const createPricingState = (): PricingState => ({
  primary: 'alphavantage',
  since: Number.NaN,
  quickSince: Number.NaN,
  budget: null,
  budgetAt: Number.NaN,
});

/** Three minutes at the ordinary chain age of 15 s: from the age limits, because those are scaled with market time. */
const patienceMs = (limits: Limits): number => 12 * limits.chainAgeMsMax;

/** A chain that tells structure alone may be so much older than one that tells prices. */
const STRUCTURE_AGES = 20;

/** How old a chain may be for what is read from it under this source. */
export const chainAgeMsMaxUnder = (primary: PricingSource, limits: Limits): number =>
  primary === 'ibkr' ? STRUCTURE_AGES * limits.chainAgeMsMax : limits.chainAgeMsMax;

/** Takes a report in. */
export const noteBudget = (pricing: PricingState, report: BudgetReported, at: Instant): void => {
  pricing.budget = { ...report, streams: structuredCloneOf(report.streams) };
  pricing.budgetAt = at;
};

/** Plain copies: the report may be reused by whoever handed it in. */
const structuredCloneOf = (streams: BudgetReported['streams']): BudgetReported['streams'] =>
  Object.fromEntries(Object.entries(streams).map(([name, stream]) => [name, { ...stream }]));

/**
 * Promotes the broker once the vendor has been slow for three minutes without a break, and the vendor again once it has
 * been quick for as long. No report changes nothing: silence is no sign of speed. Returns the new source, or null.
 */
export const choosePricing = (pricing: PricingState, limits: Limits, at: Instant): PricingSource | null => {
  const { budget } = pricing;
  if (budget === null) return null;
  const { slowSince } = budget;
  if (pricing.primary === 'alphavantage') {
    if (slowSince === null || at - slowSince < patienceMs(limits)) return null;
    return change(pricing, 'ibkr', at);
  }
  // Without answers there is no latency, and no quickness either.
  if (slowSince !== null || !Number.isFinite(budget.latencyP95Ms)) pricing.quickSince = Number.NaN;
  else if (Number.isNaN(pricing.quickSince)) pricing.quickSince = pricing.budgetAt;
  return pricing.budgetAt - pricing.quickSince >= patienceMs(limits) ? change(pricing, 'alphavantage', at) : null;
};

const change = (pricing: PricingState, primary: PricingSource, at: Instant): PricingSource => {
  pricing.primary = primary;
  pricing.since = at;
  pricing.quickSince = Number.NaN;
  return primary;
};
