import type { ChainColumns } from '../../market/chain.ts';
import type { Instant } from '../../types.ts';
import { onChainGreeksChain } from '../chain-greeks-view.ts';
import type { ChainTerms } from '../chain-terms.ts';
import { onParityChain } from '../cross-asset/put-call-parity.ts';
import type { Rates } from '../exposure-sums.ts';
import { onVolatilityForecastImplied } from '../forecast/volatility-forecast.ts';
import { onPositioningChain } from '../positioning/positioning.ts';
import { beginVendorGreeks, continueVendorGreeks } from '../vendor-greeks.ts';
import { begin } from './heartbeats.ts';
import { blame } from './on-market.ts';
import type { Suite } from './suite.ts';

/** A chain is worked out when it is new, and again so long after at the spot of then. */
const CHAIN_EVERY_MS = 30_000;

/** What is worked out of a chain besides positioning, in this order. */
export type ChainPart = 'chain-greeks' | 'vendor-greeks' | 'volatility-forecast' | 'put-call-parity';
const PARTS: readonly ChainPart[] = ['chain-greeks', 'vendor-greeks', 'volatility-forecast', 'put-call-parity'];

/** What of the last chain still waits, and the moment that it is worked out for. */
export interface ChainWork {
  at: number;
  spot: number;
  bidPrice: number;
  askPrice: number;
  pending: (ChainPart | 'positioning')[];
}

/** Nanoseconds a contract, European and American, as measured by `bench/chain-step.ts`: for reckoning alone. */
const COST_NS: Readonly<Record<ChainPart | 'positioning', readonly [number, number]>> = {
  positioning: [350, 1_300],
  'chain-greeks': [150, 600],
  'vendor-greeks': [200, 1_000],
  'volatility-forecast': [0, 0],
  'put-call-parity': [200, 100],
};
/** What the work on chains may cost of one step, by that reckoning. */
export const STEP_BUDGET_NS = 3_000_000;
/** A slice of the vendor's check that would be smaller than this waits for the next step. */
const SLICE_MIN_NS = 500_000;

const costOf = ({ vendorGreeks }: Suite, part: ChainPart | 'positioning', rows: number): number =>
  COST_NS[part][vendorGreeks.style === 'european' ? 0 : 1] * rows;

/** Each part by itself: the second is worked out although the first has thrown. */
const guarded = (suite: Suite, part: Parameters<typeof begin>[1], work: () => void): void => {
  if (!begin(suite.hearts, part)) return;
  try {
    work();
  } catch (error) {
    blame(suite, error);
  }
};

const workOut = (suite: Suite, chain: ChainColumns, spot: number, at: Instant, rates: Rates): void => {
  suite.hearts.chainAt = at;
  suite.hearts.chains++;
  guarded(suite, 'positioning', () => {
    const shift = onPositioningChain(suite.positioning, chain, spot, at, rates);
    if (shift === null) return;
    const { from, to, fromAt, share } = shift;
    suite.anomalies.push({ name: 'gex', facts: { subject: suite.symbol, from, to, fromAt, share } });
  });
};

/** At the money over thirty days, decimal per year; NaN without a chain that tells it. */
export const impliedVolatilityOf = ({ positioning }: Suite): number =>
  positioning.current?.figures.term.atTheMoney30Day.value ?? Number.NaN;

/** What positioning priced this very chain by; nothing when it told none. */
const termsOf = ({ positioning }: Suite, chain: ChainColumns): ChainTerms | undefined => {
  const terms = positioning.current?.terms;
  return terms?.chainAt === chain.receivedAt && terms.contracts === chain.rowCount ? terms : undefined;
};

const runPart = (suite: Suite, part: ChainPart, chain: ChainColumns, work: ChainWork, rates: Rates): void => {
  const { spot } = work;
  const at = work.at as Instant;
  guarded(suite, part, () => {
    if (part === 'chain-greeks') onChainGreeksChain(suite.chainGreeks, chain, spot, at, rates, termsOf(suite, chain));
    else if (part === 'vendor-greeks')
      beginVendorGreeks(suite.vendorGreeks, chain, spot, at, rates, termsOf(suite, chain));
    else if (part === 'volatility-forecast')
      onVolatilityForecastImplied(suite.volatilityForecast, impliedVolatilityOf(suite), at);
    else onParityChain(suite.parity, chain, work.bidPrice, work.askPrice, at, rates);
  });
};

