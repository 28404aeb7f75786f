import { profitToday } from '../execution/profit.ts';
import { deny, PASSES, type Rule } from './rule.ts';

/** Realised and open profit of the day, at the bid. A position without a bid counts as lost. */
export const dailyLoss: Rule = ({ state, at }) => {
  const { netLiquidation } = state.broker;
  if (netLiquidation === null) return PASSES;
  const { realised, unrealisedWorst } = profitToday(state, at);
  const loss = -(realised + unrealisedWorst);
  const lossMax = (netLiquidation / 1e6) * state.limits.maxDailyLossFraction;
  return loss >= lossMax ? deny('daily-loss', { loss, lossMax }) : PASSES;
};
