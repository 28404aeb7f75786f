import type { Desk, Handler } from '../desk.ts';
import type { Listing } from '../directory.ts';
import { previewOrder } from '../exchange/preview.ts';
import type { Execution, Order } from '../exchange/types.ts';
import { twsTimestamp } from '../market-clock.ts';
import type { Session } from '../session.ts';
import { commissionMessage, executionMessage } from '../wire/account.ts';
import { ANSWER } from '../wire/codes.ts';
import { message } from '../wire/fields.ts';
import { completedOrderMessage, openOrderMessage, orderStatusMessage } from '../wire/open-order.ts';
import { type PlaceOrderRequest, readPlaceOrder } from '../wire/place-order.ts';
import { SINCE } from '../wire/versions.ts';
import { resolveOne } from './resolve.ts';

const ownId = (session: Session): number => session.clientId ?? -1;

export const placeOrder: Handler = (desk, session, fields) => {
  const request = readPlaceOrder(fields);
  const { orderId, contract, terms, account, unsupported } = request;
  if (unsupported !== null) {
    return session.error(orderId, 321, `Error validating request.-'bN' : cause - ${unsupported} not supported`);
  }
  if (orderId <= 0) return session.error(orderId, 321, "Error validating request.-'bN' : cause - Invalid order id");
  if (account !== '' && account !== desk.rules.account) {
    return session.error(orderId, 321, "Error validating request.-'bN' : cause - Invalid account code");
  }
  const listing = resolveOne(desk, session, orderId, contract);
  if (!listing) return;
  if (request.whatIf) return previewWhatIf(desk, session, listing, request);
  if (desk.faults.readOnly) return session.error(orderId, 321, READ_ONLY);
  const swallow = desk.faults.takeSwallow();
  if (swallow) session.close(true);
  desk.exchange.place(ownId(session), orderId, listing, contract.exchange, terms);
};

const READ_ONLY = "Error validating request.-'bO' : cause - The API interface is currently in Read-Only mode.";

/** Answers with the order and what it would do to the account; nothing is worked. */
const previewWhatIf = (desk: Desk, session: Session, listing: Listing, request: PlaceOrderRequest): void => {
  const { orderId, contract, terms } = request;
  const { rules, exchange, market } = desk;
  const question = {
    clientId: ownId(session),
    orderId,
    listing,
    exchange: contract.exchange,
    terms,
    now: market.now(),
  };
  const found = previewOrder(exchange, rules, question);
  if (found.problem) session.sendOrder(session.errorText(orderId, found.problem.code, found.problem.text));
  else session.sendOrder(openOrderMessage(session.version, found.order, listing, rules.account, found.preview));
};

export const cancelOrder: Handler = (desk, session, fields) => {
  if (!fields.since(SINCE.cmeTaggingFields)) fields.skip(1); // version
  const orderId = fields.integer('orderId');
  if (desk.faults.readOnly) return session.error(orderId, 321, READ_ONLY);
  desk.exchange.cancel(ownId(session), orderId);
};

export const cancelAllOrders: Handler = (desk, session) => {
  if (desk.faults.readOnly) return session.error(-1, 321, READ_ONLY);
  desk.exchange.cancelAll();
};

const sendOpenOrder = (desk: Desk, session: Session, order: Order): void => {
  const listing = desk.directory.byConId(order.conId);
  if (!listing) return;
  session.sendOrder(openOrderMessage(session.version, order, listing, desk.rules.account));
  session.sendOrder(orderStatusMessage(session.version, order));
};

/** The client's own orders; client 0 also sees those entered by hand, of which there are none here. */
export const requestOpenOrders: Handler = (desk, session) => {
  for (const order of desk.exchange.orders.working()) {
    if (order.clientId === ownId(session)) sendOpenOrder(desk, session, order);
  }
  session.sendOrder(message(ANSWER.openOrderEnd, 1));
};

export const requestAllOpenOrders: Handler = (desk, session) => {
  for (const order of desk.exchange.orders.working()) sendOpenOrder(desk, session, order);
  session.sendOrder(message(ANSWER.openOrderEnd, 1));
};

export const requestAutoOpenOrders: Handler = (_desk, session, fields) => {
  fields.skip(1);
  const bind = fields.boolean('autoBind');
  if (ownId(session) !== 0) {
    return session.error(
      -1,
      321,
      "Error validating request.-'bX' : cause - only the default client (id 0) can bind orders",
    );
  }
  session.bindsAllOrders = bind;
};

export const requestCompletedOrders: Handler = (desk, session) => {
  for (const order of desk.exchange.state.orders) {
    const listing = order.completedAt === null ? null : desk.directory.byConId(order.conId);
    if (listing) session.sendOrder(completedOrderMessage(session.version, order, listing, desk.rules.account));
  }
  session.sendOrder(message(ANSWER.completedOrdersEnd));
};

interface ExecutionFilter {
  readonly clientId: number;
  readonly account: string;
  /** `yyyymmdd-hh:mm:ss` or `yyyymmdd hh:mm:ss`, in exchange time; empty for the whole day. */
  readonly since: string;
  readonly symbol: string;
  readonly secType: string;
  readonly exchange: string;
  readonly side: string;
}

export const requestExecutions: Handler = (desk, session, fields) => {
  fields.skip(1);
  const requestId = fields.integer('requestId');
  const filter: ExecutionFilter = {
    clientId: fields.integer('clientId'),
    account: fields.text('acctCode'),
    since: fields.text('time'),
    symbol: fields.text('symbol'),
    secType: fields.text('secType'),
    exchange: fields.text('exchange'),
    side: fields.text('side').toUpperCase(),
  };
  for (const execution of desk.exchange.state.executions) {
    if (passes(desk, execution, filter)) sendExecution(desk, session, execution, requestId);
  }
  session.sendOrder(message(ANSWER.executionEnd, 1, requestId));
};

const sendExecution = (desk: Desk, session: Session, execution: Execution, requestId: number): void => {
  const listing = desk.directory.byConId(execution.conId);
  if (!listing) return;
  session.sendOrder(executionMessage(session.version, requestId, execution, listing, desk.rules.account));
  session.sendOrder(commissionMessage(execution));
};

const passes = (desk: Desk, execution: Execution, filter: ExecutionFilter): boolean => {
  const listing = desk.directory.byConId(execution.conId);
  if (!listing) return false;
  const stamp = (text: string) => text.replace(/[^0-9]/g, '').slice(0, 14);
  const sides = filter.side === 'BUY' ? 'BOT' : filter.side === 'SELL' ? 'SLD' : filter.side;
  return (
    (filter.clientId === 0 || filter.clientId === execution.clientId) &&
    (filter.account === '' || filter.account === desk.rules.account) &&
    (filter.symbol === '' || filter.symbol === listing.symbol) &&
    (filter.secType === '' || filter.secType === listing.kind) &&
    (filter.exchange === '' || filter.exchange === 'SMART' || filter.exchange === execution.exchange) &&
    (sides === '' || sides === execution.side) &&
    (filter.since === '' || stamp(twsTimestamp(execution.at)) >= stamp(filter.since))
  );
};
