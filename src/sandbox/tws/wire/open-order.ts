import type { Listing } from '../directory.ts';
import type { Order } from '../exchange/types.ts';
import { twsTimestamp } from '../market-clock.ts';
import { ANSWER } from './codes.ts';
import { contractFields } from './contract.ts';
import { doubleField, message, UNSET_DOUBLE_TEXT, UNSET_INTEGER_TEXT } from './fields.ts';

/** `PendingSubmit` is a state of the client's own; TWS reports an order it merely holds as PreSubmitted. */
const stateText = (order: Order): string => (order.status === 'PendingSubmit' ? 'PreSubmitted' : order.status);

const mainFields = (order: Order, account: string): string =>
  message(
    order.terms.action,
    order.terms.totalQuantity,
    order.terms.orderType,
    order.terms.limitPrice ?? 0,
    order.terms.auxPrice ?? 0,
    order.terms.timeInForce,
    order.terms.ocaGroup,
    account,
    order.terms.openClose,
    0, // origin
    order.terms.orderRef,
  );

/** volatility … referencePriceType for an order without any. */
const noVolatility = (withAccounts: boolean): string =>
  message('', 0, 'None', '', 0, ...(withAccounts ? ['', '', '', '?'] : []), 0, 0, '', 0, 0);

const trailFields = (order: Order): string =>
  message(order.trailStop ?? order.terms.trailStopPrice, order.terms.trailingPercent);

const noScale = message(UNSET_INTEGER_TEXT, UNSET_INTEGER_TEXT, '');

/** openOrder at server version 193. Source: TWS API reference client, `EOrderDecoder`. */
export const openOrderMessage = (order: Order, listing: Listing, account: string): string =>
  message(ANSWER.openOrder, order.orderId) +
  contractFields(listing, order.exchange, '?') +
  mainFields(order, account) +
  message(order.clientId, order.permId, order.terms.outsideRth, 0, 0, '') +
  message(`${order.permId}.0/${account}/${order.terms.totalQuantity}`) +
  message('', '', '', '', '', '', '', '') + // faGroup … settlingFirm
  message(0, '', -1, 0, '', '', '', '', '', UNSET_INTEGER_TEXT) + // shortSaleSlot … displaySize
  message(0, 0, 0, '', order.terms.ocaType, 0, 0, '') + // blockOrder … nbboPriceCap
  message(order.terms.parentId, order.terms.triggerMethod) +
  noVolatility(true) +
  trailFields(order) +
  message('', '', '', 0, 0, 0) + // basisPoints … smartComboRoutingParams
  noScale +
  message('', 0, '', 'IB', 0, 0, '', 0) + // hedgeType … solicited
  message(0, stateText(order)) + // whatIf, status
  message(...Array.from({ length: 9 }, () => UNSET_DOUBLE_TEXT)) + // margins before, change, after
  message(order.commission === 0 ? '' : order.commission, '', '', order.commission === 0 ? '' : 'USD', '') +
  message(0, 0, 0, 'None') + // randomizeSize, randomizePrice, conditions, adjustedOrderType
  message(UNSET_DOUBLE_TEXT, doubleField(order.trailStop), ...Array.from({ length: 4 }, () => UNSET_DOUBLE_TEXT), 0) +
  message('', '', '', 0, 1, 0, 0, 0, '', '', 0) + // softDollarTier … autoCancelParent
  message('', '', '', '', '') + // minTradeQty … midOffsetAtHalf
  message('', 0, '', 0, '', UNSET_INTEGER_TEXT); // customerAccount … manualOrderIndicator

/** completedOrder at server version 193: no ids of the client's, the permanent id only. */
export const completedOrderMessage = (order: Order, listing: Listing, account: string): string =>
  message(ANSWER.completedOrder) +
  contractFields(listing, order.exchange, '?') +
  mainFields(order, account) +
  message(order.permId, order.terms.outsideRth, 0, 0, '') +
  message('', '', '', '', '', '', '', '') + // faGroup … settlingFirm
  message(0, '', -1, '', '', '', '', '', UNSET_INTEGER_TEXT) + // shortSaleSlot … displaySize, no auctionStrategy
  message(0, 0, '', order.terms.ocaType, order.terms.triggerMethod) +
  noVolatility(false) +
  trailFields(order) +
  message('', 0, 0, 0) +
  noScale +
  message('', '', 'IB', 0, 0, '', 0) +
  message(stateText(order), 0, 0, 0) + // status, randomizeSize, randomizePrice, conditions
  message(doubleField(order.trailStop), UNSET_DOUBLE_TEXT, 0, 1, 0, '', order.filled, UNSET_INTEGER_TEXT, 0) +
  message('Not an insider or substantial shareholder', 0, 0, '9223372036854775807') +
  message(order.completedAt === null ? '' : twsTimestamp(order.completedAt), order.completedStatus) +
  message('', '', '', '', '', '', 0);

export const orderStatusMessage = (order: Order): string =>
  message(
    ANSWER.orderStatus,
    order.orderId,
    stateText(order),
    order.filled,
    order.terms.totalQuantity - order.filled,
    order.averageFillPrice,
    order.permId,
    order.terms.parentId,
    order.lastFillPrice,
    order.clientId,
    order.status === 'PreSubmitted' && order.terms.orderType.startsWith('STP') ? 'trigger' : '',
    0, // mktCapPrice
  );
