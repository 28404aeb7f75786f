import type { Listing } from '../directory.ts';
import type { Account } from './account.ts';
import type { OrderStore } from './order-store.ts';
import { isOnTick } from './rules.ts';
import { isWorking, type Order, type OrderTerms, type Rejection, remaining } from './types.ts';

const reject = (code: number, text: string): Rejection => ({ code, text });
const dollars = (amount: number) => amount.toFixed(2);

/** Checks that need no account: sizes, prices, kinds. Null when sound. */
export const termsProblem = (listing: Listing, terms: OrderTerms): Rejection | null => {
  if (listing.kind === 'IND') return reject(201, 'Order rejected - reason:An index cannot be traded');
  if (terms.totalQuantity === 0) return reject(434, 'The order size cannot be zero.');
  if (!Number.isInteger(terms.totalQuantity) || terms.totalQuantity < 0) {
    return reject(10318, 'This order doesn’t support fractional quantity trading');
  }
  const needsLimit = terms.orderType === 'LMT' || terms.orderType === 'STP LMT';
  const needsAux = terms.orderType === 'STP' || terms.orderType === 'STP LMT';
  if (needsLimit && terms.limitPrice === null)
    return reject(321, "Error validating request.-'bN' : cause - Please enter a limit price");
  if (needsAux && terms.auxPrice === null)
    return reject(321, "Error validating request.-'bN' : cause - Please enter a stop price");
  if (terms.orderType === 'TRAIL' && terms.auxPrice === null && terms.trailingPercent === null) {
    return reject(321, "Error validating request.-'bN' : cause - Please enter a trailing amount or percentage");
  }
  const prices = [needsLimit ? terms.limitPrice : null, needsAux ? terms.auxPrice : null];
  for (const price of prices) {
    if (price === null) continue;
    if (price <= 0) return reject(201, 'Order rejected - reason:The price must be positive');
    if (!isOnTick(listing, price)) {
      return reject(110, 'The price does not conform to the minimum price variation for this contract.');
    }
  }
  return null;
};

/** Whether the account can carry the order. `order` is set when it changes one that exists. */
export const fundsProblem = (
  account: Account,
  listing: Listing,
  terms: OrderTerms,
  order: Order | null,
): Rejection | null => {
  // A child closes what its parent opens: the parent has been checked, the child is when it stands alone.
  if (terms.parentId !== 0) return null;
  const open = order ? terms.totalQuantity - order.filled : terms.totalQuantity;
  const demand = account.demand(listing, { terms }, open, order);
  const available = account.availableFunds(order);
  if (demand === 0 || demand <= available) return null;
  return reject(
    201,
    `Order rejected - reason:We are unable to accept your order. Your Available Funds are insufficient to cover the change in margin. In order to obtain the desired position your Available Funds [${dollars(available)} USD] must exceed the Initial Margin [${dollars(demand)} USD].`,
  );
};

/** Whether there is such an order to cancel. */
export const cancelProblem = (order: Order | null, orderId: number): Rejection | null => {
  const what = `OrderId ${orderId} that needs to be cancelled`;
  if (!order) return reject(10147, `${what} is not found.`);
  return isWorking(order) ? null : reject(10148, `${what} can not be cancelled, state: ${order.status}.`);
};

/** Whether an order may be new under this id and in this group. */
export const newOrderProblem = (
  orders: OrderStore,
  clientId: number,
  orderId: number,
  terms: OrderTerms,
): Rejection | null => {
  if (orderId < orders.nextId(clientId)) return reject(103, 'Duplicate order id');
  if (!orders.isSpentGroup(terms.ocaGroup)) return null;
  return reject(201, 'Order rejected - reason:OCA group is already processed');
};

/** Whether an order with this id may be changed to these terms. */
export const changeProblem = (order: Order, conId: number, terms: OrderTerms): Rejection | null => {
  if (order.status === 'Filled') return reject(104, 'Cannot modify a filled order.');
  if (!isWorking(order)) return reject(103, 'Duplicate order id');
  const same =
    order.conId === conId &&
    order.terms.action === terms.action &&
    order.terms.orderType === terms.orderType &&
    (terms.ocaGroup === '' || order.terms.ocaGroup === terms.ocaGroup) &&
    order.terms.parentId === terms.parentId;
  if (!same) return reject(105, 'Order being modified does not match original order.');
  if (order.triggered && order.terms.auxPrice !== terms.auxPrice) {
    return reject(201, 'Order rejected - reason:The stop has been triggered and cannot be changed');
  }
  if (remaining(order) > 0 && terms.totalQuantity <= order.filled) {
    return reject(201, `Order rejected - reason:The quantity must exceed the ${order.filled} already filled`);
  }
  return null;
};
