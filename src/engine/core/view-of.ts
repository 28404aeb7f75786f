import { barAt } from './analytics/bars.ts';
import type { Exposure } from './analytics/exposure.ts';
import { bookImbalance } from './analytics/imbalance.ts';
import { crossView } from './analytics/suite/cross.ts';
import { suiteView, summarise } from './analytics/suite/suite-view.ts';
import { vpinOf } from './analytics/vpin.ts';
import { isLive } from './execution/order.ts';
import { averagePrice } from './execution/position.ts';
import { markPrice, profitToday, realised, unrealised } from './execution/profit.ts';
import { isOpen, openQuantity, type Trade } from './execution/trade.ts';
import { isCrossed } from './market/book.ts';
import { sessionAt, useCalendar } from './market/calendar.ts';
import { netRange } from './risk/net-greeks.ts';
import type { State, SymbolState } from './state.ts';
import { IMBALANCE_LEVELS } from './strategies/zero-dte-gamma.ts';
import { streamKey } from './streams.ts';
import type { Instant } from './types.ts';
import type { EngineView, ExposureView, Figure, SymbolView } from './view.ts';
import { sourcesView } from './view-of-sources.ts';

const figure = (value: number, asOf: number, reason: string): Figure =>
  Number.isFinite(value) && Number.isFinite(asOf) ? { value, asOf: asOf as Instant } : { value: null, reason };

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

const exposureView = (exposure: Exposure): ExposureView => ({
  asOf: exposure.chainAt,
  basis: exposure.basis,
  spot: exposure.spot,
  contracts: exposure.contracts,
  rejected: { ...exposure.rejected },
  gex: exposure.gex,
  gexOwn: exposure.gexOwn,
  gammaFlip: exposure.gammaFlip,
  callWall: exposure.callWall,
  putWall: exposure.putWall,
  absoluteGammaStrike: exposure.absoluteGammaStrike,
});

const imbalanceFigure = (symbol: SymbolState): Figure => {
  const { book } = symbol;
  if (book.broken) return { value: null, reason: 'book-broken' };
  if (isCrossed(book)) return { value: null, reason: 'book-crossed' };
  return figure(bookImbalance(book, IMBALANCE_LEVELS), symbol.bookAt, 'book-empty');
};

/** Why there is no side of a quote: what is wrong with its stream, or that the quote had none. */
const noQuote = (state: State, symbol: SymbolState, reason: string): string =>
  symbol.quotesOfNow ? reason : (state.streams.get(streamKey('ibkr.quotes', symbol.symbol))?.state ?? reason);

const symbolView = (state: State, symbol: SymbolState, at: Instant): SymbolView => {
  const bar = barAt(symbol.bars, 0) ?? barAt(symbol.bars, 1);
  const { vpin } = symbol;
  return {
    symbol: symbol.symbol,
    role: symbol.role,
    lastPrice: figure(symbol.lastPrice, Number.isFinite(symbol.tradeAt) ? symbol.tradeAt : symbol.quoteAt, 'no-trade'),
    bidPrice: figure(symbol.bidPrice, symbol.quoteAt, noQuote(state, symbol, 'no-bid')),
    askPrice: figure(symbol.askPrice, symbol.quoteAt, noQuote(state, symbol, 'no-ask')),
    bar: bar && {
      openAt: bar.openAt,
      open: bar.open,
      high: bar.high,
      low: bar.low,
      close: bar.close,
      volume: bar.volume,
      trades: bar.trades,
    },
    trades: symbol.trades,
    vpin: {
      ...figure(vpinOf(vpin), vpin.lastBucketAt, `${vpin.bucketCount} of ${vpin.window} buckets`),
      buckets: vpin.bucketCount,
      classifier: 'tick-rule',
      bucketShares: vpin.bucketShares,
    },
    bookImbalance: imbalanceFigure(symbol),
    exposure: symbol.exposure && exposureView(symbol.exposure),
    analytics: summarise(
      suiteView(symbol.suite, at).modules.filter(
        ({ state: module }) => symbol.role === 'traded' || module !== 'waiting',
      ),
    ),
  };
};

