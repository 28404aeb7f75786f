import { deny, PASSES, type Rule } from './rule.ts';

export const manualMode: Rule = ({ state }) => (state.trading.control === 'manual' ? deny('manual-mode') : PASSES);
