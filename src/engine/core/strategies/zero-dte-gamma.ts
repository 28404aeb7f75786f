import { barAt } from '../analytics/bars.ts';
import { bookImbalance } from '../analytics/imbalance.ts';
import { vpinOf } from '../analytics/vpin.ts';
import { sessionAt } from '../market/calendar.ts';
import { type OptionContract, parseContractId } from '../market/contract.ts';
import type { Denial } from '../outputs.ts';
import { spreadMax } from '../risk/option-spread.ts';
import type { SignalDirection } from '../signal.ts';
import { midOf } from '../spot.ts';
import type { Rates, SymbolState } from '../state.ts';
import type { Instant, SessionDate } from '../types.ts';
import type { ZeroDteGammaParams } from './zero-dte-gamma-params.ts';

/** What the strategy may see of one underlying. */
export interface StrategyView {
  readonly symbol: SymbolState;
  readonly params: ZeroDteGammaParams;
  readonly rates: Rates;
  readonly at: Instant;
}

export interface Wish {
  readonly contract: OptionContract;
  readonly direction: SignalDirection;
  readonly triggeredBy: readonly string[];
  readonly riskFactors: readonly string[];
}
/** `null`: no trigger. `suppressed`: triggered, but something it needs is missing or bad. */
export type Finding =
  | { readonly kind: 'wish'; readonly wish: Wish }
  | { readonly kind: 'suppressed'; readonly denials: readonly Denial[] }
  | null;

/** Rows a side that the imbalance is taken over. */
export const IMBALANCE_LEVELS = 5;
/** From this imbalance in the trade's direction on, the book is named as a reason. */
const SUPPORTING_IMBALANCE = 0.1;
const LATE_SESSION_MS = 60 * 60_000;

const MINUTE_MS = 60_000;

/**
 * Change of price since the close of the minute `bars` before this one, fraction. From our own bars, or the vendor's
 * while we have not run that long; NaN without either.
 */
const momentumOf = (symbol: SymbolState, bars: number, at: Instant): number => {
  const openAt = at - (at % MINUTE_MS) - bars * MINUTE_MS;
  const close =
    barAt(symbol.bars, bars)?.close ?? symbol.vendorBars.find((bar) => bar.openAt === openAt)?.close ?? Number.NaN;
  return midOf(symbol) / close - 1;
};

export interface GammaStrike {
  readonly strike: number;
  /** Of the |GEX| of all strikes in the band around spot. */
  readonly share: number;
}

/** The strike with the most gamma on one side of spot within reach; calls and puts added, not netted. */
const gammaStrike = (
  symbol: SymbolState,
  spot: number,
  direction: SignalDirection,
  params: ZeroDteGammaParams,
): GammaStrike | null => {
  const { exposure } = symbol;
  if (!exposure) return null;
  const { strikes, callGex, putGex } = exposure;
  let band = 0;
  let best = -1;
  let most = 0;
  for (let i = 0; i < strikes.length; i++) {
    const strike = strikes[i] as number;
    const distance = strike / spot - 1;
    if (Math.abs(distance) > params.bandFraction) continue;
    const gamma = Math.abs(callGex[i] as number) + Math.abs(putGex[i] as number);
    band += gamma;
    const ahead = direction === 'bullish' ? distance : -distance;
    if (ahead < params.minDistanceFraction || ahead > params.maxDistanceFraction || gamma <= most) continue;
    most = gamma;
    best = i;
  }
  return best < 0 || !(band > 0) ? null : { strike: strikes[best] as number, share: most / band };
};

type Row = { readonly row: number; readonly strike: number };

/** Today's contracts of one right, nearest the gamma strike first; of two as near, the one further out of the money. */
const rowsAround = (symbol: SymbolState, strike: number, isCall: boolean, expiry: SessionDate): Row[] => {
  const { chain } = symbol;
  const expiryIndex = chain?.expiries.indexOf(expiry) ?? -1;
  if (!chain || expiryIndex < 0) return [];
  const rows: Row[] = [];
  for (let row = 0; row < chain.rowCount; row++) {
    if (chain.expiryIndex[row] !== expiryIndex || (chain.isCall[row] === 1) !== isCall) continue;
    if (chain.settlesAm[row] === 1) continue;
    rows.push({ row, strike: chain.strike[row] as number });
  }
  const outwards = isCall ? 1 : -1;
  const order = ({ strike: k }: Row): number => Math.abs(k - strike) - ((k - strike) * outwards > 0 ? 1e-6 : 0);
  return rows.sort((a, b) => order(a) - order(b));
};

