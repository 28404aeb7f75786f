import type { ExerciseStyle } from '../../pricing/exercise.ts';
import type { Instant, SessionDate } from '../../types.ts';
import type { ExposureRejection } from '../exposure-sums.ts';
import type { CarryBasis } from '../forward-carry.ts';
import type { Measured } from '../measured.ts';

/** Expiries taken together by calendar days to settlement in New York: all, today's, at most 7, at most 30. */
export type Scope = 'all' | 'zeroDte' | 'week' | 'month';
export const SCOPES: readonly Scope[] = ['all', 'zeroDte', 'week', 'month'];

/**
 * Modelled dealer exposure, from our own Greeks at the vendor's volatility. Natural: Greeks as signed; dealer: calls +,
 * puts −. All in dollars of delta: per 1 % move (gamma), per volatility point (vanna), per calendar day (charm).
 */
export interface ExposureFigures {
  readonly gex: Measured;
  readonly gexCalls: Measured;
  /** Negative. */
  readonly gexPuts: Measured;
  /** Dollars of delta per 1.00 of the underlying. */
  readonly gexPerDollar: Measured;
  readonly deltaNatural: Measured;
  readonly deltaDealer: Measured;
  readonly vannaNaturalPerPoint: Measured;
  readonly vannaDealerPerPoint: Measured;
  readonly charmNaturalPerDay: Measured;
  readonly charmDealerPerDay: Measured;
  /** From the vendor's gamma column as sent; dealer convention. */
  readonly gexVendor: Measured;
}

/** Strikes, lowest on ties; and the spot at which total gamma changes sign. */
export interface LevelFigures {
  readonly gammaFlip: Measured;
  /** Largest call gamma exposure; most negative put gamma exposure; most of both, not netted. */
  readonly callWall: Measured;
  readonly putWall: Measured;
  readonly absoluteGammaStrike: Measured;
  /** Most contracts, calls and puts. */
  readonly callWallByContracts: Measured;
  readonly putWallByContracts: Measured;
  /** Largest positive and most negative of calls and puts netted. */
  readonly netGexStrikeMax: Measured;
  readonly netGexStrikeMin: Measured;
}

export interface ScopeFigures {
  readonly scope: Scope;
  /** Live expiries, AM and PM settlement of one date apart. */
  readonly expiries: number;
  readonly openInterest: ExposureFigures & LevelFigures;
  readonly volume: ExposureFigures & LevelFigures;
  /** Strike at which the open interest would pay its holders least. */
  readonly maxPain: Measured;
  readonly putCall: PutCallFigures;
}

/** Puts over calls. */
export interface PutCallFigures {
  readonly openInterest: Measured;
  readonly volume: Measured;
  /** Dollars: volume at the middle of the quote, or the last price where there is none. */
  readonly premium: Measured;
}

export interface ExpiryFigures {
  readonly expiry: SessionDate;
  readonly settlesAm: boolean;
  /** Calendar days to settlement in New York; 0 today. */
  readonly days: number;
  readonly years: number;
  readonly openInterest: ExposureFigures;
  readonly volume: ExposureFigures;
  readonly maxPain: Measured;
  readonly volatility: VolatilityFigures;
  readonly carry: CarryFigures;
}

/** What carries spot to the forward that every figure of an expiry is priced by. */
export interface CarryFigures {
  readonly basis: CarryBasis;
  /** Dollars, at the spot of now. */
  readonly forward: Measured;
  /** Continuously compounded decimals per year; the yield makes the forward: borrow costs and dividends are in it. */
  readonly rate: number;
  readonly dividendYield: Measured;
  /** Pairs of a call and a put that agree on the forward. */
  readonly pairs: number;
}

/** How the chain was priced. */
export interface PricingFigures {
  /** American: early exercise is in every Greek of our own. */
  readonly style: ExerciseStyle;
  /** Live expiries by what their carry rests on. */
  readonly carry: Readonly<Record<CarryBasis, number>>;
  /** Where the dividends given came from. */
  readonly dividendsFrom: string;
  /** The spot that the chain's forwards start from over the spot used, less one; 0 when nothing tells them apart. */
  readonly spotShift: Measured;
}

