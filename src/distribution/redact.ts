import { entitlementsOf, type Tier } from '../billing/plans.ts';
import type { SignalChange, SignalDirection, SignalEvent, SignalOutcome, TradingMode } from '../engine/index.ts';

/** Everything. Prices are option premiums in dollars per share; `returnPercent` is after commissions, of the premium paid. */
export interface PremiumView {
  readonly tier: 'premium';
  readonly change: SignalChange;
  readonly mode: TradingMode;
  readonly symbol: string;
  readonly direction: SignalDirection;
  readonly strategy: SignalEvent['strategy'];
  /** `440C`. */
  readonly option: string;
  readonly expiry: string;
  readonly strike: number;
  readonly right: 'C' | 'P';
  readonly quantity: number;
  readonly entryPrice: number;
  readonly stopPrice: number;
  readonly targetPrice: number;
  readonly update: SignalEvent['update'];
  readonly outcome: SignalOutcome | null;
  readonly exitPrice: number | null;
  readonly returnPercent: number | null;
  readonly marketAt: number;
  readonly triggeredBy: readonly string[];
  readonly riskFactors: readonly string[];
}

export type BasicResult = 'gain' | 'loss' | 'flat' | 'not-entered' | 'unknown';

/** Which side and roughly where; no expiry, strategy, quantity or price of any kind. */
export interface BasicView {
  readonly tier: 'basic';
  readonly change: SignalChange;
  readonly mode: TradingMode;
  readonly symbol: string;
  readonly right: 'C' | 'P';
  /** On the grid of `roundedStrike`. */
  readonly strikeAround: number;
  readonly update: SignalEvent['update'];
  readonly outcome: SignalOutcome | null;
  /** Null until closed. */
  readonly result: BasicResult | null;
}

/** Direction only. */
export interface FreeView {
  readonly tier: 'free';
  readonly change: 'new' | 'closed';
  readonly mode: TradingMode;
  readonly symbol: string;
  readonly direction: SignalDirection;
  readonly right: 'C' | 'P';
  /** Null until closed. */
  readonly entered: boolean | null;
}

export interface ViewOfTier {
  readonly premium: PremiumView;
  readonly basic: BasicView;
  readonly free: FreeView;
}
export type View = ViewOfTier[Tier];

/** Smallest strike from which each grid applies, and the grid, in points: about five listed strikes look alike. */
const STRIKE_GRID = [
  { from: 10_000, points: 100 },
  { from: 1_000, points: 25 },
  { from: 25, points: 5 },
  { from: 0, points: 1 },
] as const;

/** The nearest multiple of the grid for strikes of that size; halves go up, and nothing rounds to zero. */
export const roundedStrike = (strike: number): number => {
  const points = STRIKE_GRID.find((step) => strike >= step.from)?.points;
  if (points === undefined) throw new Error(`strike ${strike}: expected a number of at least 0`);
  return Math.max(points, Math.floor(strike / points + 0.5) * points);
};

const neverEntered = (outcome: SignalOutcome | null): boolean =>
  outcome === 'not-filled' || outcome === 'refused-by-broker';

/** Returns within this many percent of zero are called flat. */
const FLAT_PERCENT = 1;

const basicResult = (event: SignalEvent): BasicResult => {
  if (neverEntered(event.outcome)) return 'not-entered';
  if (event.returnPercent === null) return 'unknown';
  if (Math.abs(event.returnPercent) < FLAT_PERCENT) return 'flat';
  return event.returnPercent > 0 ? 'gain' : 'loss';
};

const premiumView = (event: SignalEvent): PremiumView => ({
  tier: 'premium',
  change: event.change,
  mode: event.mode,
  symbol: event.contract.underlying,
  direction: event.direction,
  strategy: event.strategy,
  option: `${event.contract.strike}${event.contract.right}`,
  expiry: event.contract.expiry,
  strike: event.contract.strike,
  right: event.contract.right,
  quantity: event.quantity,
  entryPrice: event.entryPrice,
  stopPrice: event.stopPrice,
  targetPrice: event.targetPrice,
  update: event.update,
  outcome: event.outcome,
  exitPrice: event.exitPrice,
  returnPercent: event.returnPercent,
  marketAt: event.marketAt,
  triggeredBy: event.triggeredBy,
  riskFactors: event.riskFactors,
});

const basicView = (event: SignalEvent): BasicView => ({
  tier: 'basic',
  change: event.change,
  mode: event.mode,
  symbol: event.contract.underlying,
  right: event.contract.right,
  strikeAround: roundedStrike(event.contract.strike),
  update: event.update,
  outcome: event.outcome,
  result: event.change === 'closed' ? basicResult(event) : null,
});

const freeView = (event: SignalEvent): FreeView | null =>
  event.change === 'updated'
    ? null
    : {
        tier: 'free',
        change: event.change,
        mode: event.mode,
        symbol: event.contract.underlying,
        direction: event.direction,
        right: event.contract.right,
        entered: event.change === 'closed' ? !neverEntered(event.outcome) : null,
      };

const REDACTIONS = { exact: premiumView, rounded: basicView, teaser: freeView } as const;

/**
 * What a tier may know of an event, as its own type; null where it may not know that the event happened (updates, for
 * Free). The table of plans says how much that is. That a repeated update of one kind is shown to Basic once only is
 * decided in `release.ts`: it needs the history.
 */
export const redact = <T extends Tier>(event: SignalEvent, tier: T): ViewOfTier[T] | null => {
  const { detail } = entitlementsOf(tier);
  const view: View | null = REDACTIONS[detail](event);
  // A table that gives a plan another plan's view would leak it under a type that says it cannot.
  if (view !== null && view.tier !== tier)
    throw new Error(`plans: ${tier} is told ${detail}, which is ${view.tier}'s view`);
  return view as ViewOfTier[T] | null;
};
