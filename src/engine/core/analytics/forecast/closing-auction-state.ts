import { BOOK_LEVELS } from '../../market/book.ts';
import type { Instant } from '../../types.ts';
import type { ModuleInfo } from '../measured.ts';
import { createForecastRecord, type ForecastRecord } from './forecast-record.ts';
import { createRidge, RIDGE_DIMS, type Ridge } from './ridge.ts';

export interface ClosingAuctionParams {
  /** Imbalances are published from this long before the close: 15:50, or 12:50 on an early close. */
  readonly leadMs: number;
  /** A forecast is logged at the first tick from each of these on, before the close; descending. */
  readonly stagesMs: readonly number[];
  readonly tickSize: number;
  readonly tickAgeMsMax: number;
  readonly bookAgeMsMax: number;
  /** The result may be so late before its forecasts are void. */
  readonly resultWaitMs: number;
  /** Sessions that the prior (the imbalance stays as it is) counts for. */
  readonly priorSessions: number;
  readonly trendBars: number;
}
const CLOSING_AUCTION_DEFAULTS: ClosingAuctionParams = {
  leadMs: 600_000,
  stagesMs: [600_000, 300_000, 120_000],
  tickSize: 0.01,
  tickAgeMsMax: 30_000,
  bookAgeMsMax: 30_000,
  resultWaitMs: 1_800_000,
  priorSessions: 5,
  trendBars: 30,
};

/**
 * Last auction tick (shares and dollars; NaN absent), a copy of the continuous book, the trend into the close, and per
 * stage what has been learnt. Imbalance is signed: positive is to buy.
 */
export interface ClosingAuction {
  readonly params: ClosingAuctionParams;
  closeAt: number;
  tickAt: number;
  pairedShares: number;
  imbalanceShares: number;
  referencePrice: number;
  nearPrice: number;
  farPrice: number;
  readonly bookPrice: Float64Array;
  readonly bookSize: Float64Array;
  askCount: number;
  bidCount: number;
  bookAt: number;
  readonly logClose: Float64Array;
  closeCount: number;
  barAt: number;
  /** Stages logged today, and the features they were logged with. */
  stagesLogged: number;
  readonly stageFeatures: Float64Array;
  readonly stageLogged: Uint8Array;
  readonly models: readonly Ridge[];
  /** The imbalance as a share of all shares, −1 … 1; and the price of the auction in dollars. */
  readonly imbalanceRecord: ForecastRecord;
  readonly priceRecord: ForecastRecord;
  resultPrice: number;
  resultAt: number;
  refusedTicks: number;
  /** Cases learnt, as far as the ledger has heard. */
  toldCases: number;
}

export const CLOSING_AUCTION_MODULE: ModuleInfo = {
  name: 'closing-auction',
  level: 4,
  cadence: 'auction-tick',
  warmUp:
    '1 auction tick in the last 10 minutes, a book, 30 one-minute bars; 20 sessions with results to be trusted half',
  ageMsMax: 30_000,
};

export const createClosingAuction = (params = CLOSING_AUCTION_DEFAULTS): ClosingAuction => ({
  params,
  closeAt: Number.NaN,
  tickAt: Number.NaN,
  pairedShares: Number.NaN,
  imbalanceShares: Number.NaN,
  referencePrice: Number.NaN,
  nearPrice: Number.NaN,
  farPrice: Number.NaN,
  bookPrice: new Float64Array(2 * BOOK_LEVELS),
  bookSize: new Float64Array(2 * BOOK_LEVELS),
  askCount: 0,
  bidCount: 0,
  bookAt: Number.NaN,
  logClose: new Float64Array(params.trendBars + 1),
  closeCount: 0,
  barAt: Number.NaN,
  stagesLogged: 0,
  stageFeatures: new Float64Array(params.stagesMs.length * RIDGE_DIMS),
  stageLogged: new Uint8Array(params.stagesMs.length),
  models: params.stagesMs.map(() => createRidge([1, 0, 0], params.priorSessions)),
  imbalanceRecord: createForecastRecord('amount', 256),
  priceRecord: createForecastRecord('amount', 256),
  resultPrice: Number.NaN,
  resultAt: Number.NaN,
  refusedTicks: 0,
  toldCases: 0,
});

/** The last stage that has begun; −1 before the first. */
export const stageAt = (state: ClosingAuction, at: Instant): number => {
  let stage = -1;
  for (let s = 0; s < state.params.stagesMs.length; s++)
    if (at >= state.closeAt - (state.params.stagesMs[s] ?? 0)) stage = s;
  return stage;
};
