import { TRAIL_FRACTION } from '../execution/ladder.ts';
import { deny, PASSES, type Rule } from './rule.ts';

/** Dollars lost when the initial stop fills at its price. */
const riskOf = (limitPrice: number, quantity: number, multiplier: number): number =>
  limitPrice * multiplier * TRAIL_FRACTION * quantity;

export const riskPerTrade: Rule = ({ state, intent, quantity }) => {
  const { netLiquidation } = state.broker;
  if (netLiquidation === null || !(netLiquidation > 0)) return deny('equity-unknown');
  const risk = riskOf(intent.limitPrice, quantity, intent.contract.multiplier);
  const riskMax = (netLiquidation / 1e6) * state.limits.maxRiskPerTradeFraction;
  return risk <= riskMax ? PASSES : deny('risk-per-trade', { risk, riskMax });
};
