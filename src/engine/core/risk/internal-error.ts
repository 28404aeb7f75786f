import { deny, PASSES, type Rule } from './rule.ts';

/** An evaluation that threw has left us not knowing what else is wrong. */
export const internalError: Rule = ({ state }) =>
  state.internalErrors > 0 ? deny('internal-error', { errors: state.internalErrors }) : PASSES;
