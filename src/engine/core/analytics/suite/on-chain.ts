import type { ChainColumns } from '../../market/chain.ts';
import type { Instant } from '../../types.ts';
import { onChainGreeksChain } from '../chain-greeks-view.ts';
import { onParityChain } from '../cross-asset/put-call-parity.ts';
import type { PricedChain, Rates } from '../exposure-sums.ts';
import { onVolatilityForecastImplied } from '../forecast/volatility-forecast.ts';
import { beginPositioning, continuePositioning } from '../positioning/positioning.ts';
import { beginVendorGreeks, continueVendorGreeks } from '../vendor-greeks.ts';
import { begin } from './heartbeats.ts';
import { blame } from './on-market.ts';
import type { Suite } from './suite.ts';

/** A chain is worked out when it is new, and again so long after at the spot of then. */
const CHAIN_EVERY_MS = 30_000;
/** A chain in which nothing has moved but time is worked out so long after the one before at the earliest. */
const UNMOVED_EVERY_MS = 5_000;

/** What is worked out of a chain, in this order: positioning is traded on, and prices the chain for the others. */
export type ChainPart = 'positioning' | 'chain-greeks' | 'vendor-greeks' | 'volatility-forecast' | 'put-call-parity';
const PARTS: readonly ChainPart[] = [
  'positioning',
  'chain-greeks',
  'vendor-greeks',
  'volatility-forecast',
  'put-call-parity',
];

const AGAIN: readonly ChainPart[] = ['positioning'];

/** The chain being worked out, the moment that it is worked out for, and what of it still waits. */
export interface ChainWork {
  at: number;
  spot: number;
  bidPrice: number;
  askPrice: number;
  chain: ChainColumns | null;
  /** As positioning has priced it; null until it has, or when it told nothing. */
  priced: PricedChain | null;
  pending: ChainPart[];
  /** The same chain as before, at a later spot. */
  isAgain: boolean;
  /** A newer chain has come meanwhile, */
  isNewerWaiting: boolean;
  /** and is not to be begun before this. */
  notBefore: number;
}

export const createChainWork = (): ChainWork => ({
  at: Number.NaN,
  spot: Number.NaN,
  bidPrice: Number.NaN,
  askPrice: Number.NaN,
  chain: null,
  priced: null,
  pending: [],
  isAgain: false,
  isNewerWaiting: false,
  notBefore: Number.NaN,
});

/** Nanoseconds a contract of what is not sliced, as measured by `bench/chain-step.ts`: for reckoning alone. */
const COST_NS = { 'chain-greeks': 130, 'volatility-forecast': 0, 'put-call-parity': 130 } as const;
/** What the work on chains may cost of one step, by that reckoning. */
export const STEP_BUDGET_NS = 3_000_000;
/** A slice of the vendor's check that would be smaller than this waits for the next step. */
const SLICE_MIN_NS = 500_000;

/** Each part by itself: the second is worked out although the first has thrown. */
const guarded = (suite: Suite, part: Parameters<typeof begin>[1], work: () => void): void => {
  if (!begin(suite.hearts, part)) return;
  try {
    work();
  } catch (error) {
    blame(suite, error);
  }
};

/** At the money over thirty days, decimal per year; NaN without a chain that tells it. */
export const impliedVolatilityOf = ({ positioning }: Suite): number =>
  positioning.current?.figures.term.atTheMoney30Day.value ?? Number.NaN;

const start = (suite: Suite, chain: ChainColumns, spot: number, at: Instant, parts: readonly ChainPart[]): void => {
  const { chainWork, bidPrice, askPrice, positioning } = suite;
  // A check of the vendor's Greeks goes on with the chain that it began with.
  const pending = parts.concat(chainWork.pending.filter((part) => !parts.includes(part)));
  Object.assign(chainWork, { at, spot, bidPrice, askPrice, chain, priced: null, pending });
  chainWork.isAgain = parts !== PARTS;
  chainWork.isNewerWaiting = false;
  chainWork.notBefore = Number.NaN;
  guarded(suite, 'positioning', () => beginPositioning(positioning, chain, spot, at));
};

/** Only the check of the vendor's Greeks may be put off by a newer chain: it has a slice of every chain's work. */
const isFree = ({ pending }: ChainWork): boolean => pending.every((part) => part === 'vendor-greeks');

const COLUMNS = ['strike', 'bid', 'ask', 'last', 'volume', 'openInterest', 'impliedVolatility', 'gamma'] as const;

/** The same contracts with the same figures, at the same spot. */
const isUnmoved = ({ chain: before, spot: spotBefore }: ChainWork, chain: ChainColumns, spot: number): boolean =>
  before !== null &&
  spot === spotBefore &&
  chain.rowCount === before.rowCount &&
  chain.expiries.every((expiry, e) => expiry === before.expiries[e]) &&
  COLUMNS.every((name) => {
    const [now, then] = [chain[name], before[name]];
    for (let i = 0; i < chain.rowCount; i++) if (!Object.is(now[i], then[i])) return false;
    return true;
  });

/**
 * A new chain. `spot` NaN when there is none. It is begun at once, with the spot and the quote of now, unless an older one
 * is still being worked out, or nothing has moved but time since it was begun less than 5 s ago: that comes first, so that chains faster than the work cannot starve a part, and of those that
 * come meanwhile the last is worked out next.
 */