/** Decimals per year unless said otherwise. */
export interface VolatilityFigures {
  /** At the forward, calls and puts averaged. */
  readonly atTheMoney: Measured;
  readonly put25Delta: Measured;
  readonly call25Delta: Measured;
  /** Put minus call, in volatility points (0.01). Positive: puts dearer. */
  readonly skew25DeltaPoints: Measured;
  /** Middle of call plus put at the strike nearest the forward, dollars. */
  readonly straddle: Measured;
  readonly straddleStrike: Measured;
  /** One standard deviation to settlement, S · σ · √T, dollars. */
  readonly expectedMove: Measured;
}

/** Constant maturities by total variance, interpolated between listed expiries, never beyond them. */
export interface TermFigures {
  readonly atTheMoney7Day: Measured;
  readonly atTheMoney30Day: Measured;
  /** 30 days minus 7 days, volatility points; positive: contango. */
  readonly slopePoints: Measured;
  readonly skew25Delta30DayPoints: Measured;
  readonly skew25DeltaZeroDtePoints: Measured;
  /** Of the first expiry to settle: 0DTE when there is one. */
  readonly frontStraddle: Measured;
  readonly frontExpectedMove: Measured;
  readonly frontExpiry: SessionDate | null;
}

/** What the modelled dealer must trade to stay hedged, dollars of the underlying: positive buys. */
export interface Flow {
  /** From the one Greek. */
  readonly linear: Measured;
  /** From every contract priced again. */
  readonly repriced: Measured;
  /** Repriced minus linear. */
  readonly residual: Measured;
}
export interface HedgingFigures {
  readonly perPercentUp: Flow;
  readonly perPercentDown: Flow;
  readonly perPointUp: Flow;
  /** Per hour over `charmHours`: the next hour, or what remains to the session's close when that is less. */
  readonly perHour: Flow;
  readonly charmHours: number | null;
}

export interface PositioningView {
  readonly chainAt: Instant | null;
  readonly spot: number | null;
  /** Session at whose end the open interest was counted; it is published overnight. */
  readonly openInterestDate: SessionDate | null;
  /** Session whose volume it is, cumulative to `chainAt`. */
  readonly volumeDate: SessionDate | null;
  readonly contracts: number;
  readonly rejected: Readonly<Partial<Record<PositioningRejection, number>>>;
  readonly scopes: Readonly<Record<Scope, ScopeFigures>>;
  readonly expiries: readonly ExpiryFigures[];
  /** Of Σ|gamma exposure| and of contracts traded: today's expiry over all, 0 … 1. */
  readonly zeroDteShareOfGamma: Measured;
  readonly zeroDteShareOfGammaByVolume: Measured;
  readonly zeroDteShareOfVolume: Measured;
  readonly pricing: PricingFigures;
  readonly term: TermFigures;
  readonly ivRank: IvRankFigures;
  readonly hedging: HedgingFigures;
}

export type PositioningRejection = ExposureRejection | 'volume-absent';

/** Where today's volatility stands among the sessions before it: 0 … 1. */
export interface IvRankFigures {
  /** (now − lowest) / (highest − lowest); beyond 0 … 1 when today is outside them. */
  readonly rank: Measured;
  /** Share of sessions below now, ties counted half. */
  readonly percentile: Measured;
  readonly sessions: number;
}

/** Exposure of one scope strike by strike; columns go with `strikes`, dealer convention, units of `ExposureFigures`. */
export interface StrikeColumns {
  readonly strikes: readonly number[];
  readonly callGex: readonly number[];
  readonly putGex: readonly number[];
  readonly callContracts: readonly number[];
  readonly putContracts: readonly number[];
  readonly deltaDealer: readonly number[];
  readonly vannaDealerPerPoint: readonly number[];
  readonly charmDealerPerDay: readonly number[];
}
