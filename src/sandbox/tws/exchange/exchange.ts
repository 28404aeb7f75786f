import type { Instant, SessionDate } from '../../../engine/core/types.ts';
import type { SandboxMarket } from '../../market/types.ts';
import type { Directory, Listing } from '../directory.ts';
import { endOfDay, sessionDateOf } from '../market-clock.ts';
import { Account } from './account.ts';
import { dueExpiries, settlementPrice } from './expiry.ts';
import type { ExchangeFaults, ExchangeListener } from './listener.ts';
import { fillQuantity, fillsAt } from './match.ts';
import { type ObservedQuote, QuoteObserver } from './quotes.ts';
import { type ExchangeRules, orderCommission } from './rules.ts';
import { stopFires, trail } from './trigger.ts';
import {
  type ExchangeState,
  type Execution,
  isWorking,
  type Order,
  type OrderTerms,
  type Position,
  type Rejection,
  remaining,
  roundMicros,
  signed,
} from './types.ts';
import { changeProblem, fundsProblem, termsProblem } from './validate.ts';

export interface ExchangeParts {
  readonly market: SandboxMarket;
  readonly directory: Directory;
  readonly rules: ExchangeRules;
  readonly state: ExchangeState;
  readonly listener: ExchangeListener;
  readonly faults: ExchangeFaults;
}

/**
 * Matches orders against the market's displayed quotes, at the touch and never inside the spread, and keeps the account.
 * A child order works once its parent is wholly filled. Time is the market's.
 */
export class Exchange {
  readonly account: Account;
  readonly state: ExchangeState;
  readonly #market: SandboxMarket;
  readonly #directory: Directory;
  readonly #rules: ExchangeRules;
  readonly #listener: ExchangeListener;
  readonly #faults: ExchangeFaults;
  readonly #quotes: QuoteObserver;
  /** Working orders by underlying symbol, so that an event without orders costs one lookup. */
  #workingBySymbol = new Map<string, Order[]>();
  #dirty = false;
  #dayEndsAt: Instant;
  /** Quote version each stop last looked at, and each split order last traded at, by permId. */
  readonly #lastTriggerVersion = new Map<number, number>();
  readonly #lastFillVersion = new Map<number, number>();

  constructor(parts: ExchangeParts) {
    this.state = parts.state;
    this.#market = parts.market;
    this.#directory = parts.directory;
    this.#rules = parts.rules;
    this.#listener = parts.listener;
    this.#faults = parts.faults;
    this.#quotes = new QuoteObserver(parts.market, parts.rules.liquidityRefreshMs);
    this.account = new Account(parts.state, parts.market, parts.directory, parts.rules);
    this.#dayEndsAt = endOfDay(parts.market.now());
    this.#reindex();
  }

  /** True once after each change that the state file has not seen. */
  takeDirty(): boolean {
    const dirty = this.#dirty;
    this.#dirty = false;
    return dirty;
  }

  nextOrderId(clientId: number): number {
    return this.state.nextOrderIds[clientId] ?? 1;
  }

  order(clientId: number, orderId: number): Order | null {
    return this.state.orders.findLast((order) => order.clientId === clientId && order.orderId === orderId) ?? null;
  }

  openOrders(): Order[] {
    return this.state.orders.filter(isWorking);
  }

  /** Takes a new order, or a change to one that works under the same id. Refusals go to the listener. */
  place(clientId: number, orderId: number, listing: Listing, exchange: string, terms: OrderTerms): void {
    const known = this.order(clientId, orderId);
    const problem =
      this.#faults.takeRejection() ??
      (known
        ? changeProblem(known, listing.conId, terms)
        : orderId < this.nextOrderId(clientId)
          ? { code: 103, text: 'Duplicate order id' }
          : null) ??
      termsProblem(listing, terms) ??
      fundsProblem(this.account, listing, terms, known);
    if (problem) return this.#refuse(clientId, orderId, problem);
    this.#dirty = true;
    if (known) {
      const held = !known.terms.transmit;
      known.terms = { ...terms, ocaGroup: known.terms.ocaGroup, ocaType: known.terms.ocaType };
      if (held && terms.transmit) return this.#transmit(known);
      this.#listener.orderChanged(known);
      this.#match(this.#symbolOf(known));
      return;
    }
    this.state.nextOrderIds[clientId] = orderId + 1;
    const order = this.#newOrder(clientId, orderId, listing, exchange, terms);
    this.state.orders.push(order);
    this.#reindex();
    if (terms.transmit) this.#transmit(order);
    else this.#listener.orderChanged(order);
  }

