import type { Contract, Execution, Order } from '@stoqey/ib';
import type { BrokerExecution, BrokerOrder, BrokerOrderStatus, BrokerPosition } from '../../../core/inputs.ts';
import type { ClientOrderId, Instant } from '../../../core/types.ts';
import { optionIdOf } from '../contracts.ts';
import { parseExecutionTime } from './execution-time.ts';

const STATUSES: Readonly<Record<string, BrokerOrderStatus>> = {
  ApiPending: 'PendingSubmit',
  PendingSubmit: 'PendingSubmit',
  PreSubmitted: 'PreSubmitted',
  Submitted: 'Submitted',
  PendingCancel: 'PendingCancel',
  Cancelled: 'Cancelled',
  ApiCancelled: 'ApiCancelled',
  Filled: 'Filled',
  Inactive: 'Inactive',
};
export const statusOf = (text: string): BrokerOrderStatus | null => STATUSES[text] ?? null;
export const isTerminal = (status: BrokerOrderStatus): boolean =>
  status === 'Cancelled' || status === 'ApiCancelled' || status === 'Filled' || status === 'Inactive';

export const clientOrderIdOf = (orderRef: string | undefined): ClientOrderId | null =>
  orderRef ? (orderRef as ClientOrderId) : null;

const positive = (value: number | undefined): number | null => (value !== undefined && value > 0 ? value : null);
const HAS_LIMIT = new Set(['LMT', 'STP LMT', 'LIT', 'TRAIL LIMIT']);
const HAS_STOP = new Set(['STP', 'STP LMT']);

/** An openOrder message, or the reason why it cannot be read. */
export const toBrokerOrder = (
  orderId: number,
  contract: Contract,
  order: Order,
  statusText: string,
): BrokerOrder | string => {
  const status = statusOf(statusText);
  const side = order.action === 'BUY' || order.action === 'SELL' ? order.action : null;
  const quantity = positive(order.totalQuantity);
  if (!status) return `order status ${statusText}`;
  if (!side) return `order action ${String(order.action)}`;
  if (quantity === null || !Number.isInteger(orderId)) return 'order quantity or number';
  return {
    clientOrderId: clientOrderIdOf(order.orderRef),
    brokerOrderId: orderId,
    permId: order.permId ?? 0,
    contractId: optionIdOf(contract),
    side,
    orderType: order.orderType,
    quantity,
    limitPrice: HAS_LIMIT.has(order.orderType) ? positive(order.lmtPrice) : null,
    stopPrice: HAS_STOP.has(order.orderType) ? positive(order.auxPrice) : null,
    status,
  };
};

const SIDES: Readonly<Record<string, 'BUY' | 'SELL'>> = { BOT: 'BUY', SLD: 'SELL' };

/** An execDetails message; `null` for another instrument than an option; a text for what cannot be read. */
export const toBrokerExecution = (
  contract: Contract,
  execution: Execution,
  context: { readonly clientOrderId: ClientOrderId | null; readonly localZone: string; readonly now: Instant },
): BrokerExecution | null | string => {
  const { execId, shares, price, side, orderId } = execution;
  if (contract.secType !== 'OPT') return null;
  const contractId = optionIdOf(contract);
  const bookedSide = SIDES[side ?? ''];
  if (!contractId) return 'execution of an option that cannot be named';
  if (!execId || !bookedSide) return 'execution id or side';
  if (!(shares !== undefined && shares > 0) || !(price !== undefined && price >= 0) || !Number.isInteger(orderId))
    return 'execution quantity, price or order number';
  return {
    executionId: execId,
    clientOrderId: context.clientOrderId,
    brokerOrderId: orderId ?? 0,
    permId: execution.permId ?? 0,
    contractId,
    side: bookedSide,
    quantity: shares,
    price,
    at: parseExecutionTime(execution.time ?? '', context.localZone) ?? context.now,
  };
};

/** A position message; IB's average cost of an option includes the multiplier, ours does not. */
export const toBrokerPosition = (
  account: string,
  contract: Contract,
  quantity: number | undefined,
  averageCost: number | undefined,
): BrokerPosition | string => {
  if (quantity === undefined || !Number.isFinite(quantity)) return 'position quantity';
  const perContract = contract.secType === 'OPT' ? contract.multiplier || 100 : 1;
  const contractId = optionIdOf(contract);
  if (contract.secType === 'OPT' && !contractId) return 'position in an option that cannot be named';
  return {
    account,
    contractId,
    symbol: contract.symbol ?? '',
    quantity,
    averagePrice: (averageCost ?? 0) / perContract,
  };
};
