import type { ChainColumns } from '../../market/chain.ts';
import type { ContractId, Instant } from '../../types.ts';
import { type Rates, yearsPerSlot } from '../exposure-sums.ts';
import { absent, type Measured, type ModuleInfo, measured } from '../measured.ts';
import { type ParityPair, pairCalls, pairSlot } from './parity-pairs.ts';

export type ExerciseStyle = 'european' | 'american';

export interface PutCallParityParams {
  /** Dollars per contract and side; a violation must pay for a call, a put and the hedge, in and out of it. */
  readonly commissionPerContract: number;
  /** Dollars per share of the hedge. */
  readonly hedgeCostPerShare: number;
  /** Pairs nearest to the money that tell an index's forward. */
  readonly forwardPairs: number;
  readonly forwardPairsMin: number;
}
export const PUT_CALL_PARITY_DEFAULTS: PutCallParityParams = {
  commissionPerContract: 0.65,
  hedgeCostPerShare: 0.01,
  forwardPairs: 9,
  forwardPairsMin: 3,
};

/** `too-dear`: sell call, buy put, buy the hedge. `too-cheap`: the reverse. */
export interface ParityViolation {
  readonly callId: ContractId;
  readonly strike: number;
  readonly expiry: string;
  readonly side: 'call-too-dear' | 'call-too-cheap';
  /** Dollars per share left after both spreads and all costs; always positive. */
  readonly edge: number;
}

export interface ParityExpiry {
  readonly expiry: string;
  readonly settlesAm: boolean;
  readonly pairs: number;
  readonly violations: number;
  /** European: median of K + e^(rT) (C − P) by mids nearest to the money, in index points. */
  readonly forward: Measured;
}

export interface PutCallParity {
  readonly params: PutCallParityParams;
  readonly style: ExerciseStyle;
  chainAt: number;
  pairs: number;
  violations: number;
  worst: ParityViolation | null;
  expiries: ParityExpiry[];
  rejected: Record<string, number>;
  /** Why there is no figure; empty when there is. */
  reason: string;
}

export interface PutCallParityView {
  /** Pairs (one call, one put, same strike and expiry) whose prices allow a riskless profit after spreads and costs. */
  readonly violations: Measured;
  readonly pairs: Measured;
  /** Dollars per share; absent when there is no violation. */
  readonly worst: Measured<ParityViolation>;
  readonly style: ExerciseStyle;
  readonly expiries: readonly ParityExpiry[];
  readonly rejected: Readonly<Record<string, number>>;
}

export const PUT_CALL_PARITY_MODULE: ModuleInfo = {
  name: 'put-call-parity',
  level: 3,
  cadence: 'new-chain',
  warmUp: '1 chain; American style also a live quote of the underlying',
  ageMsMax: 900_000,
};

export const createPutCallParity = (style: ExerciseStyle, params = PUT_CALL_PARITY_DEFAULTS): PutCallParity => ({
  params,
  style,
  chainAt: Number.NaN,
  pairs: 0,
  violations: 0,
  worst: null,
  expiries: [],
  rejected: {},
  reason: 'no-chain',
});

/** What C − P may be, dollars per share, before costs. */
interface Bounds {
  readonly low: number;
  readonly high: number;
}

const median = (values: number[]): number => {
  const sorted = values.sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
};

/** The pairs with the smallest |C − P| lie nearest to the forward; there spreads are tightest. */
const impliedForward = (pairs: readonly ParityPair[], growth: number, params: PutCallParityParams): number => {
  const near = pairs
    .toSorted((a, b) => Math.abs(a.callMid - a.putMid) - Math.abs(b.callMid - b.putMid) || a.strike - b.strike)
    .slice(0, params.forwardPairs);
  if (near.length < params.forwardPairsMin) return Number.NaN;
  return median(near.map((pair) => pair.strike + growth * (pair.callMid - pair.putMid)));
};

/**
 * European: C − P = e^(−rT) (F − K), with the forward that the chain itself implies, so that a spot of another moment
 * makes no violation. American: S e^(−qT) − K ≤ C − P ≤ S − K e^(−rT), each at the worse side of the underlying's quote;
 * early exercise makes it a range. Source: Hull, Options, Futures, and Other Derivatives, ch. 11.
 */
