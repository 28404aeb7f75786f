import { deny, PASSES, type Rule } from './rule.ts';

/** No new risk while our positions and the broker's differ, whoever is right. */
export const positionAgreement: Rule = ({ state, at }) => {
  const { mismatchSince } = state.broker;
  return Number.isNaN(mismatchSince) ? PASSES : deny('position-mismatch', { forMs: at - mismatchSince });
};
