import { tickCents } from '../execution/tick.ts';
import type { OptionContract } from '../market/contract.ts';
import type { ZeroDteGammaParams } from '../strategies/zero-dte-gamma-params.ts';
import { deny, PASSES, type Rule } from './rule.ts';

/** The widest spread accepted at this quote, dollars; NaN when a side is absent. */
export const spreadMax = (contract: OptionContract, bid: number, ask: number, params: ZeroDteGammaParams): number =>
  Math.max((params.maxSpreadFraction * (bid + ask)) / 2, (params.maxSpreadTicks * tickCents(contract, bid)) / 100);

export const optionSpread: Rule = ({ state, intent }) => {
  const quote = state.options.get(intent.contract.id);
  if (!quote) return deny('wide-spread', { quote: 'absent' });
  const { bidPrice, askPrice } = quote;
  const spread = askPrice - bidPrice;
  const widest = spreadMax(intent.contract, bidPrice, askPrice, state.strategy);
  // Crossed and absent sides fail this as well.
  if (spread >= 0 && spread <= widest + 1e-9) return PASSES;
  return deny('wide-spread', {
    bidPrice: Number.isNaN(bidPrice) ? 'absent' : bidPrice,
    askPrice: Number.isNaN(askPrice) ? 'absent' : askPrice,
  });
};
