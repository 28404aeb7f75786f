import { type Instant, instant } from '../../types.ts';
import { absent, type Measured, measured } from '../measured.ts';
import { auctionFeatures, auctionPrice, foretellRatio } from './closing-auction-model.ts';
import { type ClosingAuction, stageAt } from './closing-auction-state.ts';
import { type ForecastRecordView, forecastRecordView } from './forecast-record.ts';

export interface ClosingAuctionView {
  /** Shares, signed: positive to buy. */
  readonly imbalanceNow: Measured;
  readonly pairedShares: Measured;
  /** At the close; shares, and as a share of all shares, −1 … 1. */
  readonly imbalanceForecast: Measured;
  readonly ratioForecast: Measured;
  /** Dollars. */
  readonly priceForecast: Measured;
  readonly nearPrice: Measured;
  readonly farPrice: Measured;
  readonly lastResult: Measured;
  readonly stage: number;
  readonly imbalanceRecord: ForecastRecordView;
  readonly priceRecord: ForecastRecordView;
  readonly refusedTicks: number;
}

const absenceAt = (state: ClosingAuction, at: Instant): string | null => {
  if (Number.isNaN(state.closeAt)) return 'no-session';
  if (at >= state.closeAt) return 'auction-over';
  if (at < state.closeAt - state.params.leadMs) return 'before-imbalances';
  if (Number.isNaN(state.tickAt)) return 'no-auction-tick';
  return at - state.tickAt <= state.params.tickAgeMsMax ? null : 'stale';
};

/** Confidence of a forecast: n / (n + 20) sessions learnt from at this stage; 0 while it only repeats what is. */
export const closingAuctionView = (state: ClosingAuction, at: Instant): ClosingAuctionView => {
  const reason = absenceAt(state, at);
  const asOf = instant(state.tickAt);
  const tick = (value: number, why: string): Measured =>
    reason !== null || Number.isNaN(value) ? absent(reason ?? why, 'auction') : measured(value, asOf, 'auction');
  const stage = stageAt(state, at);
  const model = state.models[stage];
  const features = reason ?? auctionFeatures(state, at);
  const ratio = model === undefined || typeof features === 'string' ? features : foretellRatio(model, features);
  const cases = model?.cases ?? 0;
  const said = (value: number | string): Measured =>
    typeof value === 'number' ? measured(value, asOf, 'forecast', cases / (cases + 20)) : absent(value, 'forecast');
  const shares = state.pairedShares + Math.abs(state.imbalanceShares);
  const known = typeof ratio === 'number' ? ratio : null;
  const missing = typeof ratio === 'string' ? ratio : 'no-stage';
  return {
    imbalanceNow: tick(state.imbalanceShares, 'not-published'),
    pairedShares: tick(state.pairedShares, 'not-published'),
    imbalanceForecast: said(known === null ? missing : Math.round(known * shares)),
    ratioForecast: said(known ?? missing),
    priceForecast: said(known === null ? missing : auctionPrice(state, known, at)),
    nearPrice: tick(state.nearPrice, 'not-published'),
    farPrice: tick(state.farPrice, 'not-published'),
    lastResult: Number.isNaN(state.resultAt)
      ? absent('no-result', 'auction')
      : measured(state.resultPrice, instant(state.resultAt), 'auction'),
    stage,
    imbalanceRecord: forecastRecordView(state.imbalanceRecord),
    priceRecord: forecastRecordView(state.priceRecord),
    refusedTicks: state.refusedTicks,
  };
};