/** Why this row cannot be bought; null when it can. */
const objection = (symbol: SymbolState, row: number, params: ZeroDteGammaParams): Denial | null => {
  const { chain } = symbol;
  if (!chain) return { code: 'stale-chain', facts: {} };
  const contract = parseContractId(chain.contractIds[row] as string);
  const [bid, ask] = [chain.bid[row] as number, chain.ask[row] as number];
  const [delta, gamma, theta] = [chain.delta[row], chain.gamma[row], chain.thetaPerDay[row]] as [
    number,
    number,
    number,
  ];
  const contractId = chain.contractIds[row] as string;
  if (!contract || !Number.isFinite(delta + gamma + theta)) return { code: 'greeks-absent', facts: { contractId } };
  const lossPerHour = -theta / 24 / ask;
  if (lossPerHour > params.maxThetaFractionPerHour)
    return { code: 'max-net-theta', facts: { contractId, lossPerHour, premium: ask } };
  const spread = ask - bid;
  if (!(bid > 0 && spread >= 0 && spread <= spreadMax(contract, bid, ask, params) + 1e-9)) {
    return { code: 'wide-spread', facts: { contractId, bid: String(bid), ask: String(ask) } };
  }
  const priced = ask >= params.minPremium && ask <= params.maxPremium;
  return priced ? null : { code: 'risk-per-trade', facts: { contractId, premium: ask } };
};

const factorsOf = (view: StrategyView, imbalance: number, direction: SignalDirection, share: GammaStrike) => {
  const { symbol, params, at } = view;
  const sign = direction === 'bullish' ? 1 : -1;
  const triggeredBy = ['gamma-concentration', direction === 'bullish' ? 'momentum-up' : 'momentum-down'];
  if (imbalance * sign >= SUPPORTING_IMBALANCE) triggeredBy.push('book-support');
  if (symbol.exposure?.absoluteGammaStrike.value === share.strike) triggeredBy.push('absolute-gamma-strike');
  const riskFactors: string[] = [];
  const vpin = vpinOf(symbol.vpin);
  if (Number.isNaN(vpin)) riskFactors.push('vpin-not-ready');
  else if (vpin >= params.elevatedVpin) riskFactors.push('elevated-vpin');
  if (imbalance * sign < 0) riskFactors.push('book-against');
  const flip = symbol.exposure?.gammaFlip.value ?? null;
  if (flip !== null && midOf(symbol) < flip) riskFactors.push('below-gamma-flip');
  const session = sessionAt(at);
  if (session !== null && session.closeAt - at < LATE_SESSION_MS) riskFactors.push('late-session');
  return { triggeredBy, riskFactors };
};

const chooseRow = (view: StrategyView, target: GammaStrike, isCall: boolean, expiry: SessionDate) => {
  const { symbol, params } = view;
  const denials = new Map<string, Denial>();
  for (const { row } of rowsAround(symbol, target.strike, isCall, expiry).slice(0, 2 * params.maxStrikesOut + 1)) {
    const found = objection(symbol, row, params);
    if (found === null) return { row, denials: [] };
    if (!denials.has(found.code)) denials.set(found.code, found);
  }
  return { row: -1, denials: [...denials.values()] };
};

/**
 * 0DTE gamma: much of the chain's gamma sits at a strike just ahead of spot, price moves towards it, and book and option
 * are liquid. Buys today's call when the strike is above and price rises, the put when it is below and price falls.
 * Whether market, data and account permit the trade is for the risk rules.
 */
export const findZeroDteGamma = (view: StrategyView): Finding => {
  const { symbol, params, at } = view;
  const session = sessionAt(at);
  const spot = midOf(symbol);
  const momentum = momentumOf(symbol, params.momentumBars, at);
  if (session === null || !(spot > 0) || !(Math.abs(momentum) >= params.minMomentumFraction)) return null;
  const direction: SignalDirection = momentum > 0 ? 'bullish' : 'bearish';
  const target = gammaStrike(symbol, spot, direction, params);
  if (target === null || target.share < params.minGammaShare) return null;
  const imbalance = bookImbalance(symbol.book, IMBALANCE_LEVELS);
  if (Number.isNaN(imbalance)) {
    return { kind: 'suppressed', denials: [{ code: 'stale-book', facts: { imbalance: 'absent' } }] };
  }
  if (imbalance * (direction === 'bullish' ? 1 : -1) < -params.maxAdverseImbalance) return null;
  const { row, denials } = chooseRow(view, target, direction === 'bullish', session.date);
  if (row < 0) {
    return denials.length > 0
      ? { kind: 'suppressed', denials }
      : { kind: 'suppressed', denials: [{ code: 'stale-chain', facts: { expiry: session.date, contracts: 0 } }] };
  }
  const contract = parseContractId(symbol.chain?.contractIds[row] ?? '');
  if (contract === null) return null;
  return { kind: 'wish', wish: { contract, direction, ...factorsOf(view, imbalance, direction, target) } };
};
