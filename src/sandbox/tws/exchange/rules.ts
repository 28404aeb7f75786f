import type { Listing } from '../directory.ts';

/** What the venue and broker charge and demand; every figure can be set by a test or a drill. */
export interface ExchangeRules {
  readonly account: string;
  readonly startingCash: number;
  /** Dollars per contract. IBKR fixed pricing 0.65 plus exchange, clearing and regulatory fees of about this size. */
  readonly equityOptionCommission: number;
  readonly indexOptionCommission: number;
  readonly stockCommissionPerShare: number;
  /** Dollars per order. */
  readonly commissionMinimum: number;
  /** Market time after which displayed size that was taken shows again. */
  readonly liquidityRefreshMs: number;
  /** Share of strike × multiplier demanded for an uncovered short option. */
  readonly shortOptionMargin: number;
  /** Share of the notional demanded for stock. */
  readonly stockMargin: number;
  /** Whether cancelling one member of an OCA group cancels the others: IBKR's help pages have said so, the API reference does not. */
  readonly ocaCancelSpreads: boolean;
  /** Whether a commission report overtakes its execution: clients disagree about which comes first, so both must work. */
  readonly commissionFirst: boolean;
}

export const DEFAULT_RULES: ExchangeRules = {
  account: 'DU1234567',
  startingCash: 100_000,
  equityOptionCommission: 0.7,
  indexOptionCommission: 1.05,
  stockCommissionPerShare: 0.005,
  commissionMinimum: 1,
  liquidityRefreshMs: 1_000,
  shortOptionMargin: 0.2,
  stockMargin: 0.5,
  ocaCancelSpreads: false,
  commissionFirst: false,
};

/** Minimum price variation: [from price, increment] ascending. */
export type PriceIncrements = readonly (readonly [fromPrice: number, increment: number])[];

const MARKET_RULES: Readonly<Record<number, PriceIncrements>> = {
  26: [[0, 0.01]],
  32: [
    [0, 0.01],
    [3, 0.05],
  ],
  109: [
    [0, 0.05],
    [3, 0.1],
  ],
};

/** Underlyings whose options trade in cents at every price. */
const PENNY_AT_EVERY_PRICE = new Set(['SPY', 'QQQ', 'IWM', 'XSP']);

export const marketRuleOf = (listing: Listing): 26 | 32 | 109 => {
  if (listing.kind !== 'OPT') return 26;
  if (PENNY_AT_EVERY_PRICE.has(listing.symbol)) return 26;
  return listing.instrument.kind === 'index' ? 109 : 32;
};

export const priceIncrements = (marketRule: number): PriceIncrements | null => MARKET_RULES[marketRule] ?? null;

export const isOnTick = (listing: Listing, price: number): boolean => {
  let increment = 0.01;
  for (const [fromPrice, step] of MARKET_RULES[marketRuleOf(listing)] ?? []) if (price >= fromPrice) increment = step;
  const ticks = price / increment;
  return Math.abs(ticks - Math.round(ticks)) < 1e-6;
};

/** Commission of an order after `quantity` units in all; the minimum is met by the first execution. */
export const orderCommission = (rules: ExchangeRules, listing: Listing, quantity: number): number => {
  const perUnit =
    listing.kind !== 'OPT'
      ? rules.stockCommissionPerShare
      : listing.instrument.kind === 'index'
        ? rules.indexOptionCommission
        : rules.equityOptionCommission;
  return quantity === 0 ? 0 : Math.max(rules.commissionMinimum, perUnit * quantity);
};
