import type { Listing } from '../directory.ts';
import type { Order } from '../exchange/types.ts';
import { stampAt } from '../market-clock.ts';
import { ANSWER } from './codes.ts';
import { contractFields } from './contract.ts';
import { doubleField, message, since, UNSET_DOUBLE_TEXT, UNSET_INTEGER_TEXT } from './fields.ts';
import { SINCE } from './versions.ts';

/** What an order would do to the account, in dollars: the answer to a what-if order. */
export interface OrderPreview {
  readonly initialMargin: Change;
  readonly maintenanceMargin: Change;
  readonly equityWithLoan: Change;
  readonly commission: number;
}
interface Change {
  readonly before: number;
  readonly change: number;
  readonly after: number;
}

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

/** faGroup, faMethod, faPercentage, faProfile, modelCode, goodTillDate, rule80A, percentOffset, settlingFirm. */
const advisorFields = (version: number): string =>
  message('', '', '') +
  (version < SINCE.faProfileDesupport ? message('') : '') +
  since(version, SINCE.modelsSupport, '') +
  message('', '', '', '');

/** volatility … referencePriceType for an order without any. */
const noVolatility = (withAccounts: boolean): string =>
  message('', 0, 'None', '', 0, ...(withAccounts ? ['', '', '', '?'] : []), 0, 0, '', 0, 0);

const trailFields = (order: Order): string =>
  message(order.trailStop ?? order.terms.trailStopPrice, order.terms.trailingPercent);

const noScale = message(UNSET_INTEGER_TEXT, UNSET_INTEGER_TEXT, '');

const unsetDoubles = (count: number): string => message(...Array.from({ length: count }, () => UNSET_DOUBLE_TEXT));

/** whatIf, status, margins before, change and after, commission, warning. */
const stateFields = (version: number, order: Order, preview: OrderPreview | null): string => {
  const { commission } = preview ?? order;
  const margins = preview && [preview.initialMargin, preview.maintenanceMargin, preview.equityWithLoan];
  const row = (pick: (change: Change) => number) =>
    margins ? message(...margins.map((change) => pick(change).toFixed(2))) : unsetDoubles(3);
  return (
    message(preview !== null, stateText(order)) +
    (version >= SINCE.whatIfExtFields ? row(({ before }) => before) + row(({ change }) => change) : '') +
    row(({ after }) => after) +
    message(commission === 0 ? '' : commission, '', '', commission === 0 ? '' : 'USD') +
    // marginCurrency, nine margins outside regular hours, suggestedSize, rejectReason, no allocations
    (version >= SINCE.fullOrderPreview ? message('') + unsetDoubles(9) + message('', '', 0) : '') +
    message('')
  );
};

/** softDollarTier … imbalanceOnly: what the versions since 106 have added. */
const lateFields = (version: number): string =>
  since(version, SINCE.softDollarTier, '', '', '') +
  since(version, SINCE.cashQty, 0) +
  since(version, SINCE.autoPriceForHedge, 1) +
  since(version, SINCE.orderContainer, 0) +
  since(version, SINCE.dPegOrders, 0) +
  since(version, SINCE.priceMgmtAlgo, 0) +
  since(version, SINCE.duration, '') +
  since(version, SINCE.postToAts, '') +
  since(version, SINCE.autoCancelParent, 0) +
  since(version, SINCE.pegBestPegMidOffsets, '', '', '', '', '') +
  since(version, SINCE.customerAccount, '') +
  since(version, SINCE.professionalCustomer, 0) +
  since(version, SINCE.bondAccruedInterest, '') +
  since(version, SINCE.includeOvernight, 0) +
  since(version, SINCE.cmeTaggingFieldsInOpenOrder, '', UNSET_INTEGER_TEXT) +
  since(version, SINCE.submitter, '') +
  since(version, SINCE.imbalanceOnly, 0);

/** openOrder of the message's own version 34, by server version. Source: TWS API reference client, `EOrderDecoder`. */
export const openOrderMessage = (
  version: number,
  order: Order,
  listing: Listing,
  account: string,
  preview: OrderPreview | null = null,
): string =>
  message(ANSWER.openOrder, ...(version < SINCE.orderContainer ? [34] : []), order.orderId) +
  contractFields(listing, order.exchange, '?') +
  mainFields(order, account) +
  message(order.clientId, order.permId, order.terms.outsideRth, 0, 0, '') +
  message(`${order.permId}.0/${account}/${order.terms.totalQuantity}`) +
  advisorFields(version) +
  message(0, '', -1, 0, '', '', '', '', '', UNSET_INTEGER_TEXT) + // shortSaleSlot … displaySize
  message(0, 0, 0, '', order.terms.ocaType, 0, 0, '') + // blockOrder … nbboPriceCap
  message(order.terms.parentId, order.terms.triggerMethod) +
  noVolatility(true) +
  trailFields(order) +
  message('', '', '', 0, 0, 0) + // basisPoints … smartComboRoutingParams
  noScale +
  message('', 0, '', 'IB', 0, 0, '', 0) + // hedgeType … solicited
  stateFields(version, order, preview) +
  message(0, 0) + // randomizeSize, randomizePrice
  since(version, SINCE.peggedToBenchmark, 0, 'None', UNSET_DOUBLE_TEXT, doubleField(order.trailStop)) +
  (version >= SINCE.peggedToBenchmark ? unsetDoubles(4) + message(0) : '') +
  lateFields(version);

/** completedOrder, by server version (150 and later): no ids of the client's, the permanent id only. */
export const completedOrderMessage = (version: number, order: Order, listing: Listing, account: string): string =>
  message(ANSWER.completedOrder) +
  contractFields(listing, order.exchange, '?') +
  mainFields(order, account) +
  message(order.permId, order.terms.outsideRth, 0, 0, '') +
  advisorFields(version) +
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
  message(order.completedAt === null ? '' : stampAt(version, order.completedAt), order.completedStatus) +
  since(version, SINCE.pegBestPegMidOffsets, '', '', '', '', '') +
  since(version, SINCE.customerAccount, '') +
  since(version, SINCE.professionalCustomer, 0) +
  since(version, SINCE.submitter, '');

export const orderStatusMessage = (version: number, order: Order): string =>
  message(ANSWER.orderStatus, ...(version < SINCE.marketCapPrice ? [6] : [])) +
  message(
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
  ) +
  since(version, SINCE.marketCapPrice, 0);
