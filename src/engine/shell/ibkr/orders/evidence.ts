import {
  type CommissionReport,
  type Contract,
  EventName,
  type Execution,
  type Order,
  type OrderState,
} from '@stoqey/ib';
import type { BrokerExecution, BrokerOrder, BrokerPosition, BrokerReport } from '../../../core/inputs.ts';
import type { ClientOrderId } from '../../../core/types.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Sink } from '../../../ports/feed.ts';
import type { Health } from '../health.ts';
import { toMicros } from '../session/account.ts';
import type { Link } from '../wire/link.ts';
import {
  clientOrderIdOf,
  isTerminal,
  statusOf,
  toBrokerExecution,
  toBrokerOrder,
  toBrokerPosition,
} from './broker-facts.ts';

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

/** The last thing heard of an order. */
export interface HeardOrder {
  order: BrokerOrder;
  filled: number;
  remaining: number;
}

/** What a snapshot still waits for. */
type Awaited = 'own-orders' | 'all-orders' | 'executions' | 'positions';

/**
 * The broker's word on orders, executions and positions: passed on as it comes, and gathered into `synced`
 * when everything asked for has been answered.
 */
export class Evidence {
  readonly #options: EvidenceOptions;
  readonly #orders = new Map<string, HeardOrder>();
  /** Orders named since the running snapshot was asked for. */
  readonly #named = new Set<string>();
  readonly #executions = new Map<string, BrokerExecution>();
  readonly #positions = new Map<string, BrokerPosition>();
  readonly #awaited = new Set<Awaited>();
  #account = '';
  #executionsRequest = 0;
  #positionsChanged = false;
  #positionsKnown = false;
  #link: Link | null = null;

  constructor(options: EvidenceOptions) {
    this.#options = options;
  }

