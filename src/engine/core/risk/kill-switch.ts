import { deny, PASSES, type Rule } from './rule.ts';

export const killSwitch: Rule = ({ state }) => {
  const { engaged, by } = state.trading.kill;
  return engaged ? deny('kill-switch', { by: by ?? 'unknown' }) : PASSES;
};
