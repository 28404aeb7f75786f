import type { Instant, SessionDate } from '../../../engine/core/types.ts';
import type { Directory, Listing } from '../directory.ts';
import { sessionDateOf } from '../market-clock.ts';
import { type ExchangeState, isWorking, type Order, type OrderTerms } from './types.ts';

/** The orders of the day and how they belong together: parents, children, OCA groups. */
export class OrderStore {
  readonly #state: ExchangeState;
  readonly #directory: Directory;
  /** Working orders by underlying symbol, so that an event without orders costs one lookup. */
  #workingBySymbol = new Map<string, Order[]>();

  constructor(state: ExchangeState, directory: Directory) {
    this.#state = state;
    this.#directory = directory;
    this.reindex();
  }

  find(clientId: number, orderId: number): Order | null {
    return this.#state.orders.findLast((order) => order.clientId === clientId && order.orderId === orderId) ?? null;
  }

  /** The lowest id this client has not used. */
  nextId(clientId: number): number {
    return this.#state.nextOrderIds[clientId] ?? 1;
  }

  working(): Order[] {
    return this.#state.orders.filter(isWorking);
  }

  workingOn(symbol: string): readonly Order[] {
    return this.#workingBySymbol.get(symbol) ?? [];
  }

  symbols(): string[] {
    return [...this.#workingBySymbol.keys()];
  }

  symbolOf(order: Order): string | null {
    return this.#directory.byConId(order.conId)?.symbol ?? null;
  }

  add(clientId: number, orderId: number, listing: Listing, exchange: string, terms: OrderTerms, now: Instant): Order {
    const order = this.draft(clientId, orderId, listing, exchange, terms, now);
    this.#state.nextPermId += 1;
    this.#state.orders.push(order);
    this.reindex();
    return order;
  }

  /** The order as it would be, without taking it in. */
  draft(clientId: number, orderId: number, listing: Listing, exchange: string, terms: OrderTerms, now: Instant): Order {
    const parent = terms.parentId === 0 ? null : this.find(clientId, terms.parentId);
    const attached = parent !== null && terms.ocaGroup === '';
    return {
      permId: this.#state.nextPermId,
      orderId,
      clientId,
      conId: listing.conId,
      exchange,
      // Children of one parent cancel one another: TWS groups them under the parent's permanent id, type 3.
      terms: attached ? { ...terms, ocaGroup: String(parent.permId), ocaType: 3 } : terms,
      status: 'PendingSubmit',
      filled: 0,
      averageFillPrice: 0,
      lastFillPrice: 0,
      commission: 0,
      triggered: false,
      triggerHits: 0,
      trailStop: terms.trailStopPrice,
      partQuantity: null,
      placedOn: sessionDateOf(now),
      enteredOpen: false,
      completedAt: null,
      completedStatus: '',
    };
  }

  /** The order with its parent and siblings: what goes out together when one is transmitted. */
  family(order: Order): Order[] {
    const { parentId } = order.terms;
    return this.working().filter(
      (other) =>
        other === order ||
        (other.clientId === order.clientId &&
          parentId !== 0 &&
          (other.orderId === parentId || other.terms.parentId === parentId)),
    );
  }

  children(order: Order): Order[] {
    return this.working().filter(
      (other) => other.clientId === order.clientId && other.terms.parentId === order.orderId,
    );
  }

  ocaSiblings(order: Order): Order[] {
    const { ocaGroup } = order.terms;
    return ocaGroup === ''
      ? []
      : this.working().filter((other) => other !== order && other.terms.ocaGroup === ocaGroup);
  }

  /** TWS does not take a new member into a group that has traded. */
  isSpentGroup(ocaGroup: string): boolean {
    if (ocaGroup === '') return false;
    const members = this.#state.orders.filter(({ terms }) => terms.ocaGroup === ocaGroup);
    return members.some(({ status, filled, terms }) => status === 'Filled' || (filled > 0 && terms.ocaType === 1));
  }

  awaitsParent(order: Order): boolean {
    if (order.terms.parentId === 0) return false;
    const parent = this.find(order.clientId, order.terms.parentId);
    return parent !== null && parent.status !== 'Filled';
  }

  /** Stops and children are held by IBKR, not by the exchange: PreSubmitted until they are released. */
  restsAtBroker(order: Order): boolean {
    const { orderType } = order.terms;
    const isStop = orderType === 'STP' || orderType === 'STP LMT' || orderType === 'TRAIL';
    return (isStop && !order.triggered) || this.awaitsParent(order);
  }

  /** Keeps the day's executions, finished and flat things only, as the broker does. True when something was dropped. */
  forgetBefore(today: SessionDate): boolean {
    const { executions, orders } = this.#state;
    this.#state.executions = executions.filter(({ at }) => sessionDateOf(at) >= today);
    this.#state.orders = orders.filter(
      (order) => order.completedAt === null || isWorking(order) || sessionDateOf(order.completedAt) >= today,
    );
    const dropped = this.#state.executions.length < executions.length || this.#state.orders.length < orders.length;
    const tradedToday = new Set(this.#state.executions.map(({ conId }) => conId));
    this.#state.positions = this.#state.positions.filter(
      ({ conId, quantity }) => quantity !== 0 || tradedToday.has(conId),
    );
    if (dropped) this.reindex();
    return dropped;
  }

  reindex(): void {
    const index = new Map<string, Order[]>();
    for (const order of this.working()) {
      const symbol = this.symbolOf(order);
      if (symbol === null) continue;
      const orders = index.get(symbol);
      if (orders) orders.push(order);
      else index.set(symbol, [order]);
    }
    this.#workingBySymbol = index;
  }
}
