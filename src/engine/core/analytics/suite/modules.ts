import type { Instant } from '../../types.ts';
import type { ModuleInfo } from '../measured.ts';
import { BOOK_IMBALANCE_MODULE, bookImbalanceView } from '../micro/book-imbalance.ts';
import { BOOK_PRESSURE_MODULE, bookPressureView } from '../micro/book-pressure.ts';
import { SPREAD_MODULE, spreadView } from '../micro/spread.ts';
import type { Suite } from './suite.ts';

/** What the suite knows of a module: its promise, and how to read it. */
export interface SuiteModule {
  readonly info: ModuleInfo;
  /** Plain JSON whose figures are `Measured`. */
  readonly view: (suite: Suite, at: Instant) => object;
}

/** Every module; its place is its number in `Heartbeats`, and `BEAT` gives that by name. */
export const SUITE_MODULES: readonly SuiteModule[] = [
  { info: SPREAD_MODULE, view: (suite, at) => spreadView(suite.spread, at) },
  { info: BOOK_IMBALANCE_MODULE, view: (suite, at) => bookImbalanceView(suite.bookImbalance, at) },
  { info: BOOK_PRESSURE_MODULE, view: (suite, at) => bookPressureView(suite.bookPressure, at) },
];
