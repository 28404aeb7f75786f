import { expiresAt, settlesAm } from '../market/calendar.ts';
import type { OptionContract } from '../market/contract.ts';
import { greeksOf, yearsUntil } from '../pricing/bsm.ts';
import { impliedVolatility } from '../pricing/implied-volatility.ts';
import { chainAgeMsMaxUnder } from '../pricing-source.ts';
import { spotOf } from '../spot.ts';
import type { State } from '../state.ts';
import type { Instant } from '../types.ts';

/** Delta in shares, gamma in shares per dollar, theta in dollars per calendar day; per contract or summed. */
export interface NetGreeks {
  readonly delta: number;
  readonly gamma: number;
  readonly thetaPerDay: number;
}

const whole = (delta: number, gamma: number, thetaPerDay: number, multiplier: number): NetGreeks | null => {
  const greeks = { delta: delta * multiplier, gamma: gamma * multiplier, thetaPerDay: thetaPerDay * multiplier };
  return Number.isFinite(greeks.delta + greeks.gamma + greeks.thetaPerDay) ? greeks : null;
};

const ofChain = (state: State, contract: OptionContract, at: Instant): NetGreeks | null => {
  const chain = state.symbols.get(contract.underlying)?.chain;
  if (!chain || at - chain.receivedAt > chainAgeMsMaxUnder('alphavantage', state.limits)) return null;
  const row = chain.contractIds.indexOf(contract.id);
  if (row < 0) return null;
  return whole(
    chain.delta[row] ?? Number.NaN,
    chain.gamma[row] ?? Number.NaN,
    chain.thetaPerDay[row] ?? Number.NaN,
    contract.multiplier,
  );
};

/** Ours, at the volatility of the middle of the broker's fresh quote. European: today's contracts have next to no early exercise. */
const ofQuote = (state: State, contract: OptionContract, at: Instant): NetGreeks | null => {
  const quote = state.options.get(contract.id);
  const symbol = state.symbols.get(contract.underlying);
  if (!quote || !symbol || !(at - quote.quoteAt <= state.limits.quoteAgeMsMax)) return null;
  if (!(at - symbol.quoteAt <= state.limits.quoteAgeMsMax)) return null;
  const { rate, dividendYield } = state.rates;
  const isCall = contract.right === 'C';
  const years = yearsUntil(at, expiresAt(contract.expiry, settlesAm(contract.tradingClass, contract.expiry)));
  const spot = spotOf(state, symbol);
  const middle = (quote.bidPrice + quote.askPrice) / 2;
  const found = impliedVolatility(isCall, middle, spot, contract.strike, years, rate, dividendYield);
  if (found.volatility === null) return null;
  const greeks = greeksOf(isCall, spot, contract.strike, years, found.volatility, rate, dividendYield);
  return whole(greeks.delta, greeks.gamma, greeks.thetaPerDay, contract.multiplier);
};

/** One contract's Greeks from whoever's prices count now; null where any is absent or too old. */
export const greeksOfContract = (state: State, contract: OptionContract, at: Instant): NetGreeks | null =>
  state.pricing.primary === 'ibkr' ? ofQuote(state, contract, at) : ofChain(state, contract, at);
