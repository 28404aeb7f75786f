import type { Book } from '../../market/book.ts';
import type { ModuleInfo } from '../measured.ts';
import type { BookImbalance, BookImbalanceView } from './book-imbalance.ts';
import {
  BOOK_IMBALANCE_MODULE,
  bookImbalanceView,
  createBookImbalance,
  onBookImbalanceBook,
} from './book-imbalance.ts';
import type { BookPressure, BookPressureView } from './book-pressure.ts';
import { BOOK_PRESSURE_MODULE, bookPressureView, createBookPressure, onBookPressureBook } from './book-pressure.ts';
import type { LargeTradeFlow, LargeTradeFlowParams, LargeTradeFlowView } from './large-trade-flow.ts';
import { createLargeTradeFlow, LARGE_TRADE_FLOW_MODULE, largeTradeFlowView, onLargeTrade } from './large-trade-flow.ts';
import {
  createLiquidityConsumption,
  LIQUIDITY_CONSUMPTION_MODULE,
  type LiquidityConsumption,
  type LiquidityConsumptionParams,
  type LiquidityConsumptionView,
  liquidityConsumptionView,
  onConsumptionBook,
  onConsumptionTrade,
} from './liquidity-consumption.ts';
import {
  createLiquidityScore,
  LIQUIDITY_SCORE_MODULE,
  type LiquidityScore,
  type LiquidityScoreParams,
  type LiquidityScoreView,
  liquidityScoreView,
  onLiquidityBook,
} from './liquidity-score.ts';
import {
  createMultiLevelFlow,
  MULTI_LEVEL_FLOW_MODULE,
  type MultiLevelFlow,
  type MultiLevelFlowView,
  multiLevelFlowView,
  onMultiLevelBook,
} from './multi-level-flow.ts';
import {
  createOrderFlowImbalance,
  ORDER_FLOW_IMBALANCE_MODULE,
  type OrderFlowImbalance,
  type OrderFlowImbalanceParams,
  type OrderFlowImbalanceView,
  onOrderFlowQuote,
  orderFlowImbalanceView,
} from './order-flow-imbalance.ts';
import {
  createQuoteIntensity,
  onIntensityQuote,
  onIntensityTimer,
  onIntensityTrade,
  QUOTE_INTENSITY_MODULE,
  type QuoteIntensity,
  type QuoteIntensityParams,
  type QuoteIntensityView,
  quoteIntensityView,
} from './quote-intensity.ts';
import type { SpreadView } from './spread.ts';
import { createSpread, onSpreadQuote, onSpreadTrade, SPREAD_MODULE, type Spread, spreadView } from './spread.ts';
import { createTradeSign, signTrade, type TradeSign } from './trade-sign.ts';
import type { VenueShares, VenueSharesView } from './venue-shares.ts';
import { createVenueShares, onVenueBook, onVenueTrade, VENUE_SHARES_MODULE, venueSharesView } from './venue-shares.ts';

/** Everything of level 2 for one symbol. */
export interface Microstructure {
  readonly tradeSign: TradeSign;
  readonly spread: Spread;
  readonly orderFlow: OrderFlowImbalance;
  readonly multiLevelFlow: MultiLevelFlow;
  readonly imbalance: BookImbalance;
  readonly pressure: BookPressure;
  readonly liquidity: LiquidityScore;
  readonly intensity: QuoteIntensity;
  readonly consumption: LiquidityConsumption;
  readonly largeTrades: LargeTradeFlow;
  readonly venues: VenueShares;
}

export interface MicrostructureParams {
  readonly orderFlow: Partial<OrderFlowImbalanceParams>;
  readonly liquidity: Partial<LiquidityScoreParams>;
  readonly intensity: Partial<QuoteIntensityParams>;
  readonly consumption: Partial<LiquidityConsumptionParams>;
  readonly largeTrades: Partial<LargeTradeFlowParams>;
}

