import type { Desk, Handler } from '../desk.ts';
import type { Session } from '../session.ts';
import { ANSWER, REQUEST } from '../wire/codes.ts';
import { FieldReader, MalformedRequest, message } from '../wire/fields.ts';
import * as account from './account.ts';
import * as contracts from './contracts.ts';
import { requestHistoricalTicks } from './historical-ticks.ts';
import * as history from './history.ts';
import * as data from './market-data.ts';
import * as multi from './multi.ts';
import * as calculator from './option-calculator.ts';
import * as orders from './orders.ts';
import * as reference from './reference.ts';

/** Understood, with nothing to answer: ends of what was answered at once, and settings of the gateway's own. */
const nothing: Handler = () => {};

const NOT_AN_ADVISOR = "Error validating request.-'bT' : cause - FA data operations ignored for non FA customers.";

const HANDLERS: ReadonlyMap<number, Handler> = new Map<number, Handler>([
  [REQUEST.marketData, data.requestMarketData],
  [REQUEST.cancelMarketData, data.cancelMarketData],
  [REQUEST.placeOrder, orders.placeOrder],
  [REQUEST.cancelOrder, orders.cancelOrder],
  [REQUEST.openOrders, orders.requestOpenOrders],
  [REQUEST.accountUpdates, account.requestAccountUpdates],
  [REQUEST.executions, orders.requestExecutions],
  [REQUEST.ids, (desk, session) => sendNextValidId(desk, session, 0)],
  [REQUEST.contractData, contracts.requestContractDetails],
  [REQUEST.marketDepth, data.requestDepth],
  [REQUEST.cancelMarketDepth, data.cancelDepth],
  [REQUEST.newsBulletins, nothing],
  [REQUEST.cancelNewsBulletins, nothing],
  [REQUEST.setServerLogLevel, nothing],
  [REQUEST.autoOpenOrders, orders.requestAutoOpenOrders],
  [REQUEST.allOpenOrders, orders.requestAllOpenOrders],
  [REQUEST.managedAccounts, (desk, session) => sendManagedAccounts(desk, session)],
  [REQUEST.requestAdvisorData, (_desk, session) => session.error(-1, 321, NOT_AN_ADVISOR)],
  [REQUEST.replaceAdvisorData, (_desk, session) => session.error(-1, 321, NOT_AN_ADVISOR)],
  [REQUEST.historicalData, history.requestHistory],
  [REQUEST.cancelHistoricalData, history.cancelHistory],
  [
    REQUEST.exerciseOptions,
    reference.refused(1, 322, "Error processing request.-'cc' : cause - No unexercised option position"),
  ],
  [REQUEST.scannerSubscription, reference.requestScanner],
  [REQUEST.cancelScannerSubscription, nothing],
  [REQUEST.scannerParameters, reference.requestScannerParameters],
  [
    REQUEST.currentTime,
    (desk, session) => session.send(message(ANSWER.currentTime, 1, Math.floor(desk.market.now() / 1000))),
  ],
  [REQUEST.realTimeBars, data.requestBars],
  [REQUEST.cancelRealTimeBars, data.cancelBars],
  [
    REQUEST.fundamentalData,
    reference.refused(1, 430, 'We are sorry, but fundamentals data for the security specified is not available.'),
  ],
  [REQUEST.cancelFundamentalData, nothing],
  [REQUEST.calculateImpliedVolatility, calculator.calculateImpliedVolatility],
  [REQUEST.calculateOptionPrice, calculator.calculateOptionPrice],
  [REQUEST.cancelCalculateImpliedVolatility, nothing],
  [REQUEST.cancelCalculateOptionPrice, nothing],
  [REQUEST.globalCancel, orders.cancelAllOrders],
  [REQUEST.marketDataType, data.setMarketDataType],
  [REQUEST.positions, account.requestPositions],
  [REQUEST.accountSummary, account.requestAccountSummary],
  [REQUEST.cancelAccountSummary, account.cancelAccountSummary],
  [REQUEST.cancelPositions, account.cancelPositions],
  [REQUEST.queryDisplayGroups, reference.requestDisplayGroups],
  [REQUEST.subscribeToGroupEvents, reference.subscribeToGroupEvents],
  [REQUEST.updateDisplayGroup, nothing],
  [REQUEST.unsubscribeFromGroupEvents, nothing],
  [REQUEST.positionsMulti, multi.requestPositionsMulti],
  [REQUEST.cancelPositionsMulti, nothing],
  [REQUEST.accountUpdatesMulti, multi.requestAccountUpdatesMulti],
  [REQUEST.cancelAccountUpdatesMulti, nothing],
  [REQUEST.optionParameters, contracts.requestOptionParameters],
  [REQUEST.softDollarTiers, reference.requestSoftDollarTiers],
  [REQUEST.familyCodes, reference.requestFamilyCodes],
  [REQUEST.matchingSymbols, reference.requestMatchingSymbols],
  [REQUEST.marketDepthExchanges, data.requestDepthExchanges],
  [REQUEST.smartComponents, reference.requestSmartComponents],
  [REQUEST.newsArticle, reference.refused(0, 10172, 'Failed to request news article:No article')],
  [REQUEST.newsProviders, reference.requestNewsProviders],
  [REQUEST.historicalNews, reference.requestHistoricalNews],
  [REQUEST.headTimestamp, history.requestHeadTimestamp],
  [REQUEST.histogram, history.requestHistogram],
  [REQUEST.cancelHistogram, nothing],
  [REQUEST.cancelHeadTimestamp, nothing],
  [REQUEST.marketRule, contracts.requestMarketRule],
  [REQUEST.pnl, multi.requestPnl],
  [REQUEST.cancelPnl, multi.cancelPnl],
  [REQUEST.pnlSingle, multi.requestPnlSingle],
  [REQUEST.cancelPnlSingle, multi.cancelPnl],
  [REQUEST.historicalTicks, requestHistoricalTicks],
  [REQUEST.tickByTick, data.requestTickByTick],
  [REQUEST.cancelTickByTick, data.cancelTickByTick],
  [REQUEST.completedOrders, orders.requestCompletedOrders],
  [REQUEST.wshMetaData, reference.refused(0, 10276, 'News feed is not allowed.')],
  [REQUEST.cancelWshMetaData, nothing],
  [REQUEST.wshEventData, reference.refused(0, 10276, 'News feed is not allowed.')],
  [REQUEST.cancelWshEventData, nothing],
  [REQUEST.userInfo, reference.requestUserInfo],
  [
    REQUEST.currentTimeInMillis,
    (desk, session) => session.send(message(ANSWER.currentTimeInMillis, Math.floor(desk.market.now()))),
  ],
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