const boundsOf = (
  style: ExerciseStyle,
  strike: number,
  years: number,
  rates: Rates,
  forward: number,
  spotBid: number,
  spotAsk: number,
): Bounds => {
  const discount = Math.exp(-rates.rate * years);
  if (style === 'european') {
    const value = discount * (forward - strike);
    return { low: value, high: value };
  }
  const yieldDiscount = Math.exp(-rates.dividendYield * years);
  return {
    low: spotBid * Math.min(1, yieldDiscount) - strike * Math.max(1, discount),
    high: spotAsk * Math.max(1, yieldDiscount) - strike * Math.min(1, discount),
  };
};

const violationOf = (pair: ParityPair, bounds: Bounds, cost: number, chain: ChainColumns): ParityViolation | null => {
  const dear = pair.callBid - pair.putAsk - bounds.high - cost;
  const cheap = bounds.low - (pair.callAsk - pair.putBid) - cost;
  const edge = Math.max(dear, cheap);
  // A rounding error is no riskless profit.
  if (!(edge > 1e-9 * pair.strike)) return null;
  return {
    callId: chain.contractIds[pair.callRow] as ContractId,
    strike: pair.strike,
    expiry: chain.expiries[chain.expiryIndex[pair.callRow] as number] as string,
    side: dear >= cheap ? 'call-too-dear' : 'call-too-cheap',
    edge,
  };
};

const reset = (state: PutCallParity, chain: ChainColumns, reason: string): void => {
  state.chainAt = chain.receivedAt;
  state.pairs = 0;
  state.violations = 0;
  state.worst = null;
  state.expiries = [];
  state.rejected = {};
  state.reason = reason;
};

/** Checks every pair of a chain. `spotBid`, `spotAsk` (NaN when absent) matter to American options alone. */
export const onParityChain = (
  state: PutCallParity,
  chain: ChainColumns,
  spotBid: number,
  spotAsk: number,
  at: Instant,
  rates: Rates,
): void => {
  reset(state, chain, '');
  const { style, params } = state;
  if (style === 'american' && !(spotBid > 0 && spotAsk >= spotBid && spotAsk < Infinity)) {
    state.reason = 'underlying-quote-absent';
    return;
  }
  const years = yearsPerSlot(chain, at);
  const slots = pairCalls(chain, years, state.rejected);
  // Two options and the hedge, opened; European ones settle by themselves, but the hedge is closed again.
  const cost = (2 * params.commissionPerContract) / 100 + 2 * params.hedgeCostPerShare;
  for (let slot = 0; slot < slots.length; slot++) {
    const pairs = slots[slot] ?? [];
    if (pairs.length === 0) continue;
    const left = years[slot] as number;
    const forward = style === 'european' ? impliedForward(pairs, Math.exp(rates.rate * left), params) : Number.NaN;
    if (style === 'european' && Number.isNaN(forward)) {
      state.rejected['too-few-pairs-for-a-forward'] =
        (state.rejected['too-few-pairs-for-a-forward'] ?? 0) + pairs.length;
      continue;
    }
    let violations = 0;
    for (const pair of pairs) {
      const bounds = boundsOf(style, pair.strike, left, rates, forward, spotBid, spotAsk);
      const violation = violationOf(pair, bounds, cost, chain);
      if (violation === null) continue;
      violations++;
      if (state.worst === null || violation.edge > state.worst.edge) state.worst = violation;
    }
    state.pairs += pairs.length;
    state.violations += violations;
    state.expiries.push({
      expiry: chain.expiries[slot >> 1] as string,
      settlesAm: pairSlot(slot),
      pairs: pairs.length,
      violations,
      forward:
        style === 'european'
          ? measured(forward, chain.receivedAt, 'chain-quotes')
          : absent('not-needed', 'chain-quotes'),
    });
  }
  if (state.pairs === 0) state.reason = 'no-usable-pair';
};

export const putCallParityView = (state: PutCallParity, at: Instant): PutCallParityView => {
  const stale = at - state.chainAt > PUT_CALL_PARITY_MODULE.ageMsMax;
  const reason = state.reason !== '' ? state.reason : stale ? 'stale' : null;
  const asOf = state.chainAt as Instant;
  const figure = <T>(value: T): Measured<T> =>
    reason === null ? measured(value, asOf, 'chain-quotes') : absent(reason, 'chain-quotes');
  return {
    violations: figure(state.violations),
    pairs: figure(state.pairs),
    worst: state.worst === null ? absent(reason ?? 'no-violation', 'chain-quotes') : figure(state.worst),
    style: state.style,
    expiries: reason === null ? state.expiries : [],
    rejected: state.rejected,
  };
};