/**
 * A new chain. `spot` NaN when there is none. What is traded on is worked out at once, the other parts wait for
 * `continueSuiteChain`, with the spot and the quote of now. What an older chain left waiting comes first, so that chains
 * faster than the work cannot starve a part.
 */
export const beginSuiteChain = (suite: Suite, chain: ChainColumns, spot: number, at: Instant, rates: Rates): number => {
  workOut(suite, chain, spot, at, rates);
  const { chainWork } = suite;
  const waiting = chainWork.pending.filter((part) => part !== 'positioning');
  const { bidPrice, askPrice } = suite;
  const pending = [...waiting, ...PARTS.filter((part) => !waiting.includes(part))];
  Object.assign(chainWork, { at, spot, bidPrice, askPrice, pending });
  return costOf(suite, 'positioning', chain.rowCount);
};

/** The check of the vendor's Greeks, one slice of it; it waits for its next turn until it is through. */
const vendorSlice = (suite: Suite, budgetNs: number): number => {
  const { vendorGreeks, hearts, chainWork } = suite;
  const perRow = costOf(suite, 'vendor-greeks', 1);
  let rows = 0;
  guarded(suite, 'vendor-greeks', () => {
    rows = continueVendorGreeks(vendorGreeks, Math.max(1, Math.floor(budgetNs / perRow)));
  });
  // A check that throws is not tried again.
  if (hearts.failed.has('vendor-greeks')) vendorGreeks.work = null;
  if (vendorGreeks.work !== null) chainWork.pending.push('vendor-greeks');
  return rows * perRow;
};

/**
 * Goes on with what waits, part by part, for about so long; returns what it has cost by the same reckoning. A part that
 * costs more than what is left is begun only on a fresh budget (`spentNs` 0), so that no two large ones share a step.
 * Costs are reckoned, not timed: the same entries do the same work.
 */
export const continueSuiteChain = (
  suite: Suite,
  chain: ChainColumns,
  now: { readonly spot: number; readonly at: Instant; readonly rates: Rates },
  spentNs: number,
): number => {
  const { chainWork } = suite;
  const { spot, at, rates } = now;
  if (at - suite.hearts.chainAt >= CHAIN_EVERY_MS && !chainWork.pending.includes('positioning'))
    chainWork.pending.push('positioning');
  let spent = spentNs;
  for (let part = chainWork.pending[0]; part !== undefined; part = chainWork.pending[0]) {
    const whole = costOf(suite, part, chain.rowCount);
    const cost = part === 'vendor-greeks' ? Math.min(whole, SLICE_MIN_NS) : whole;
    if (spent > 0 && spent + cost > STEP_BUDGET_NS) return spent;
    chainWork.pending.shift();
    if (part === 'positioning') workOut(suite, chain, spot, at, rates);
    else runPart(suite, part, chain, chainWork, rates);
    spent += part === 'vendor-greeks' ? vendorSlice(suite, STEP_BUDGET_NS - spent) : cost;
  }
  return spent;
};

/** Whether anything of the suite waits for `continueSuiteChain`. */
export const isChainWorkLeft = ({ chainWork }: Suite): boolean => chainWork.pending.length > 0;

/** A new chain, every part of it at once: for whoever has the time. */
export const onSuiteChain = (suite: Suite, chain: ChainColumns, spot: number, at: Instant, rates: Rates): void => {
  beginSuiteChain(suite, chain, spot, at, rates);
  while (isChainWorkLeft(suite)) continueSuiteChain(suite, chain, { spot, at, rates }, 0);
};

/** The last chain again, at the spot of now, when it is due. */
export const onSuiteChainTimer = (suite: Suite, chain: ChainColumns, spot: number, at: Instant, rates: Rates): void => {
  continueSuiteChain(suite, chain, { spot, at, rates }, 0);
};