  cancel(clientId: number, orderId: number): void {
    const order = this.order(clientId, orderId);
    if (!order) {
      return this.#refuse(clientId, orderId, {
        code: 10147,
        text: `OrderId ${orderId} that needs to be cancelled is not found.`,
      });
    }
    if (!isWorking(order)) {
      return this.#refuse(clientId, orderId, {
        code: 10148,
        text: `OrderId ${orderId} that needs to be cancelled can not be cancelled, state: ${order.status}.`,
      });
    }
    this.#end(order, '', true);
    if (this.#rules.ocaCancelSpreads) this.#cancelOcaSiblings(order);
  }

  /** Every client's orders, as TWS does. */
  cancelAll(): void {
    for (const order of this.openOrders()) this.#end(order, '', true);
  }

  /** To be called at every event of `symbol`. */
  marketMoved(symbol: string): void {
    const now = this.#market.now();
    // A leap over the night must settle yesterday's options before the morning's price is taken in.
    if (now >= this.#dayEndsAt) {
      this.tick();
      this.#dayEndsAt = endOfDay(now);
    }
    this.account.rememberPrice(symbol);
    if (this.#workingBySymbol.has(symbol)) this.#match(symbol);
  }

  /** To be called a few times a second: expiry, end of day, and quotes that stand still. */
  tick(): void {
    const now = this.#market.now();
    for (const due of dueExpiries(this.state.positions, this.#directory, now)) this.#settle(due.position, due.listing);
    const today = sessionDateOf(now);
    const open = this.#market.sessionOpen();
    for (const order of this.openOrders()) {
      const listing = this.#directory.byConId(order.conId);
      const expired = listing?.option ? listing.option.expiry < today : !listing;
      const dayEnded = order.terms.timeInForce === 'DAY' && (order.placedOn < today || !open);
      if (expired || dayEnded)
        this.#end(order, expired ? 'Contract has expired' : 'Day order expired at the close', false);
    }
    this.#forgetOldDays(today);
    for (const symbol of [...this.#workingBySymbol.keys()]) this.#match(symbol);
  }

  /** Replaces an execution: same id but for the number after the last dot. Null when unknown. */
  correct(execId: string, price: number): Execution | null {
    const index = this.state.executions.findIndex((execution) => execution.execId === execId);
    const original = this.state.executions[index];
    const listing = original && this.#directory.byConId(original.conId);
    if (!original || !listing) return null;
    const dot = execId.lastIndexOf('.');
    const revision = String(Number(execId.slice(dot + 1)) + 1).padStart(2, '0');
    const corrected: Execution = { ...original, execId: `${execId.slice(0, dot)}.${revision}`, price };
    const units = (original.side === 'BOT' ? 1 : -1) * original.shares * listing.multiplier;
    this.state.cash = roundMicros(this.state.cash - units * (price - original.price));
    this.state.executions[index] = corrected;
    this.#dirty = true;
    this.#listener.executed(corrected, this.state.orders.find((order) => order.permId === original.permId) ?? null);
    return corrected;
  }

  #newOrder(clientId: number, orderId: number, listing: Listing, exchange: string, terms: OrderTerms): Order {
    const parent = terms.parentId === 0 ? null : this.order(clientId, terms.parentId);
    const attached = parent !== null && terms.ocaGroup === '';
    return {
      permId: this.state.nextPermId++,
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
      placedOn: sessionDateOf(this.#market.now()),
      completedAt: null,
      completedStatus: '',
    };
  }

  /** A transmitted order takes its parent and siblings along, however they were marked. */
  #transmit(order: Order): void {
    const family = this.openOrders().filter(
      (other) =>
        other.clientId === order.clientId &&
        (other === order ||
          (order.terms.parentId !== 0 &&
            (other.orderId === order.terms.parentId || other.terms.parentId === order.terms.parentId))),
    );
    for (const member of family) {
      member.terms = { ...member.terms, transmit: true };
      member.status = this.#restsAtBroker(member) || !this.#market.sessionOpen() ? 'PreSubmitted' : 'Submitted';
      this.#listener.orderChanged(member);
      if (!this.#market.sessionOpen()) {
        const warning = 'Order Message:\nWarning: your order will not be placed at the exchange until the market opens';
        this.#listener.orderError(member.clientId, member.orderId, 399, warning);
      }
    }
    this.#match(this.#symbolOf(order));
  }

  /** Stops and children are held by IBKR, not by the exchange: PreSubmitted until they are released. */
  #restsAtBroker(order: Order): boolean {
    const { orderType } = order.terms;
    const stopped = (orderType === 'STP' || orderType === 'STP LMT' || orderType === 'TRAIL') && !order.triggered;
    return stopped || this.#awaitsParent(order);
  }

  #awaitsParent(order: Order): boolean {
    if (order.terms.parentId === 0) return false;
    const parent = this.order(order.clientId, order.terms.parentId);
    return parent !== null && parent.status !== 'Filled';
  }

  #match(symbol: string | null): void {
    if (symbol === null || !this.#market.sessionOpen()) return;
    for (const order of [...(this.#workingBySymbol.get(symbol) ?? [])]) {
      if (!isWorking(order) || !order.terms.transmit || this.#awaitsParent(order)) continue;
      const listing = this.#directory.byConId(order.conId);
      const quote = listing && this.#quotes.observe(listing);
      if (!listing || !quote) continue;
      if (!this.#released(order, listing, quote)) continue;
      const price = fillsAt(order, quote);
      if (price === null) continue;
      if (order.filled === 0 && order.partQuantity === null) this.#splitIfOrdered(order);
      const quantity = fillQuantity(order, quote);
      if (quantity > 0) this.#fill(order, listing, quantity, price, quote.version);
    }
  }

  #splitIfOrdered(order: Order): void {
    const parts = this.#faults.takeSplit();
    if (parts !== null && parts > 1) order.partQuantity = Math.ceil(order.terms.totalQuantity / parts);
  }

  /** Moves trailing stops, fires stops. True when the order may trade. */
  #released(order: Order, listing: Listing, quote: ObservedQuote): boolean {
    if (order.status === 'PreSubmitted' && !this.#restsAtBroker(order)) {
      order.status = 'Submitted';
      this.#dirty = true;
      this.#listener.orderChanged(order);
    }
    const { orderType } = order.terms;
    if (orderType === 'LMT' || orderType === 'MKT' || order.triggered) return true;
    if (this.#lastTriggerVersion.get(order.permId) === quote.version) return false;
    this.#lastTriggerVersion.set(order.permId, quote.version);
    if (orderType === 'TRAIL' && trail(order, quote)) {
      this.#dirty = true;
      this.#listener.orderChanged(order);
    }
    if (!stopFires(order, listing, quote)) return false;
    order.triggered = true;
    order.status = 'Submitted';
    this.#dirty = true;
    this.#lastTriggerVersion.delete(order.permId);
    this.#listener.orderChanged(order);
    return true;
  }

  #fill(order: Order, listing: Listing, available: number, price: number, version: number): void {
    let quantity = available;
    if (order.partQuantity !== null) {
      // A forced split gives one part per quote, so that the parts are truly apart.
      if (this.#lastFillVersion.get(order.permId) === version) return;
      this.#lastFillVersion.set(order.permId, version);
      quantity = Math.min(quantity, order.partQuantity);
    }
    this.#quotes.take(listing.conId, order.terms.action, quantity);
    const commission = roundMicros(orderCommission(this.#rules, listing, order.filled + quantity) - order.commission);
    order.averageFillPrice = (order.averageFillPrice * order.filled + price * quantity) / (order.filled + quantity);
    order.filled += quantity;
    order.lastFillPrice = price;
    order.commission = roundMicros(order.commission + commission);
    order.status = remaining(order) === 0 ? 'Filled' : 'Submitted';
    if (order.status === 'Filled') this.#complete(order, `Filled Size: ${order.filled}`);
    const realizedPnl = this.account.book(listing, signed(order.terms.action, quantity), price, commission);
    const execution: Execution = {
      execId: this.#nextExecId(),
      at: this.#market.now(),
      orderId: order.orderId,
      clientId: order.clientId,
      permId: order.permId,
      conId: order.conId,
      exchange: listing.kind === 'OPT' ? 'CBOE' : listing.instrument.primaryExchange,
      side: order.terms.action === 'BUY' ? 'BOT' : 'SLD',
      shares: quantity,
      price,
      cumulativeQuantity: order.filled,
      averagePrice: order.averageFillPrice,
      orderRef: order.terms.orderRef,
      commission,
      realizedPnl,
    };
    this.state.executions.push(execution);
    this.#dirty = true;
    this.#listener.executed(execution, order);
    this.#rebalanceOca(order, quantity);
    const position = this.account.position(order.conId);
    if (position) this.#listener.positionChanged(position);
  }

  #rebalanceOca(order: Order, quantity: number): void {
    const done = order.status === 'Filled';
    for (const other of this.#ocaSiblings(order)) {
      if (order.terms.ocaType <= 1 || done || other.terms.totalQuantity - quantity <= other.filled) {
        this.#end(other, 'OCA group has been executed', false);
        continue;
      }
      other.terms = { ...other.terms, totalQuantity: other.terms.totalQuantity - quantity };
      this.#listener.orderChanged(other);
    }
  }

  #cancelOcaSiblings(order: Order): void {
    for (const other of this.#ocaSiblings(order)) this.#end(other, 'OCA group has been cancelled', false);
  }

  #ocaSiblings(order: Order): Order[] {
    if (order.terms.ocaGroup === '') return [];
    return this.openOrders().filter((other) => other !== order && other.terms.ocaGroup === order.terms.ocaGroup);
  }

  /** Cancels a working order, and its children with it. */
  #end(order: Order, reason: string, asked: boolean): void {
    if (!isWorking(order)) return;
    if (asked) {
      order.status = 'PendingCancel';
      this.#listener.statusChanged(order);
    }
    order.status = 'Cancelled';
    this.#complete(order, asked ? 'Cancelled by Trader' : `Cancelled: ${reason}`);
    this.#dirty = true;
    this.#listener.statusChanged(order);
    this.#listener.orderError(order.clientId, order.orderId, 202, `Order Canceled - reason:${reason}`);
    for (const child of this.openOrders()) {
      if (child.clientId === order.clientId && child.terms.parentId === order.orderId)
        this.#end(child, 'Parent was cancelled', false);
    }
  }

  #complete(order: Order, status: string): void {
    order.completedAt = this.#market.now();
    order.completedStatus = status;
    this.#lastFillVersion.delete(order.permId);
    this.#lastTriggerVersion.delete(order.permId);
    this.#reindex();
  }

  /** Cash settlement at intrinsic value, booked as an execution without an order, as the account statement shows it. */
  #settle(position: Position, listing: Listing): void {
    const underlying = this.state.underlyingPrices[listing.symbol];
    if (underlying === undefined || !listing.option) return;
    const price = settlementPrice(listing.option, underlying);
    const quantity = -position.quantity;
    const realizedPnl = this.account.book(listing, quantity, price, 0);
    const execution: Execution = {
      execId: this.#nextExecId(),
      at: this.#market.now(),
      orderId: 0,
      clientId: 0,
      permId: this.state.nextPermId++,
      conId: listing.conId,
      exchange: 'OPTEXP',
      side: quantity > 0 ? 'BOT' : 'SLD',
      shares: Math.abs(quantity),
      price,
      cumulativeQuantity: Math.abs(quantity),
      averagePrice: price,
      orderRef: '',
      commission: 0,
      realizedPnl,
    };
    this.state.executions.push(execution);
    this.#dirty = true;
    this.#listener.executed(execution, null);
    this.#listener.positionChanged(position);
  }

  #nextExecId(): string {
    return `0000e0d5.${(this.state.nextExecution++).toString(16).padStart(8, '0')}.01.01`;
  }

  /** The day's executions and finished orders only, as at the broker; flat positions go with them. */
  #forgetOldDays(today: SessionDate): void {
    const { executions, orders, positions } = this.state;
    const recentExecutions = executions.filter((execution) => sessionDateOf(execution.at) >= today);
    const recentOrders = orders.filter(
      (order) => isWorking(order) || order.completedAt === null || sessionDateOf(order.completedAt) >= today,
    );
    if (recentExecutions.length === executions.length && recentOrders.length === orders.length) return;
    this.state.executions = recentExecutions;
    this.state.orders = recentOrders;
    this.state.positions = positions.filter((position) => position.quantity !== 0 || position.realizedPnl !== 0);
    this.#dirty = true;
    this.#reindex();
  }

  #refuse(clientId: number, orderId: number, rejection: Rejection): void {
    this.#listener.orderError(clientId, orderId, rejection.code, rejection.text);
  }

  #symbolOf(order: Order): string | null {
    return this.#directory.byConId(order.conId)?.symbol ?? null;
  }

  #reindex(): void {
    const index = new Map<string, Order[]>();
    for (const order of this.state.orders) {
      const symbol = isWorking(order) ? this.#symbolOf(order) : null;
      if (symbol === null) continue;
      const orders = index.get(symbol);
      if (orders) orders.push(order);
      else index.set(symbol, [order]);
    }
    this.#workingBySymbol = index;
  }
}
