import { type Order, OrderAction, OrderType } from '@stoqey/ib';
import type { BrokerOrder, BrokerReport } from '../../../core/inputs.ts';
import type { GatewayClosure } from '../../../core/market/gateway-gate.ts';
import type { OrderTicket } from '../../../core/outputs.ts';
import type { ClientOrderId } from '../../../core/types.ts';
import type { Sink } from '../../../ports/feed.ts';
import type { Log } from '../../../ports/log.ts';
import { toOption } from '../contracts.ts';
import type { Health } from '../health.ts';
import { effectsOf, LEVELS, UNKNOWN_CODE } from '../wire/code-table.ts';
import type { Link } from '../wire/link.ts';
import type { Evidence } from './evidence.ts';

const TYPES = { LMT: OrderType.LMT, STP: OrderType.STP, MKT: OrderType.MKT } as const;
/** Cancel the others of the group, with block: one fill at a time, so that two cannot over-close. */
const OCA_CANCEL_WITH_BLOCK = 1;

const toOrder = (ticket: OrderTicket, account: string): Order => ({
  account,
  action: ticket.side === 'BUY' ? OrderAction.BUY : OrderAction.SELL,
  orderType: TYPES[ticket.type],
  totalQuantity: ticket.quantity,
  ...(ticket.type === 'LMT' && ticket.limitPrice !== null ? { lmtPrice: ticket.limitPrice } : {}),
  ...(ticket.type === 'STP' && ticket.stopPrice !== null ? { auxPrice: ticket.stopPrice } : {}),
  tif: ticket.timeInForce,
  orderRef: ticket.clientOrderId,
  ...(ticket.ocaGroup === null ? {} : { ocaGroup: ticket.ocaGroup, ocaType: OCA_CANCEL_WITH_BLOCK }),
  outsideRth: false,
  transmit: true,
  eTradeOnly: false,
  firmQuoteOnly: false,
});

interface Sent {
  readonly brokerOrderId: number;
  ticket: OrderTicket;
  /** The broker has named it on this connection. */
  heard: boolean;
  /** The connection it was last written to. */
  link: Link;
}

export interface OrdersOptions {
  readonly emit: Sink<BrokerReport>;
  readonly health: Health;
  readonly log: Log;
  readonly evidence: () => Evidence;
  /** Asks the broker for everything anew. */
  readonly resync: () => void;
  /** The gateway is about to go away by its timetable, or has just come back; null while orders may go. */
  readonly closure: () => GatewayClosure | null;
}

/** TWS's own codes begin at 100: this one is ours, of an order that was never written. */
const REFUSED_HERE = 0;

/** Our orders' numbers at the broker, and the way out for them. Never retries, never invents. */
export class Orders {
  readonly #options: OrdersOptions;
  readonly #numbers = new Map<ClientOrderId, number>();
  readonly #names = new Map<number, ClientOrderId>();
  readonly #sent = new Map<ClientOrderId, Sent>();
  readonly #held: { readonly clientOrderId: ClientOrderId; readonly again: () => void }[] = [];
  /** What reduces risk and must not be handed to a gateway that is about to restart. One of each order, the latest word. */
  readonly #gated = new Map<ClientOrderId, { readonly first: boolean; readonly ticket: OrderTicket }>();
  #nextNumber = 1;
  #link: Link | null = null;
  #account = '';

  constructor(options: OrdersOptions) {
    this.#options = options;
  }

  learnAll(known: ReadonlyMap<ClientOrderId, number>): void {
    for (const [clientOrderId, brokerOrderId] of known) this.learn(brokerOrderId, clientOrderId);
  }

  /** The broker has spoken of one of its numbers under our client id. */
  learn(brokerOrderId: number, clientOrderId: ClientOrderId | null): void {
    this.#nextNumber = Math.max(this.#nextNumber, brokerOrderId + 1);
    if (!clientOrderId) return;
    this.#numbers.set(clientOrderId, brokerOrderId);
    this.#names.set(brokerOrderId, clientOrderId);
    const own = this.#sent.get(clientOrderId);
    if (own) own.heard = true;
  }