export const beginSuiteChain = (suite: Suite, chain: ChainColumns, spot: number, at: Instant): void => {
  const { chainWork } = suite;
  const isSoon = at - chainWork.at < UNMOVED_EVERY_MS && isUnmoved(chainWork, chain, spot);
  if (isFree(chainWork) && !isSoon) {
    start(suite, chain, spot, at, PARTS);
    return;
  }
  chainWork.isNewerWaiting = true;
  chainWork.notBefore = isSoon ? chainWork.at + UNMOVED_EVERY_MS : Number.NaN;
};

/** Positioning, as far as the budget goes. */
const positioningSlice = (suite: Suite, rates: Rates, spentNs: number): number => {
  const { chainWork, hearts, positioning } = suite;
  let spent = spentNs;
  guarded(suite, 'positioning', () => {
    const { shift, priced, ...step } = continuePositioning(positioning, rates, spentNs, STEP_BUDGET_NS);
    spent = step.spentNs;
    if (priced !== null) chainWork.priced = priced;
    if (shift === null) return;
    const { from, to, fromAt, share } = shift;
    suite.anomalies.push({ name: 'gex', facts: { subject: suite.symbol, from, to, fromAt, share } });
  });
  if (hearts.failed.has('positioning')) positioning.work = null;
  if (positioning.work !== null) return spent;
  hearts.chainAt = chainWork.at;
  hearts.chains++;
  chainWork.pending.shift();
  return spent;
};

/** The check of the vendor's Greeks, one slice of it; it waits for its next turn until it is through. */
const vendorSlice = (suite: Suite, chain: ChainColumns, rates: Rates, budgetNs: number): number => {
  const { vendorGreeks, hearts, chainWork } = suite;
  const { spot, at, priced } = chainWork;
  let spent = 0;
  chainWork.pending.shift();
  guarded(suite, 'vendor-greeks', () => {
    beginVendorGreeks(vendorGreeks, chain, spot, at as Instant, rates, priced ?? undefined);
    spent = continueVendorGreeks(vendorGreeks, budgetNs);
  });
  // A check that throws is not tried again.
  if (hearts.failed.has('vendor-greeks')) vendorGreeks.work = null;
  if (vendorGreeks.work !== null) chainWork.pending.push('vendor-greeks');
  return spent;
};

const runPart = (suite: Suite, part: keyof typeof COST_NS, chain: ChainColumns, rates: Rates): void => {
  const { chainWork } = suite;
  const { spot, bidPrice, askPrice, priced } = chainWork;
  const at = chainWork.at as Instant;
  chainWork.pending.shift();
  guarded(suite, part, () => {
    if (part === 'chain-greeks') onChainGreeksChain(suite.chainGreeks, chain, spot, at, rates, priced ?? undefined);
    else if (part === 'volatility-forecast')
      onVolatilityForecastImplied(suite.volatilityForecast, impliedVolatilityOf(suite), at);
    else onParityChain(suite.parity, chain, bidPrice, askPrice, at, rates);
  });
};

const costOf = (part: ChainPart, rows: number): number => {
  if (part === 'positioning') return 0;
  return part === 'vendor-greeks' ? SLICE_MIN_NS : COST_NS[part] * rows;
};

const isNewerDue = ({ isNewerWaiting, notBefore }: ChainWork, at: Instant): boolean =>
  isNewerWaiting && !(at < notBefore);

/**
 * Goes on with what waits, part by part, for about so long; returns what it has cost by the same reckoning, `spentNs` of
 * before among it. What costs more than is left is begun only on a fresh budget (`spentNs` 0). Costs are reckoned, not
 * timed: the same entries do the same work. `chain` is the newest, begun when it is its turn.
 */
export const continueSuiteChain = (
  suite: Suite,
  chain: ChainColumns,
  now: { readonly spot: number; readonly at: Instant; readonly rates: Rates },
  spentNs: number,
): number => {
  const { chainWork, hearts } = suite;
  const { spot, at, rates } = now;
  let spent = spentNs;
  for (;;) {
    if (isFree(chainWork)) {
      if (isNewerDue(chainWork, at)) start(suite, chain, spot, at, PARTS);
      else if (at - hearts.chainAt >= CHAIN_EVERY_MS) start(suite, chain, spot, at, AGAIN);
    }
    const part = chainWork.pending[0];
    if (part === undefined) return spent;
    const of = chainWork.chain ?? chain;
    const cost = costOf(part, of.rowCount);
    if (spent > 0 && spent + cost > STEP_BUDGET_NS) return spent;
    if (part === 'positioning') {
      spent = positioningSlice(suite, rates, spent);
      if (chainWork.pending[0] === 'positioning') return spent;
    } else if (part === 'vendor-greeks') spent += vendorSlice(suite, of, rates, STEP_BUDGET_NS - spent);
    else {
      runPart(suite, part, of, rates);
      spent += cost;
    }
  }
};

/** Whether anything of the suite waits for `continueSuiteChain` and not for time to pass. */
export const isChainWorkLeft = ({ chainWork }: Suite): boolean =>
  chainWork.pending.length > 0 || (chainWork.isNewerWaiting && Number.isNaN(chainWork.notBefore));

/** A new chain, every part of it at once: for whoever has the time. */
export const onSuiteChain = (suite: Suite, chain: ChainColumns, spot: number, at: Instant, rates: Rates): void => {
  start(suite, chain, spot, at, PARTS);
  do continueSuiteChain(suite, chain, { spot, at, rates }, 0);
  while (isChainWorkLeft(suite));
};

/** The last chain again, at the spot of now, when it is due. */
export const onSuiteChainTimer = (suite: Suite, chain: ChainColumns, spot: number, at: Instant, rates: Rates): void => {
  continueSuiteChain(suite, chain, { spot, at, rates }, 0);
};
