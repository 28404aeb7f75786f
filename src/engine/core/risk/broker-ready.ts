import { deny, PASSES, type Rule } from './rule.ts';

export const brokerReady: Rule = ({ state }) => {
  if (!state.broker.connected) return deny('broker-disconnected');
  return state.broker.synced ? PASSES : deny('broker-not-synced');
};
