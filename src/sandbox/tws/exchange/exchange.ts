import type { Instant } from '../../../engine/core/types.ts';
import type { SandboxMarket } from '../../market/types.ts';
import type { Directory, Listing } from '../directory.ts';
import { endOfDay, sessionDateOf } from '../market-clock.ts';
import { Account } from './account.ts';
import { recordCorrection, recordFill, recordSettlement } from './execution.ts';
import { dueExpiries, settlementPrice } from './expiry.ts';
import type { ExchangeFaults, ExchangeListener, ExchangeParts } from './listener.ts';
import { fillQuantity, fillsAt } from './match.ts';
import { OrderStore } from './order-store.ts';
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
import { cancelProblem, changeProblem, fundsProblem, newOrderProblem, termsProblem } from './validate.ts';

/**
 * Matches orders against the market's displayed quotes, at the touch and never inside the spread, and keeps the account.
 * A child order works once its parent is wholly filled. Time is the market's.
 */
export class Exchange {
  readonly account: Account;
  readonly state: ExchangeState;
  readonly orders: OrderStore;
  readonly #market: SandboxMarket;
  readonly #directory: Directory;
  readonly #rules: ExchangeRules;
  readonly #listener: ExchangeListener;
  readonly #faults: ExchangeFaults;
  readonly #quotes: QuoteObserver;
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
    this.orders = new OrderStore(parts.state, parts.directory);
    this.#dayEndsAt = endOfDay(parts.market.now());
  }

  /** True once after each change that the state file has not seen. */
  takeDirty(): boolean {
    const dirty = this.#dirty;
    this.#dirty = false;
    return dirty;
  }

  /** Takes a new order, or a change to one that works under the same id. Refusals go to the listener. */
  place(clientId: number, orderId: number, listing: Listing, exchange: string, terms: OrderTerms): void {
    const known = this.orders.find(clientId, orderId);
    const problem =
      this.#faults.takeRejection() ??
      (known ? changeProblem(known, listing.conId, terms) : newOrderProblem(this.orders, clientId, orderId, terms)) ??
      termsProblem(listing, terms) ??
      fundsProblem(this.account, listing, terms, known);
    if (problem) this.#refuse(clientId, orderId, problem);
    else if (known) this.#change(known, terms);
    else {
      this.state.nextOrderIds[clientId] = orderId + 1;
      const order = this.orders.add(clientId, orderId, listing, exchange, terms, this.#market.now());
      this.#dirty = true;
      if (terms.transmit) this.#transmit(order);
      else this.#listener.orderChanged(order);
    }
  }

  cancel(clientId: number, orderId: number): void {
    const order = this.orders.find(clientId, orderId);
    const problem = cancelProblem(order, orderId);
    if (problem || !order) {
      if (problem) this.#refuse(clientId, orderId, problem);
      return;
    }
    this.#end(order, '', true);
    if (!this.#rules.ocaCancelSpreads) return;
    for (const other of this.orders.ocaSiblings(order)) this.#end(other, 'OCA group has been cancelled', false);
  }

  /** Every client's orders, as TWS does. */
  cancelAll(): void {
    for (const order of this.orders.working()) this.#end(order, '', true);
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
    this.#match(symbol);
  }

  /** To be called a few times a second: expiry, end of day, and quotes that stand still. */
  tick(): void {
    const now = this.#market.now();
    for (const due of dueExpiries(this.state.positions, this.#directory, now)) this.#settle(due.position, due.listing);
    const today = sessionDateOf(now);
    const open = this.#market.sessionOpen();
    for (const order of this.orders.working()) {
      const expiry = this.#directory.byConId(order.conId)?.option?.expiry ?? null;
      if (expiry !== null && expiry < today) this.#end(order, 'Contract has expired', false);
      else if (order.terms.timeInForce === 'DAY' && (order.placedOn < today || (!open && order.enteredOpen))) {
        this.#end(order, 'Day order expired at the close', false);
      }
    }
    if (this.orders.forgetBefore(today)) this.#dirty = true;
    for (const symbol of this.orders.symbols()) this.#match(symbol);
  }

  /** Changes the price of an execution after the fact. Null when it is unknown. */
  correct(execId: string, price: number): Execution | null {
    const multiplierOf = (conId: number) => this.#directory.byConId(conId)?.multiplier ?? 1;
    const corrected = recordCorrection(this.state, execId, price, multiplierOf);
    if (!corrected) return null;
    this.#dirty = true;
    this.#listener.executed(corrected, this.state.orders.find(({ permId }) => permId === corrected.permId) ?? null);
    return corrected;
  }

  #change(order: Order, terms: OrderTerms): void {
    const wasHeld = !order.terms.transmit;
    order.terms = { ...terms, ocaGroup: order.terms.ocaGroup, ocaType: order.terms.ocaType };
    order.triggerHits = 0;
    this.#dirty = true;
    if (wasHeld && terms.transmit) {
      this.#transmit(order);
      return;
    }
    this.#listener.orderChanged(order);
    this.#match(this.orders.symbolOf(order));
  }

  /** A transmitted order takes its parent and siblings along, however they were marked. */
  #transmit(order: Order): void {
    const open = this.#market.sessionOpen();
    for (const member of this.orders.family(order)) {
      member.terms = { ...member.terms, transmit: true };
      member.enteredOpen = open;
      if (member.status === 'PendingSubmit') {
        member.status = this.orders.restsAtBroker(member) || !open ? 'PreSubmitted' : 'Submitted';
      }
      this.#listener.orderChanged(member);
      if (open) continue;
      const warning = 'Order Message:\nWarning: your order will not be placed at the exchange until the market opens';
      this.#listener.orderError(member.clientId, member.orderId, 399, warning);
    }
    this.#match(this.orders.symbolOf(order));
  }

  #match(symbol: string | null): void {
    if (symbol === null || !this.#market.sessionOpen()) return;
    for (const order of [...this.orders.workingOn(symbol)]) {
      if (!isWorking(order) || !order.terms.transmit || this.orders.awaitsParent(order)) continue;
      const listing = this.#directory.byConId(order.conId);
      const quote = listing && this.#quotes.observe(listing);
      order.enteredOpen = true;
      if (!listing || !quote || !this.#released(order, listing, quote)) continue;
      const price = fillsAt(order, quote);
      if (price === null) continue;
      if (order.filled === 0 && order.partQuantity === null) this.#splitIfOrdered(order);
      const quantity = this.#fillable(order, quote);
      if (quantity > 0) this.#fill(order, listing, quantity, price);
    }
  }

  #splitIfOrdered(order: Order): void {
    const parts = this.#faults.takeSplit();
    if (parts !== null && parts > 1) order.partQuantity = Math.ceil(order.terms.totalQuantity / parts);
  }

  /** Displayed size allows; a forced split gives one part per quote, so that the parts are truly apart. */
  #fillable(order: Order, quote: ObservedQuote): number {
    const displayed = fillQuantity(order, quote);
    if (order.partQuantity === null || displayed === 0) return displayed;
    if (this.#lastFillVersion.get(order.permId) === quote.version) return 0;
    this.#lastFillVersion.set(order.permId, quote.version);
    return Math.min(displayed, order.partQuantity);
  }

  /** Moves trailing stops, fires stops. True when the order may trade. */
  #released(order: Order, listing: Listing, quote: ObservedQuote): boolean {
    if (order.status === 'PreSubmitted' && !this.orders.restsAtBroker(order)) this.#submit(order);
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
    this.#submit(order);
    return true;
  }

  #submit(order: Order): void {
    order.status = 'Submitted';
    this.#dirty = true;
    this.#listener.orderChanged(order);
  }

  #fill(order: Order, listing: Listing, shares: number, price: number): void {
    this.#quotes.take(listing.conId, order.terms.action, shares);
    const commission = roundMicros(orderCommission(this.#rules, listing, order.filled + shares) - order.commission);
    order.averageFillPrice = (order.averageFillPrice * order.filled + price * shares) / (order.filled + shares);
    order.filled += shares;
    order.lastFillPrice = price;
    order.commission = roundMicros(order.commission + commission);
    order.status = remaining(order) === 0 ? 'Filled' : 'Submitted';
    if (order.status === 'Filled') this.#complete(order, `Filled Size: ${order.filled}`);
    const realizedPnl = this.account.book(listing, signed(order.terms.action, shares), price, commission);
    const at = this.#market.now();
    const execution = recordFill(this.state, order, listing, { at, shares, price, commission, realizedPnl });
    this.#dirty = true;
    this.#listener.executed(execution, order);
    this.#rebalanceOca(order, shares);
    const position = this.account.position(order.conId);
    if (position) this.#listener.positionChanged(position);
  }

  /** Any fill cancels the rest of a type 1 group; types 2 and 3 shrink the others by what was filled. */
  #rebalanceOca(order: Order, shares: number): void {
    for (const other of this.orders.ocaSiblings(order)) {
      const left = other.terms.totalQuantity - shares;
      if (order.terms.ocaType === 1 || order.status === 'Filled' || left <= other.filled) {
        this.#end(other, 'OCA group has been executed', false);
        continue;
      }
      other.terms = { ...other.terms, totalQuantity: left };
      this.#listener.orderChanged(other);
    }
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
    for (const child of this.orders.children(order)) this.#end(child, 'Parent was cancelled', false);
  }

  #complete(order: Order, status: string): void {
    order.completedAt = this.#market.now();
    order.completedStatus = status;
    this.#lastFillVersion.delete(order.permId);
    this.#lastTriggerVersion.delete(order.permId);
    this.orders.reindex();
  }

  /** Cash settlement at intrinsic value on the last price the underlying had. */
  #settle(position: Position, listing: Listing): void {
    const underlying = this.state.underlyingPrices[listing.symbol];
    if (underlying === undefined || !listing.option) return;
    const price = settlementPrice(listing.option, underlying);
    const quantity = -position.quantity;
    const realizedPnl = this.account.book(listing, quantity, price, 0);
    const settlement = { at: this.#market.now(), quantity, price, realizedPnl };
    const execution = recordSettlement(this.state, listing.conId, settlement);
    this.#dirty = true;
    this.#listener.executed(execution, null);
    this.#listener.positionChanged(position);
  }

  #refuse(clientId: number, orderId: number, rejection: Rejection): void {
    this.#listener.orderError(clientId, orderId, rejection.code, rejection.text);
  }
}
