import { exerciseStyleOf } from '../../pricing/exercise.ts';
import type { Bars } from '../bars.ts';
import { type ChainGreekState, createChainGreekState } from '../chain-greeks-view.ts';
import { createPutCallParity, type PutCallParity } from '../cross-asset/put-call-parity.ts';
import { createFlowClasses, type FlowClasses } from '../flow-classes/flow-classes.ts';
import { type ClosingAuction, createClosingAuction } from '../forecast/closing-auction-state.ts';
import { createMeanReversion, type MeanReversion } from '../forecast/mean-reversion.ts';
import { createVolatilityForecast, type VolatilityForecast } from '../forecast/volatility-forecast.ts';
import { createLevelOne, type LevelOne } from '../level-one/level-one.ts';
import { createMicrostructure, type Microstructure } from '../micro/microstructure.ts';
import { createPositioning, type Positioning } from '../positioning/positioning.ts';
import { createRegime, type Regime } from '../regime/regime.ts';
import { createVendorGreeks, type VendorGreeks } from '../vendor-greeks.ts';
import { createVpin, type Vpin } from '../vpin.ts';
import { type BulkVpin, createBulkVpin } from '../vpin-bulk.ts';
import { createHeartbeats, type Heartbeats } from './heartbeats.ts';
import { type ChainWork, createChainWork } from './on-chain.ts';

/** A named event out of a module, with its figures. */
export interface SuiteAnomaly {
  readonly name: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

export interface SuiteVpin {
  readonly tickRule: Vpin;
  readonly bulk: BulkVpin;
  readonly aggressor: Vpin;
  /** Trades that came with their aggressor's side; without any there is no such figure. */
  aggressorsGiven: number;
}

/** Every module of one underlying. Plain data; changed by the `onSuite…` functions alone. NaN is absent. */
export interface Suite {
  readonly symbol: string;
  readonly hearts: Heartbeats;
  /** Waiting to be told: whoever folds takes them with `takeAnomalies`. */
  readonly anomalies: SuiteAnomaly[];
  bidPrice: number;
  askPrice: number;
  lastPrice: number;
  readonly levelOne: LevelOne;
  readonly micro: Microstructure;
  /** Order-flow toxicity by three ways of telling buyers from sellers. */
  readonly vpin: SuiteVpin;
  readonly flow: FlowClasses;
  readonly regime: Regime;
  readonly positioning: Positioning;
  readonly chainWork: ChainWork;
  readonly chainGreeks: ChainGreekState;
  readonly vendorGreeks: VendorGreeks;
  readonly parity: PutCallParity;
  readonly auction: ClosingAuction;
  readonly volatilityForecast: VolatilityForecast;
  readonly meanReversion: MeanReversion;
}

export interface SuiteParams {
  /** Minute bars that others read as well; from then on the suite alone folds trades into them. */
  readonly minutes?: Bars;
  /** Shares per VPIN bucket. */
  readonly bucketShares?: number;
  /** σ of bulk classification, dollars; only for a tape whose end is known. */
  readonly bulkSigma?: number;
}

export const createSuite = (symbol: string, params: SuiteParams = {}): Suite => ({
  symbol,
  hearts: createHeartbeats(),
  anomalies: [],
  bidPrice: Number.NaN,
  askPrice: Number.NaN,
  lastPrice: Number.NaN,
  levelOne: createLevelOne(params.minutes ? { minutes: params.minutes } : {}),
  micro: createMicrostructure(),
  vpin: {
    tickRule: createVpin(params.bucketShares),
    bulk: createBulkVpin({
      ...(params.bucketShares === undefined ? {} : { bucketShares: params.bucketShares }),
      ...(params.bulkSigma === undefined ? {} : { sigma: params.bulkSigma }),
    }),
    aggressor: createVpin(params.bucketShares),
    aggressorsGiven: 0,
  },
  flow: createFlowClasses(),
  regime: createRegime(),
  positioning: createPositioning(),
  chainWork: createChainWork(),
  chainGreeks: createChainGreekState(),
  vendorGreeks: createVendorGreeks(exerciseStyleOf(symbol)),
  parity: createPutCallParity(exerciseStyleOf(symbol)),
  auction: createClosingAuction(),
  volatilityForecast: createVolatilityForecast(),
  meanReversion: createMeanReversion(),
});
