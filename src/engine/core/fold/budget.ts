import type { Context } from '../context.ts';
import { countAnomaly, tellAnomaly } from '../context.ts';
import type { BudgetReported } from '../inputs.ts';
import { choosePricing, noteBudget } from '../pricing-source.ts';

/** Decides again whose prices count, and says so when that has changed. */
export const reconsiderPricing = (context: Context): void => {
  const { state, at } = context;
  const { pricing, limits } = state;
  const primary = choosePricing(pricing, limits, at);
  if (primary === null || pricing.budget === null) return;
  countAnomaly(state, 'pricing-source', primary);
  const { latencyP95Ms, slowSince } = pricing.budget;
  tellAnomaly(context, 'pricing-source', {
    primary,
    latencyP95Ms: Number.isFinite(latencyP95Ms) ? latencyP95Ms : 'no answers',
    slowForMs: slowSince === null ? 0 : at - slowSince,
  });
};

export const foldBudget = (context: Context, report: BudgetReported): void => {
  noteBudget(context.state.pricing, report, context.at);
  reconsiderPricing(context);
};
