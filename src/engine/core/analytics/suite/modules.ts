import type { Instant } from '../../types.ts';
import { CHAIN_GREEKS_MODULE, chainGreeksView } from '../chain-greeks-view.ts';
import { PUT_CALL_PARITY_MODULE, putCallParityView } from '../cross-asset/put-call-parity.ts';
import { FLOW_CLASSES_MODULE, flowClassView } from '../flow-classes/flow-classes.ts';
import { CLOSING_AUCTION_MODULE } from '../forecast/closing-auction-state.ts';
import { closingAuctionView } from '../forecast/closing-auction-view.ts';
import { MEAN_REVERSION_MODULE, meanReversionView } from '../forecast/mean-reversion.ts';
import { VOLATILITY_FORECAST_MODULE, volatilityForecastView } from '../forecast/volatility-forecast.ts';
import {
  BARS_MODULE,
  barsView,
  CANDLESTICKS_MODULE,
  candlesticksView,
  INDICATORS_MODULE,
  indicatorsView,
  REALISED_VOLATILITY_MODULE,
  realisedVolatilityView,
} from '../level-one/level-one-view.ts';
import { absent, type ModuleInfo } from '../measured.ts';
import { BOOK_IMBALANCE_MODULE, bookImbalanceView } from '../micro/book-imbalance.ts';
import { BOOK_PRESSURE_MODULE, bookPressureView } from '../micro/book-pressure.ts';
import { LARGE_TRADE_FLOW_MODULE, largeTradeFlowView } from '../micro/large-trade-flow.ts';
import { LIQUIDITY_CONSUMPTION_MODULE, liquidityConsumptionView } from '../micro/liquidity-consumption.ts';
import { LIQUIDITY_SCORE_MODULE, liquidityScoreView } from '../micro/liquidity-score.ts';
import { MULTI_LEVEL_FLOW_MODULE, multiLevelFlowView } from '../micro/multi-level-flow.ts';
import { ORDER_FLOW_IMBALANCE_MODULE, orderFlowImbalanceView } from '../micro/order-flow-imbalance.ts';
import { QUOTE_INTENSITY_MODULE, quoteIntensityView } from '../micro/quote-intensity.ts';
import { SPREAD_MODULE, spreadView } from '../micro/spread.ts';
import { VENUE_SHARES_MODULE, venueSharesView } from '../micro/venue-shares.ts';
import { POSITIONING_MODULE, positioningView } from '../positioning/positioning.ts';
import { REGIME_MODULE, regimeView } from '../regime/regime.ts';
import { VENDOR_GREEKS_MODULE, vendorGreeksView } from '../vendor-greeks.ts';
import { bulkVpinView, VPIN_MODULE, vpinView } from '../vpin-view.ts';
import type { Part } from './heartbeats.ts';
import type { Suite } from './suite.ts';

/** What the suite knows of a module: its promise, whom it fails with, and how to read it. */
export interface SuiteModule {
  readonly info: ModuleInfo;
  readonly part: Part;
  /** Plain JSON whose figures are `Measured`. */
  readonly view: (suite: Suite, at: Instant) => object;
}

const micro = (info: ModuleInfo, view: (state: Suite['micro'], at: Instant) => object): SuiteModule => ({
  info,
  part: 'microstructure',
  view: (suite, at) => view(suite.micro, at),
});

const levelOne = (info: ModuleInfo, view: (state: Suite['levelOne'], at: Instant) => object): SuiteModule => ({
  info,
  part: 'level-one',
  view: (suite, at) => view(suite.levelOne, at),
});

const vpin = ({ vpin: { tickRule, bulk, aggressor, aggressorsGiven } }: Suite, at: Instant): object => ({
  tickRule: vpinView(tickRule, 'tick-rule', at),
  bulk: bulkVpinView(bulk, at),
  aggressor:
    aggressorsGiven > 0
      ? vpinView(aggressor, 'aggressor', at)
      : { classifier: 'aggressor', vpin: absent('aggressor-not-given', 'trades') },
});

/** Every module of a suite, by level. */
export const SUITE_MODULES: readonly SuiteModule[] = [
  levelOne(BARS_MODULE, barsView),
  levelOne(INDICATORS_MODULE, indicatorsView),
  levelOne(CANDLESTICKS_MODULE, candlesticksView),
  levelOne(REALISED_VOLATILITY_MODULE, realisedVolatilityView),
  {
    info: CHAIN_GREEKS_MODULE,
    part: 'chain-greeks',
    view: (suite, at) => chainGreeksView(suite.chainGreeks, at),
  },
  {
    info: VENDOR_GREEKS_MODULE,
    part: 'vendor-greeks',
    view: (suite, at) => vendorGreeksView(suite.vendorGreeks, at),
  },
  micro(SPREAD_MODULE, (state, at) => spreadView(state.spread, at)),
  micro(LIQUIDITY_SCORE_MODULE, (state, at) => liquidityScoreView(state.liquidity, at)),
  micro(BOOK_IMBALANCE_MODULE, (state, at) => bookImbalanceView(state.imbalance, at)),
  micro(BOOK_PRESSURE_MODULE, (state, at) => bookPressureView(state.pressure, at)),
  micro(ORDER_FLOW_IMBALANCE_MODULE, (state, at) => orderFlowImbalanceView(state.orderFlow, at)),
  micro(MULTI_LEVEL_FLOW_MODULE, (state, at) => multiLevelFlowView(state.multiLevelFlow, at)),
  micro(QUOTE_INTENSITY_MODULE, (state, at) => quoteIntensityView(state.intensity, at)),
  micro(LIQUIDITY_CONSUMPTION_MODULE, (state, at) => liquidityConsumptionView(state.consumption, at)),
  micro(LARGE_TRADE_FLOW_MODULE, (state, at) => largeTradeFlowView(state.largeTrades, at)),
  micro(VENUE_SHARES_MODULE, (state, at) => venueSharesView(state.venues, at)),
  {
    info: POSITIONING_MODULE,
    part: 'positioning',
    view: (suite, at) => positioningView(suite.positioning, at),
  },
  { info: VPIN_MODULE, part: 'vpin', view: vpin },
  {
    info: PUT_CALL_PARITY_MODULE,
    part: 'put-call-parity',
    view: (suite, at) => putCallParityView(suite.parity, at),
  },
  { info: FLOW_CLASSES_MODULE, part: 'flow-classes', view: (suite, at) => flowClassView(suite.flow, at) },
  { info: REGIME_MODULE, part: 'regime', view: (suite, at) => regimeView(suite.regime, at) },
  {
    info: CLOSING_AUCTION_MODULE,
    part: 'closing-auction',
    view: (suite, at) => closingAuctionView(suite.auction, at),
  },
  {
    info: VOLATILITY_FORECAST_MODULE,
    part: 'volatility-forecast',
    view: (suite, at) => volatilityForecastView(suite.volatilityForecast, at),
  },
  {
    info: MEAN_REVERSION_MODULE,
    part: 'mean-reversion',
    view: (suite, at) => meanReversionView(suite.meanReversion, at),
  },
];
