import { spotOf } from '../spot.ts';
import { deny, PASSES, type RiskCase, type Rule } from './rule.ts';

/** What two quotes of one contract, seconds apart, may differ by once the underlying's move is allowed for. */
const FRACTION = 0.35;
const DOLLARS_MIN = 0.15;

/** The chain's middle, moved by its own delta and gamma to the spot of now; NaN when it has none. */
const expectedOf = ({ state, symbol, intent }: RiskCase): number => {
  const { chain, exposure } = symbol;
  const row = chain?.contractIds.indexOf(intent.contract.id) ?? -1;
  if (!chain || row < 0) return Number.NaN;
  const move = spotOf(state, symbol) - (exposure?.spot ?? Number.NaN);
  const middle = ((chain.bid[row] ?? Number.NaN) + (chain.ask[row] ?? Number.NaN)) / 2;
  const drift = (chain.delta[row] ?? Number.NaN) * move + 0.5 * (chain.gamma[row] ?? Number.NaN) * move * move;
  return middle + (Number.isFinite(drift) ? drift : 0);
};

/**
 * While the chain's prices count, the broker's quote must bear them out: two sources that far apart are not of one
 * contract, or not of one time. While only the broker's count, the bounds that the contract was chosen within are put to
 * its quote. Absent quotes and rows are for other rules to refuse.
 */
export const priceAgreement: Rule = (subject) => {
  const { state, intent } = subject;
  const quote = state.options.get(intent.contract.id);
  const middle = quote ? (quote.bidPrice + quote.askPrice) / 2 : Number.NaN;
  if (!quote || !(middle > 0)) return PASSES;
  if (state.pricing.primary === 'ibkr') {
    const { minPremium, maxPremium } = state.strategy;
    const within = quote.askPrice >= minPremium && quote.askPrice <= maxPremium;
    return within ? PASSES : deny('risk-per-trade', { contractId: intent.contract.id, premium: quote.askPrice });
  }
  const expected = expectedOf(subject);
  const bound = Math.max(DOLLARS_MIN, FRACTION * Math.max(middle, expected));
  if (Number.isNaN(expected) || Math.abs(middle - Math.max(0, expected)) <= bound) return PASSES;
  return deny('price-disagreement', { contractId: intent.contract.id, broker: middle, chain: expected });
};