  /** TWS may come back with a lower number than it gave before: ours never goes back. */
  onNextValidId(id: number): void {
    if (Number.isInteger(id)) this.#nextNumber = Math.max(this.#nextNumber, id);
  }

  nameOf(brokerOrderId: number): ClientOrderId | null {
    return this.#names.get(brokerOrderId) ?? null;
  }

  /** From here orders may leave. */
  attach(link: Link, account: string): void {
    this.#link = link;
    this.#account = account;
  }

  detach(): void {
    this.#link = null;
    this.release();
  }

  /** Once the broker has told everything it knows, or the line is gone: what waited for that goes on. */
  release(): void {
    for (const { again } of this.#held.splice(0)) again();
    if (this.#gated.size === 0 || (this.#link && this.#options.closure())) return;
    const gated = [...this.#gated.values()];
    this.#gated.clear();
    for (const { first, ticket } of gated) {
      if (first) this.place(ticket);
      else this.change(ticket);
    }
  }

  /** How many orders wait for the gateway to come back. */
  gated(): number {
    return this.#gated.size;
  }

  /** Written to this connection, and not a word since: transmitted, unconfirmed (TWS: PendingSubmit). */
  unheard(): BrokerOrder[] {
    return [...this.#sent.values()]
      .filter((own) => this.#link !== null && own.link === this.#link && !own.heard)
      .map(({ brokerOrderId, ticket }) => ({
        clientOrderId: ticket.clientOrderId,
        brokerOrderId,
        permId: 0,
        contractId: ticket.contract.id,
        side: ticket.side,
        orderType: ticket.type,
        quantity: ticket.quantity,
        limitPrice: ticket.limitPrice,
        stopPrice: ticket.stopPrice,
        status: 'PendingSubmit',
      }));
  }

  place(ticket: OrderTicket): void {
    const { clientOrderId } = ticket;
    if (this.#gate(ticket, true) || this.#waits(clientOrderId, () => this.place(ticket))) return;
    if (this.#numbers.has(clientOrderId)) {
      this.#options.log('error', 'an order was to be placed twice; the second was not sent', { clientOrderId });
      return;
    }
    if (!this.#link) {
      this.#unknown(clientOrderId, 'not connected: nothing was written');
      return;
    }
    const brokerOrderId = this.#nextNumber;
    this.#nextNumber += 1;
    this.#numbers.set(clientOrderId, brokerOrderId);
    this.#names.set(brokerOrderId, clientOrderId);
    this.#write(this.#link, ticket, brokerOrderId, true);
  }

  change(ticket: OrderTicket): void {
    const { clientOrderId } = ticket;
    if (this.#gate(ticket, false) || this.#waits(clientOrderId, () => this.change(ticket))) return;
    const brokerOrderId = this.#numbers.get(clientOrderId);
    if (brokerOrderId === undefined) this.#unknown(clientOrderId, 'the broker has no number for it');
    else if (!this.#link) this.#unknown(clientOrderId, 'not connected: the change was not written');
    else this.#write(this.#link, ticket, brokerOrderId, false);
  }

  cancel(clientOrderId: ClientOrderId): void {
    const withdrawn = this.#withdraw(clientOrderId);
    const brokerOrderId = this.#numbers.get(clientOrderId);
    if (brokerOrderId === undefined && withdrawn) this.#unknown(clientOrderId, 'withdrawn before it was written');
    else if (brokerOrderId === undefined) this.#unknown(clientOrderId, 'the broker has no number for it');
    else if (!this.#link) this.#unknown(clientOrderId, 'not connected: the cancel was not written');
    else this.#link.send({ lane: 'cancel', order: brokerOrderId }, (api) => api.cancelOrder(brokerOrderId, ''));
  }

  /** An error whose id is one of our orders. False when it is not. */
  onError(brokerOrderId: number, code: number, message: string): boolean {
    const clientOrderId = this.#names.get(brokerOrderId);
    if (!clientOrderId) return false;
    const { log, health } = this.#options;
    const known = effectsOf(code);
    const { order: effect, operator } = known ?? UNKNOWN_CODE;
    log(LEVELS[operator], 'TWS about an order', { clientOrderId, code, message });
    if (known === null) health.refuse('ibkr.session', `code-${code}`);
    switch (effect) {
      case 'refused-number':
        this.#link?.send('evidence', (api) => api.reqIds());
        this.#onRefused(clientOrderId, code, message);
        break;
      case 'refused':
        this.#onRefused(clientOrderId, code, message);
        break;
      case 'cancelled':
        this.#onCancelled(clientOrderId, brokerOrderId, message);
        break;
      case 'uncertain':
        this.#uncertain(clientOrderId, `${code}: ${message}`);
        break;
      case 'notice':
        break;
    }
    return true;
  }

  /** True when it must not leave now: an entry is refused, what reduces risk waits for the gateway. */
  #gate(ticket: OrderTicket, first: boolean): boolean {
    const closure = this.#link && this.#options.closure();
    if (!closure) return false;
    const { clientOrderId, purpose } = ticket;
    const until = new Date(closure.until).toISOString();
    if (purpose === 'entry' && first) {
      const message = `no entry around the gateway's ${closure.cause}, until ${until} and a complete sync: never written`;
      this.#options.emit({ kind: 'order-refused', clientOrderId, code: REFUSED_HERE, message });
      return true;
    }
    this.#options.log('warn', 'an order waits for the gateway', {
      clientOrderId,
      purpose,
      cause: closure.cause,
      until,
    });
    this.#gated.set(clientOrderId, { first: this.#gated.get(clientOrderId)?.first ?? first, ticket });
    return true;
  }

  #unknown(clientOrderId: ClientOrderId, reason: string): void {
    this.#options.emit({ kind: 'order-unknown', clientOrderId, reason });
  }

  #uncertain(clientOrderId: ClientOrderId, reason: string): void {
    this.#unknown(clientOrderId, reason);
    this.#options.resync();
  }

  /** Work that must not slip between a snapshot's question and its answer waits for the answer. */
  #waits(clientOrderId: ClientOrderId, again: () => void): boolean {
    if (!this.#link || !this.#options.evidence().asking()) return false;
    this.#held.push({ clientOrderId, again });
    return true;
  }

  /** What waits for an order that is to be cancelled must not leave after all: the snapshot will tell that it is not there. */
  #withdraw(clientOrderId: ClientOrderId): boolean {
    if (this.#gated.delete(clientOrderId)) return true;
    const others = this.#held.filter((held) => held.clientOrderId !== clientOrderId);
    const withdrawn = others.length < this.#held.length;
    if (withdrawn) this.#held.splice(0, this.#held.length, ...others);
    return withdrawn;
  }

  #write(link: Link, ticket: OrderTicket, brokerOrderId: number, first: boolean): void {
    const { clientOrderId } = ticket;
    let written = false;
    link.send({ lane: 'order', order: brokerOrderId }, (api) => {
      written = true;
      const heard = this.#sent.get(clientOrderId)?.heard ?? !first;
      this.#sent.set(clientOrderId, { brokerOrderId, ticket, heard, link });
      api.placeOrder(brokerOrderId, toOption(ticket.contract), toOrder(ticket, this.#account));
      if (first) this.#options.emit({ kind: 'order-sent', clientOrderId, brokerOrderId });
    });
    if (!written) this.#options.log('warn', 'an order waits for the message rate', { clientOrderId });
  }

  /**
   * Final only for an order that the broker has not acknowledged. Said about a change it leaves the order as it was,
   * and which of the two is meant only the broker's list tells.
   */
  #onRefused(clientOrderId: ClientOrderId, code: number, message: string): void {
    const own = this.#sent.get(clientOrderId);
    if (own && !own.heard) this.#options.emit({ kind: 'order-refused', clientOrderId, code, message });
    else this.#uncertain(clientOrderId, `refused after it was acknowledged, ${code}: ${message}`);
  }

  #onCancelled(clientOrderId: ClientOrderId, brokerOrderId: number, message: string): void {
    const last = this.#options.evidence().lastOf(brokerOrderId);
    if (!last) {
      this.#uncertain(clientOrderId, `cancelled, 202: ${message}`);
      return;
    }
    last.order = { ...last.order, status: 'Cancelled' };
    this.#options.emit({ kind: 'order-status', order: last.order, filled: last.filled, remaining: last.remaining });
  }
}
