import { deny, PASSES, type Rule } from './rule.ts';

/** What is only measured (a volatility index) is never traded, whoever asks. */
export const tradedSymbol: Rule = ({ symbol }) =>
  symbol.role === 'traded' ? PASSES : deny('measured-only', { symbol: symbol.symbol });
