import type { Instant } from '../../../engine/core/types.ts';
import type { Listing } from '../directory.ts';
import type { Execution, Position } from '../exchange/types.ts';
import { stampAt } from '../market-clock.ts';
import { ANSWER } from './codes.ts';
import { contractFields } from './contract.ts';
import { doubleField, message, since, toAscii7 } from './fields.ts';
import { SINCE } from './versions.ts';

/** `id` -1 is a notice that belongs to no request. */
export const errorMessage = (version: number, at: Instant, id: number, code: number, text: string): string =>
  message(ANSWER.error, ...(version < SINCE.errorTime ? [2] : []), id, code, toAscii7(text)) +
  since(version, SINCE.advancedOrderReject, '') +
  since(version, SINCE.errorTime, at);

/** `requestId` -1 marks an execution as it happens rather than one that was asked for. */
export const executionMessage = (
  version: number,
  requestId: number,
  execution: Execution,
  listing: Listing,
  account: string,
): string =>
  message(ANSWER.execution, ...(version < SINCE.lastLiquidity ? [10] : []), requestId, execution.orderId) +
  contractFields(listing, execution.exchange) +
  message(
    execution.execId,
    stampAt(version, execution.at),
    account,
    execution.exchange,
    execution.side,
    execution.shares,
    execution.price,
    execution.permId,
    execution.clientId,
    0, // liquidation
    execution.cumulativeQuantity,
    execution.averagePrice,
    execution.orderRef,
    '', // evRule
    '', // evMultiplier
  ) +
  since(version, SINCE.modelsSupport, '') +
  since(version, SINCE.lastLiquidity, 2) + // removed liquidity
  since(version, SINCE.pendingPriceRevision, 0) +
  since(version, SINCE.submitter, '');

export const commissionMessage = (execution: Execution): string =>
  message(
    ANSWER.commissionReport,
    1,
    execution.execId,
    execution.commission,
    'USD',
    doubleField(execution.realizedPnl),
    doubleField(null),
    '',
  );

export const positionMessage = (position: Position, listing: Listing, account: string): string =>
  message(ANSWER.position, 3, account) +
  contractFields(listing, listing.option ? '' : listing.instrument.primaryExchange) +
  message(position.quantity, position.averageCost);

/** Position with its valuation, for account updates. */
export const portfolioMessage = (position: Position, listing: Listing, account: string, markPrice: number): string => {
  const value = position.quantity * markPrice * listing.multiplier;
  const unrealized = value - position.quantity * position.averageCost;
  const [conId, symbol, kind, expiry, strike, right, multiplier, , currency, localSymbol, tradingClass] =
    contractFields(listing, '', '0').split('\0');
  return (
    message(ANSWER.portfolioValue, 8, conId, symbol, kind, expiry, strike, right, multiplier) +
    message(listing.instrument.primaryExchange, currency, localSymbol, tradingClass) +
    message(position.quantity, markPrice, value, position.averageCost, unrealized, position.realizedPnl, account)
  );
};