export interface MicrostructureView {
  readonly spread: SpreadView;
  readonly orderFlow: OrderFlowImbalanceView;
  readonly multiLevelFlow: MultiLevelFlowView;
  readonly imbalance: BookImbalanceView;
  readonly pressure: BookPressureView;
  readonly liquidity: LiquidityScoreView;
  readonly intensity: QuoteIntensityView;
  readonly consumption: LiquidityConsumptionView;
  readonly largeTrades: LargeTradeFlowView;
  readonly venues: VenueSharesView;
}

export const MICROSTRUCTURE_MODULES: readonly ModuleInfo[] = [
  SPREAD_MODULE,
  ORDER_FLOW_IMBALANCE_MODULE,
  MULTI_LEVEL_FLOW_MODULE,
  BOOK_IMBALANCE_MODULE,
  BOOK_PRESSURE_MODULE,
  LIQUIDITY_SCORE_MODULE,
  QUOTE_INTENSITY_MODULE,
  LIQUIDITY_CONSUMPTION_MODULE,
  LARGE_TRADE_FLOW_MODULE,
  VENUE_SHARES_MODULE,
];

export const createMicrostructure = (params: Partial<MicrostructureParams> = {}): Microstructure => ({
  tradeSign: createTradeSign(),
  spread: createSpread(),
  orderFlow: createOrderFlowImbalance(params.orderFlow),
  multiLevelFlow: createMultiLevelFlow(),
  imbalance: createBookImbalance(),
  pressure: createBookPressure(),
  liquidity: createLiquidityScore(params.liquidity),
  intensity: createQuoteIntensity(params.intensity),
  consumption: createLiquidityConsumption(params.consumption),
  largeTrades: createLargeTradeFlow(params.largeTrades),
  venues: createVenueShares(),
});

/** The best quotes after a change; NaN where the vendor sent nothing. Prices in dollars, sizes in shares. */
export const onMicroQuote = (
  state: Microstructure,
  bidPrice: number,
  bidSize: number,
  askPrice: number,
  askSize: number,
  at: number,
): void => {
  onSpreadQuote(state.spread, bidPrice, askPrice, at);
  onOrderFlowQuote(state.orderFlow, bidPrice, bidSize, askPrice, askSize, at);
  onIntensityQuote(state.intensity, at);
};

/** One print. Returns the side of its aggressor: 1 buyer, −1 seller, 0 unknown. */
export const onMicroTrade = (state: Microstructure, price: number, size: number, venue: string, at: number): number => {
  const sign = signTrade(state.tradeSign, price, state.spread.bidPrice, state.spread.askPrice);
  onSpreadTrade(state.spread, price, size, sign, at);
  onIntensityTrade(state.intensity, at);
  onConsumptionTrade(state.consumption, price, size, sign, at);
  onLargeTrade(state.largeTrades, price, size, sign, at);
  onVenueTrade(state.venues, venue, size, at);
  return sign;
};

/** The book after a row change. */
export const onMicroBook = (state: Microstructure, book: Book, at: number): void => {
  onBookImbalanceBook(state.imbalance, book, at);
  onBookPressureBook(state.pressure, book, at);
  onLiquidityBook(state.liquidity, book, at);
  onConsumptionBook(state.consumption, book, at);
  onMultiLevelBook(state.multiLevelFlow, book, at);
  onVenueBook(state.venues, book, at);
};

export const onMicroTimer = (state: Microstructure, at: number): void => onIntensityTimer(state.intensity, at);

export const microView = (state: Microstructure, at: number): MicrostructureView => ({
  spread: spreadView(state.spread, at),
  orderFlow: orderFlowImbalanceView(state.orderFlow, at),
  multiLevelFlow: multiLevelFlowView(state.multiLevelFlow, at),
  imbalance: bookImbalanceView(state.imbalance, at),
  pressure: bookPressureView(state.pressure, at),
  liquidity: liquidityScoreView(state.liquidity, at),
  intensity: quoteIntensityView(state.intensity, at),
  consumption: liquidityConsumptionView(state.consumption, at),
  largeTrades: largeTradeFlowView(state.largeTrades, at),
  venues: venueSharesView(state.venues, at),
});