const exposureFigures = (state: State, at: Instant): EngineView['exposure'] => {
  const range = netRange(state, at);
  if ('absent' in range) {
    const absent: Figure = { value: null, reason: `greeks-absent ${range.absent}` };
    return { netDelta: absent, netGamma: absent, netThetaPerDay: absent };
  }
  const { delta, gamma, thetaPerDay } = range.held;
  return {
    netDelta: { value: delta, asOf: at },
    netGamma: { value: gamma, asOf: at },
    netThetaPerDay: { value: thetaPerDay, asOf: at },
  };
};

const stopOf = (trade: Trade) =>
  trade.orders.findLast((order) => order.ticket.purpose === 'protective-stop' && isLive(order));

const positionView = (state: State, trade: Trade): EngineView['positions'][number] => {
  const stop = stopOf(trade);
  return {
    contractId: trade.contract.id,
    signalId: trade.signalId,
    quantity: openQuantity(trade),
    averagePrice: averagePrice(trade.position, trade.contract.multiplier),
    markPrice: finite(markPrice(state, trade)),
    unrealised: finite(unrealised(state, trade)),
    realised: realised(trade),
    stopPrice: stop?.ticket.stopPrice ?? null,
    stopQuantity: stop ? stop.ticket.quantity - stop.filled : 0,
  };
};

const ordersView = (trades: readonly Trade[]): EngineView['orders'] =>
  trades.flatMap((trade) =>
    trade.orders
      .filter((order) => isLive(order))
      .map(({ ticket, filled, state }) => ({
        clientOrderId: ticket.clientOrderId,
        purpose: ticket.purpose,
        contractId: ticket.contract.id,
        side: ticket.side,
        type: ticket.type,
        quantity: ticket.quantity,
        filled,
        price: ticket.limitPrice ?? ticket.stopPrice,
        status: state,
      })),
  );

const feedsView = (state: State, at: Instant): EngineView['feeds'] =>
  [...state.feeds].map(([feed, record]) => ({
    feed,
    state: record.state ?? 'connecting',
    reason: record.state === null ? 'not reported yet' : record.reason,
    ageMs: finite(at - record.receivedAt),
    received: record.received,
    refused: record.refused,
  }));

const dollars = (micros: number | null): number | null => (micros === null ? null : micros / 1e6);

/** Our own books alone: what is held and what rests. */
export const booksView = (state: State): Pick<EngineView, 'orders' | 'positions'> => {
  const trades = [...state.trading.trades.values()];
  return {
    orders: ordersView(trades),
    positions: trades.filter((trade) => openQuantity(trade) !== 0).map((trade) => positionView(state, trade)),
  };
};

/** What operators see. Pure: reads the state and changes nothing; the result is plain JSON. */
export const viewOf = (state: State, at: Instant): EngineView => {
  const { trading, broker } = state;
  useCalendar(state.calendar);
  const session = sessionAt(at);
  const trades = [...trading.trades.values()];
  const { engaged, by, reason, since, flat } = trading.kill;
  return {
    runId: state.runId,
    seq: state.seq,
    marketAt: at,
    sessionDate: session?.date ?? null,
    sessionOpen: session !== null,
    mode: state.mode,
    control: trading.control,
    kill: { engaged, by, reason, since, flat },
    broker: {
      connected: broker.connected,
      synced: broker.synced,
      account: broker.account,
      netLiquidation: dollars(broker.netLiquidation),
      buyingPower: dollars(broker.buyingPower),
    },
    feeds: feedsView(state, at),
    sources: sourcesView(state, at),
    limits: state.limits,
    exposure: exposureFigures(state, at),
    symbols: [...state.symbols.values()].map((symbol) => symbolView(state, symbol, at)),
    crossAsset: summarise(crossView(state.cross, at)),
    ...booksView(state),
    realisedToday: profitToday(state, at).realised,
    openSignals: trades.filter(isOpen).map(({ told }) => told),
    lastDenials: [...state.denials],
    anomalies: [...state.anomalies],
  };
};
