import type { Bars } from '../bars.ts';
import { createLevelOne, type LevelOne } from '../level-one/level-one.ts';
import { type BookImbalance, createBookImbalance } from '../micro/book-imbalance.ts';
import { type BookPressure, createBookPressure } from '../micro/book-pressure.ts';
import { createSpread, type Spread } from '../micro/spread.ts';
import { createTradeSign, type TradeSign } from '../micro/trade-sign.ts';
import { createHeartbeats, type Heartbeats } from './heartbeats.ts';

/** A named event out of a module, with its figures. */
export interface SuiteAnomaly {
  readonly name: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

/** Every module of one underlying. Plain data; changed by the `onSuite…` functions alone. NaN is absent. */
export interface Suite {
  readonly symbol: string;
  readonly hearts: Heartbeats;
  /** Waiting to be told; whoever folds takes them with `takeAnomalies`. */
  readonly anomalies: SuiteAnomaly[];
  bidPrice: number;
  askPrice: number;
  lastPrice: number;
  readonly levelOne: LevelOne;
  readonly sign: TradeSign;
  readonly spread: Spread;
  readonly bookImbalance: BookImbalance;
  readonly bookPressure: BookPressure;
}

export interface SuiteParams {
  /** Minute bars that others read as well; from then on the suite alone folds trades into them. */
  readonly minutes?: Bars;
}

export const createSuite = (symbol: string, params: SuiteParams = {}): Suite => ({
  symbol,
  hearts: createHeartbeats(),
  anomalies: [],
  bidPrice: Number.NaN,
  askPrice: Number.NaN,
  lastPrice: Number.NaN,
  levelOne: createLevelOne(params.minutes ? { minutes: params.minutes } : {}),
  sign: createTradeSign(),
  spread: createSpread(),
  bookImbalance: createBookImbalance(),
  bookPressure: createBookPressure(),
});
