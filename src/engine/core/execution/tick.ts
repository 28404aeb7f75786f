import type { OptionContract } from '../market/contract.ts';

/** Classes quoted in cents at every premium (OCC penny programme: SPY, QQQ and IWM). */
const PENNY_AT_EVERY_PREMIUM: ReadonlySet<string> = new Set(['SPY', 'QQQ', 'IWM']);

/** The option's price increment at this premium, in cents. Classes not known to be finer: 0.05 below 3.00, 0.10 from there. */
export const tickCents = (contract: OptionContract, price: number): number => {
  if (PENNY_AT_EVERY_PREMIUM.has(contract.tradingClass)) return 1;
  return price < 3 - 1e-9 ? 5 : 10;
};

const EPSILON = 1e-6;

/** The nearest price on the tick at or above; dollars. */
export const roundUpToTick = (contract: OptionContract, price: number): number => {
  const tick = tickCents(contract, price);
  return (Math.ceil((price * 100) / tick - EPSILON) * tick) / 100;
};

/** The nearest price on the tick at or below; dollars. */
export const roundDownToTick = (contract: OptionContract, price: number): number => {
  const tick = tickCents(contract, price);
  return (Math.floor((price * 100) / tick + EPSILON) * tick) / 100;
};

/** One tick below `price`, dollars. */
export const tickBelow = (contract: OptionContract, price: number): number => {
  const below = roundDownToTick(contract, price - EPSILON);
  return below < price - EPSILON ? below : (Math.round(price * 100) - tickCents(contract, below)) / 100;
};
