import { deny, PASSES, type Rule } from './rule.ts';

/** Interactive Brokers' paper accounts begin with D (DU…, DF…): unless live trading was asked for, no other is traded. */
export const accountOfMode: Rule = ({ state }) => {
  const { account } = state.broker;
  if (state.mode === 'live' || account === null || account.startsWith('D')) return PASSES;
  return deny('live-account-in-paper-mode', { mode: state.mode });
};
