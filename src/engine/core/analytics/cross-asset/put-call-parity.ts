import type { ChainColumns } from '../../market/chain.ts';
import type { ExerciseStyle } from '../../pricing/exercise.ts';
import type { ContractId, Instant } from '../../types.ts';
import { type Rates, yearsPerSlot } from '../exposure-sums.ts';
import { absent, type Measured, type ModuleInfo, measured } from '../measured.ts';
import { fitParityLine, type ParityLine } from './parity-line.ts';
import { type ParityPair, pairCalls } from './parity-pairs.ts';

export interface PutCallParityParams {
  /** Dollars per contract and side. */
  readonly commissionPerContract: number;
  /** Dollars per share of stock, each way; American alone. */
  readonly hedgeCostPerShare: number;
  /** Pairs nearest to the money whose tightest is the hedge of a European pair. */
  readonly hedgePairs: number;
  /** An expiry with fewer pairs tells no forward. */
  readonly forwardPairsMin: number;
}
const PUT_CALL_PARITY_DEFAULTS: PutCallParityParams = {
  commissionPerContract: 0.65,
  hedgeCostPerShare: 0.01,
  hedgePairs: 9,
  forwardPairsMin: 5,
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
  /** European: index points, and what a dollar at expiry is worth now; both from the chain. */
  readonly forward: Measured;
  readonly discount: Measured;
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

/**
 * American: S e^(−qT) − K ≤ C − P ≤ S − K e^(−rT), each at the worse side of the underlying's quote; early exercise makes
 * it a range. Source: Hull, Options, Futures, and Other Derivatives, ch. 11.
 */
const americanBounds = (strike: number, years: number, rates: Rates, spotBid: number, spotAsk: number): Bounds => {
  const discount = Math.exp(-rates.rate * years);
  const yieldDiscount = Math.exp(-rates.dividendYield * years);
  return {
    low: spotBid * Math.min(1, yieldDiscount) - strike * Math.max(1, discount),
    high: spotAsk * Math.max(1, yieldDiscount) - strike * Math.min(1, discount),
  };
};

/**
 * European: C − P = D (F − K), with forward and discount as the chain itself implies them, so that neither a spot of
 * another moment nor a wrong rate makes a violation; half the spread of the pair that would be the hedge is paid.
 */
const europeanBounds = (strike: number, line: ParityLine): Bounds => {
  const value = line.discount * (line.forward - strike);
  return { low: value - line.hedgeHalfSpread, high: value + line.hedgeHalfSpread };
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

const countIn = (rejected: Record<string, number>, reason: string, count: number): void => {
  rejected[reason] = (rejected[reason] ?? 0) + count;
};

/** All pairs of one expiry against one line (European) or the underlying's quote. */
const checkExpiry = (
  state: PutCallParity,
  chain: ChainColumns,
  slot: number,
  pairs: readonly ParityPair[],
  line: ParityLine | null,
  boundsAt: (strike: number) => Bounds,
): void => {
  const { params } = state;
  const legs = line === null ? 2 : 4;
  const cost = (legs * params.commissionPerContract) / 100 + (line === null ? 2 * params.hedgeCostPerShare : 0);
  let violations = 0;
  for (const pair of pairs) {
    const violation = violationOf(pair, boundsAt(pair.strike), cost, chain);
    if (violation === null) continue;
    violations++;
    if (state.worst === null || violation.edge > state.worst.edge) state.worst = violation;
  }
  state.pairs += pairs.length;
  state.violations += violations;
  const figure = (value: number | undefined): Measured =>
    value === undefined ? absent('american-style', 'chain-quotes') : measured(value, chain.receivedAt, 'chain-quotes');
  state.expiries.push({
    expiry: chain.expiries[slot >> 1] as string,
    settlesAm: slot % 2 === 1,
    pairs: pairs.length,
    violations,
    forward: figure(line?.forward),
    discount: figure(line?.discount),
  });
};

/**
 * Checks every pair of a chain. `spotBid`, `spotAsk` (NaN when absent) and `rates` matter to American options alone.
 * Commission is paid on every option leg: two, and for European pairs the two of the hedge.
 */
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
  slots.forEach((pairs, slot) => {
    if (pairs.length === 0) return;
    const left = years[slot] as number;
    if (style === 'american') {
      checkExpiry(state, chain, slot, pairs, null, (strike) => americanBounds(strike, left, rates, spotBid, spotAsk));
      return;
    }
    const line = fitParityLine(pairs, left, params.hedgePairs, params.forwardPairsMin);
    if (typeof line === 'string') countIn(state.rejected, line, pairs.length);
    else checkExpiry(state, chain, slot, pairs, line, (strike) => europeanBounds(strike, line));
  });
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
