import { type Contract, EventName, type Execution, type Order, type OrderState } from '@stoqey/ib';
import type { BrokerExecution, BrokerOrder, BrokerPosition, BrokerReport } from '../../core/inputs.ts';
import type { ClientOrderId } from '../../core/types.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sink } from '../../ports/feed.ts';
import { toMicros } from './account.ts';
import {
  clientOrderIdOf,
  isTerminal,
  statusOf,
  toBrokerExecution,
  toBrokerOrder,
  toBrokerPosition,
} from './broker-facts.ts';
import type { Health } from './health.ts';
import type { Link } from './link.ts';

export interface EvidenceOptions {
  readonly emit: Sink<BrokerReport>;
  readonly health: Health;
  readonly clock: Clock;
  readonly localZone: string;
  readonly nextRequestId: () => number;
  /** Our name for a broker's order number of our own client id. */
  readonly nameOf: (brokerOrderId: number) => ClientOrderId | null;
  readonly onOrderNumber: (brokerOrderId: number, clientOrderId: ClientOrderId | null) => void;
  /** Orders written to this very connection of which nothing has been heard. */
  readonly unheard: () => readonly BrokerOrder[];
  /** Something about orders, fills or positions could not be read. */
  readonly onEvidenceLost: (detail: string) => void;
  readonly onSynced: () => void;
  readonly clientId: number;
}

/** What a snapshot still waits for. */
type Awaited = 'own-orders' | 'all-orders' | 'executions' | 'positions';

/**
 * The broker's word on orders, executions and positions: passed on as it comes, and gathered into `synced`
 * when everything asked for has been answered.
 */