  attach(link: Link, account: string): void {
    this.#link = link;
    this.#account = account;
    this.#orders.clear();
    link.on(EventName.openOrder, (id: number, contract: Contract, order: Order, state: OrderState) =>
      this.#onOpenOrder(id, contract, order, state),
    );
    link.on(
      EventName.orderStatus,
      (
        id: number,
        status: string,
        filled: number,
        remaining: number,
        _average: number,
        permId: number,
        ...rest: number[]
      ) => this.#onOrderStatus(this.#keyOf(rest[2], id), status, filled, remaining, permId),
    );
    link.on(EventName.execDetails, (request: number, contract: Contract, execution: Execution) =>
      this.#onExecution(request, contract, execution),
    );
    link.on(EventName.position, (of: string, contract: Contract, quantity?: number, averageCost?: number) =>
      this.#onPosition(of, contract, quantity, averageCost),
    );
    link.on(EventName.commissionReport, (report: CommissionReport) => this.#onCommission(report));
    link.on(EventName.openOrderEnd, () => this.#onOpenOrderEnd(link));
    link.on(EventName.execDetailsEnd, (id: number) => {
      if (id === this.#executionsRequest) this.#settle('executions');
    });
    link.on(EventName.positionEnd, () => this.#settle('positions'));
  }

  detach(): void {
    this.#link = null;
    this.#awaited.clear();
    this.#positionsKnown = false;
  }

  /** Asks for everything the broker knows; `synced` follows when all of it has come. */
  ask(): void {
    if (!this.#link) return;
    for (const part of ['own-orders', 'all-orders', 'executions', 'positions'] as const) this.#awaited.add(part);
    this.#named.clear();
    this.#executions.clear();
    this.#positions.clear();
    this.#executionsRequest = this.#options.nextRequestId();
    const request = this.#executionsRequest;
    this.#link.send('evidence', (api) => api.reqOpenOrders());
    this.#link.send('evidence', (api) => api.reqExecutions(request, { acctCode: this.#account }));
    this.#link.send('evidence', (api) => api.reqPositions());
  }

  asking(): boolean {
    return this.#awaited.size > 0;
  }

  awaited(): string {
    return [...this.#awaited].join(', ');
  }

  /** Stops waiting for a snapshot that will not be complete. */
  abandon(): void {
    this.#awaited.clear();
  }

  /** Of an order of our own client id, by the broker's number. */
  lastOf(brokerOrderId: number): HeardOrder | null {
    return this.#orders.get(this.#keyOf(undefined, brokerOrderId)) ?? null;
  }

  /** Tells the positions that the last message changed. */
  flush(): void {
    if (!this.#positionsChanged || !this.#positionsKnown || this.asking()) return;
    this.#positionsChanged = false;
    this.#options.emit({ kind: 'positions', positions: [...this.#positions.values()] });
  }

  #keyOf(clientId: number | undefined, orderId: number): string {
    return `${clientId ?? this.#options.clientId}:${orderId}`;
  }

  #lost(detail: string): void {
    this.#options.health.refuse('ibkr.session', 'undecodable');
    this.#options.onEvidenceLost(detail);
  }

  /** The end carries no id: our own orders are asked for first, and all of them when that is answered. */
  #onOpenOrderEnd(link: Link): void {
    if (this.#awaited.has('own-orders')) {
      link.send('evidence', (api) => api.reqAllOpenOrders());
      this.#settle('own-orders');
    } else this.#settle('all-orders');
  }

  #settle(part: Awaited): void {
    if (!this.#awaited.delete(part) || this.#awaited.size > 0) return;
    this.#forgetVanished();
    const open = [...this.#orders.values()].map(({ order }) => order).filter(({ status }) => !isTerminal(status));
    const heard = new Set([...this.#orders.values()].map(({ order }) => order.clientOrderId));
    const unheard = this.#options.unheard().filter(({ clientOrderId }) => !heard.has(clientOrderId));
    this.#positionsChanged = false;
    this.#positionsKnown = true;
    this.#options.emit({
      kind: 'synced',
      openOrders: [...open, ...unheard],
      executions: [...this.#executions.values()],
      positions: [...this.#positions.values()],
    });
    this.#executions.clear();
    this.#options.onSynced();
  }

  /** An order that was live and is not in the whole list has ended without a word: its absence must count as evidence. */
  #forgetVanished(): void {
    for (const [key, { order }] of [...this.#orders]) {
      if (this.#named.has(key)) continue;
      this.#orders.delete(key);
      if (isTerminal(order.status) || !order.clientOrderId) continue;
      const { clientOrderId } = order;
      this.#options.emit({ kind: 'order-unknown', clientOrderId, reason: 'no longer among the open orders' });
    }
  }

  #onOpenOrder(orderId: number, contract: Contract, order: Order, state: OrderState): void {
    if (order.account && order.account !== this.#account) return;
    const read = toBrokerOrder(orderId, contract, order, state.status);
    if (typeof read === 'string') {
      this.#lost(read);
      return;
    }
    const own = (order.clientId ?? this.#options.clientId) === this.#options.clientId;
    const named = own && !read.clientOrderId ? { ...read, clientOrderId: this.#options.nameOf(orderId) } : read;
    if (own) this.#options.onOrderNumber(orderId, named.clientOrderId);
    const key = this.#keyOf(order.clientId, orderId);
    this.#named.add(key);
    const before = this.#orders.get(key);
    const { filled, remaining } = before ?? { filled: 0, remaining: named.quantity };
    this.#orders.set(key, { order: named, filled, remaining });
  }

  #onOrderStatus(
    key: string,
    text: string,
    filled: number | undefined,
    remaining: number | undefined,
    permId: number,
  ): void {
    const status = statusOf(text);
    if (!status || !(filled !== undefined && filled >= 0) || !(remaining !== undefined && remaining >= 0)) {
      this.#lost(`order status ${text}, filled ${filled}, remaining ${remaining}`);
      return;
    }
    const known = this.#orders.get(key);
    // A status of an order whose description never came says nothing that can be booked; the next snapshot will.
    if (!known) {
      this.#options.health.refuse('ibkr.session', 'status-without-order');
      return;
    }
    known.order = { ...known.order, status, permId: permId || known.order.permId };
    known.filled = filled;
    known.remaining = remaining;
    this.#options.emit({ kind: 'order-status', order: known.order, filled, remaining });
  }

  #onExecution(request: number, contract: Contract, execution: Execution): void {
    const { clientId, nameOf, onOrderNumber, health, emit, localZone, clock } = this.#options;
    if (execution.acctNumber && execution.acctNumber !== this.#account) return;
    const own = execution.clientId === clientId;
    const clientOrderId = clientOrderIdOf(execution.orderRef) ?? (own ? nameOf(execution.orderId ?? -1) : null);
    if (own && execution.orderId) onOrderNumber(execution.orderId, clientOrderId);
    const read = toBrokerExecution(contract, execution, { clientOrderId, localZone, now: clock.now() });
    if (read === null) health.refuse('ibkr.session', 'execution-of-another-instrument');
    else if (typeof read === 'string') this.#lost(read);
    else {
      if (this.asking()) this.#executions.set(read.executionId, read);
      if (request !== this.#executionsRequest) emit({ kind: 'executed', execution: read });
    }
  }

  #onCommission({ execId, commission, currency }: CommissionReport): void {
    if (!execId || commission === undefined || !Number.isFinite(commission)) this.#lost('commission report');
    else if (currency !== 'USD') this.#options.health.refuse('ibkr.session', 'commission-in-another-currency');
    else this.#options.emit({ kind: 'commission', executionId: execId, commission: toMicros(commission) });
  }

  #onPosition(of: string, contract: Contract, quantity: number | undefined, averageCost: number | undefined): void {
    if (of !== this.#account) return;
    const read = toBrokerPosition(of, contract, quantity, averageCost);
    if (typeof read === 'string') {
      this.#lost(read);
      return;
    }
    this.#positions.set(`${contract.conId ?? 0}:${contract.localSymbol ?? contract.symbol}`, read);
    this.#positionsChanged = true;
  }
}
