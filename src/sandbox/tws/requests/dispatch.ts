import type { Desk, Handler } from '../desk.ts';
import type { Session } from '../session.ts';
import { ANSWER, REQUEST } from '../wire/codes.ts';
import { FieldReader, MalformedRequest, message } from '../wire/fields.ts';
import {
  cancelAccountSummary,
  cancelPositions,
  requestAccountSummary,
  requestAccountUpdates,
  requestPositions,
} from './account.ts';
import { requestContractDetails, requestMarketRule, requestOptionParameters } from './contracts.ts';
import { requestHistory } from './history.ts';
import {
  cancelBars,
  cancelDepth,
  cancelMarketData,
  cancelTickByTick,
  requestBars,
  requestDepth,
  requestDepthExchanges,
  requestMarketData,
  requestTickByTick,
  setMarketDataType,
} from './market-data.ts';
import {
  cancelAllOrders,
  cancelOrder,
  placeOrder,
  requestAllOpenOrders,
  requestAutoOpenOrders,
  requestCompletedOrders,
  requestExecutions,
  requestOpenOrders,
} from './orders.ts';

const nothing: Handler = () => {};

const HANDLERS: ReadonlyMap<number, Handler> = new Map<number, Handler>([
  [REQUEST.marketData, requestMarketData],
  [REQUEST.cancelMarketData, cancelMarketData],
  [REQUEST.placeOrder, placeOrder],
  [REQUEST.cancelOrder, cancelOrder],
  [REQUEST.openOrders, requestOpenOrders],
  [REQUEST.accountUpdates, requestAccountUpdates],
  [REQUEST.executions, requestExecutions],
  [REQUEST.ids, (desk, session) => sendNextValidId(desk, session, 0)],
  [REQUEST.contractData, requestContractDetails],
  [REQUEST.marketDepth, requestDepth],
  [REQUEST.cancelMarketDepth, cancelDepth],
  [REQUEST.setServerLogLevel, nothing],
  [REQUEST.autoOpenOrders, requestAutoOpenOrders],
  [REQUEST.allOpenOrders, requestAllOpenOrders],
  [REQUEST.managedAccounts, (desk, session) => sendManagedAccounts(desk, session)],
  [REQUEST.historicalData, requestHistory],
  [REQUEST.cancelHistoricalData, nothing],
  [
    REQUEST.currentTime,
    (desk, session) => session.send(message(ANSWER.currentTime, 1, Math.floor(desk.market.now() / 1000))),
  ],
  [REQUEST.realTimeBars, requestBars],
  [REQUEST.cancelRealTimeBars, cancelBars],
  [REQUEST.globalCancel, cancelAllOrders],
  [REQUEST.marketDataType, setMarketDataType],
  [REQUEST.positions, requestPositions],
  [REQUEST.accountSummary, requestAccountSummary],
  [REQUEST.cancelAccountSummary, cancelAccountSummary],
  [REQUEST.cancelPositions, cancelPositions],
  [REQUEST.optionParameters, requestOptionParameters],
  [REQUEST.marketDepthExchanges, requestDepthExchanges],
  [REQUEST.marketRule, requestMarketRule],
  [REQUEST.tickByTick, requestTickByTick],
  [REQUEST.cancelTickByTick, cancelTickByTick],
  [REQUEST.completedOrders, requestCompletedOrders],
]);

export const sendNextValidId = (desk: Desk, session: Session, rollBackBy: number): void => {
  const next = Math.max(1, desk.exchange.orders.nextId(session.clientId ?? -1) - rollBackBy);
  session.send(message(ANSWER.nextValidId, 1, next));
};

export const sendManagedAccounts = (desk: Desk, session: Session): void =>
  session.send(message(ANSWER.managedAccounts, 1, desk.rules.account));

/** Runs one request. What cannot be read is answered with 320, what is not known with 505; nothing throws. */
export const dispatch = (desk: Desk, session: Session, fieldTexts: readonly string[]): void => {
  const fields = new FieldReader(fieldTexts, session.version);
  try {
    const id = fields.integer('message id');
    const handler = HANDLERS.get(id);
    if (handler) handler(desk, session, fields);
    else session.error(-1, 505, `Fatal Error: Unknown message id. (${id})`);
  } catch (error) {
    if (!(error instanceof MalformedRequest)) throw error;
    const text = `Error reading request. Message id ${fieldTexts[0]?.slice(0, 10)}: ${error.message}`;
    desk.log(`client ${session.clientId}: ${text}`);
    session.error(-1, 320, text);
  }
};