export const createEvidence = (options: EvidenceOptions) => {
  const { emit, health } = options;
  const orders = new Map<string, { order: BrokerOrder; filled: number; remaining: number }>();
  const executions = new Map<string, BrokerExecution>();
  const positions = new Map<string, BrokerPosition>();
  const awaited = new Set<Awaited>();
  let account = '';
  let executionsRequest = 0;
  let positionsChanged = false;
  let positionsKnown = false;
  let link: Link | null = null;

  const lost = (detail: string): void => {
    health.refuse('ibkr.session', 'undecodable');
    options.onEvidenceLost(detail);
  };
  const keyOf = (clientId: number | undefined, orderId: number): string => `${clientId ?? options.clientId}:${orderId}`;
  const settle = (part: Awaited): void => {
    if (!awaited.delete(part) || awaited.size > 0) return;
    const open = [...orders.values()].map(({ order }) => order).filter(({ status }) => !isTerminal(status));
    const heard = new Set(open.map(({ clientOrderId }) => clientOrderId));
    const unheard = options.unheard().filter(({ clientOrderId }) => !heard.has(clientOrderId));
    positionsChanged = false;
    positionsKnown = true;
    emit({
      kind: 'synced',
      openOrders: [...open, ...unheard],
      executions: [...executions.values()],
      positions: [...positions.values()],
    });
    executions.clear();
    options.onSynced();
  };

  const onOpenOrder = (orderId: number, contract: Contract, order: Order, state: OrderState): void => {
    if (order.account && order.account !== account) return;
    const read = toBrokerOrder(orderId, contract, order, state.status);
    if (typeof read === 'string') {
      lost(read);
      return;
    }
    const own = (order.clientId ?? options.clientId) === options.clientId;
    const named = own && !read.clientOrderId ? { ...read, clientOrderId: options.nameOf(orderId) } : read;
    if (own) options.onOrderNumber(orderId, named.clientOrderId);
    const key = keyOf(order.clientId, orderId);
    const before = orders.get(key);
    orders.set(key, { order: named, filled: before?.filled ?? 0, remaining: before?.remaining ?? named.quantity });
  };
  const onOrderStatus = (
    orderId: number,
    text: string,
    filled: number | undefined,
    remaining: number | undefined,
    _average: number,
    permId: number | undefined,
    _parent: number,
    _last: number,
    clientId: number | undefined,
  ): void => {
    const status = statusOf(text);
    if (!status || !(filled !== undefined && filled >= 0) || !(remaining !== undefined && remaining >= 0)) {
      lost(`order status ${text}, filled ${filled}, remaining ${remaining}`);
      return;
    }
    const known = orders.get(keyOf(clientId, orderId));
    // A status of an order whose description never came says nothing that can be booked; the next snapshot will.
    if (!known) {
      health.refuse('ibkr.session', 'status-without-order');
      return;
    }
    known.order = { ...known.order, status, permId: permId || known.order.permId };
    known.filled = filled;
    known.remaining = remaining;
    emit({ kind: 'order-status', order: known.order, filled, remaining });
  };
  const onExecution = (requestId: number, contract: Contract, execution: Execution): void => {
    if (execution.acctNumber && execution.acctNumber !== account) return;
    const own = execution.clientId === options.clientId;
    const clientOrderId = clientOrderIdOf(execution.orderRef) ?? (own ? options.nameOf(execution.orderId ?? -1) : null);
    if (own && execution.orderId) options.onOrderNumber(execution.orderId, clientOrderId);
    const read = toBrokerExecution(contract, execution, {
      clientOrderId,
      localZone: options.localZone,
      now: options.clock.now(),
    });
    if (read === null) health.refuse('ibkr.session', 'execution-of-another-instrument');
    else if (typeof read === 'string') lost(read);
    else {
      if (awaited.size > 0) executions.set(read.executionId, read);
      if (requestId !== executionsRequest) emit({ kind: 'executed', execution: read });
    }
  };
  const onPosition = (
    of: string,
    contract: Contract,
    quantity: number | undefined,
    averageCost: number | undefined,
  ): void => {
    if (of !== account) return;
    const read = toBrokerPosition(of, contract, quantity, averageCost);
    if (typeof read === 'string') {
      lost(read);
      return;
    }
    positions.set(`${contract.conId ?? 0}:${contract.localSymbol ?? contract.symbol}`, read);
    positionsChanged = true;
  };

  return {
    attach: (opened: Link, ownAccount: string): void => {
      link = opened;
      account = ownAccount;
      orders.clear();
      opened.on(EventName.openOrder, onOpenOrder);
      opened.on(EventName.orderStatus, onOrderStatus);
      opened.on(EventName.execDetails, onExecution);
      opened.on(EventName.position, onPosition);
      opened.on(EventName.commissionReport, (report: { execId?: string; commission?: number; currency?: string }) => {
        const { execId, commission, currency } = report;
        if (!execId || commission === undefined || !Number.isFinite(commission)) lost('commission report');
        else if (currency !== 'USD') health.refuse('ibkr.session', 'commission-in-another-currency');
        else emit({ kind: 'commission', executionId: execId, commission: toMicros(commission) });
      });
      // The end carries no id: ask for our own orders first, and for all when that is answered.
      opened.on(EventName.openOrderEnd, () => {
        if (awaited.has('own-orders')) {
          opened.send('urgent', (api) => api.reqAllOpenOrders());
          settle('own-orders');
        } else settle('all-orders');
      });
      opened.on(EventName.execDetailsEnd, (id: number) => {
        if (id === executionsRequest) settle('executions');
      });
      opened.on(EventName.positionEnd, () => settle('positions'));
    },
    /** Asks for everything the broker knows; `synced` follows when all of it has come. */
    ask: (): void => {
      if (!link) return;
      for (const part of ['own-orders', 'all-orders', 'executions', 'positions'] as const) awaited.add(part);
      orders.clear();
      executions.clear();
      positions.clear();
      executionsRequest = options.nextRequestId();
      const request = executionsRequest;
      link.send('urgent', (api) => api.reqOpenOrders());
      link.send('urgent', (api) => api.reqExecutions(request, { acctCode: account }));
      link.send('urgent', (api) => api.reqPositions());
    },
    asking: (): boolean => awaited.size > 0,
    awaited: (): string => [...awaited].join(', '),
    /** The last thing heard of an order, by the broker's number. */
    lastOf: (brokerOrderId: number) => orders.get(keyOf(options.clientId, brokerOrderId)) ?? null,
    flush: (): void => {
      if (!positionsChanged || !positionsKnown || awaited.size > 0) return;
      positionsChanged = false;
      emit({ kind: 'positions', positions: [...positions.values()] });
    },
    /** Stops waiting for a snapshot that will not be complete. */
    abandon: (): void => awaited.clear(),
    detach: (): void => {
      link = null;
      awaited.clear();
      positionsKnown = false;
    },
  };
};
export type Evidence = ReturnType<typeof createEvidence>;
