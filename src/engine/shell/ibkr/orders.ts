import { type Order, OrderAction, OrderType } from '@stoqey/ib';
import type { BrokerOrder, BrokerReport } from '../../core/inputs.ts';
import type { OrderTicket } from '../../core/outputs.ts';
import type { ClientOrderId } from '../../core/types.ts';
import type { Sink } from '../../ports/feed.ts';
import type { Log } from '../../ports/log.ts';
import { orderMeaning } from './codes.ts';
import { toOption } from './contracts.ts';
import type { Evidence } from './evidence.ts';
import type { Health } from './health.ts';
import type { Link } from './link.ts';

const TYPES = { LMT: OrderType.LMT, STP: OrderType.STP, MKT: OrderType.MKT } as const;
/** Cancel the others of the group, with block: one fill at a time, so that two cannot over-close. */
const OCA_CANCEL_WITH_BLOCK = 1;

export const toOrder = (ticket: OrderTicket, account: string): Order => ({
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
  /** A change or cancel was written after the broker last spoke of it. */
  changing: boolean;
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
}

/** Our orders' numbers at the broker, and the way out for them. Never retries, never invents. */
export const createOrders = ({ emit, health, log, evidence, resync }: OrdersOptions) => {
  const numbers = new Map<ClientOrderId, number>();
  const names = new Map<number, ClientOrderId>();
  const sent = new Map<ClientOrderId, Sent>();
  const held: (() => void)[] = [];
  let nextNumber = 1;
  let link: Link | null = null;
  let account = '';

  const learn = (brokerOrderId: number, clientOrderId: ClientOrderId | null): void => {
    nextNumber = Math.max(nextNumber, brokerOrderId + 1);
    if (!clientOrderId) return;
    numbers.set(clientOrderId, brokerOrderId);
    names.set(brokerOrderId, clientOrderId);
    const own = sent.get(clientOrderId);
    if (own) {
      own.heard = true;
      own.changing = false;
    }
  };
  const unknown = (clientOrderId: ClientOrderId, reason: string): void =>
    emit({ kind: 'order-unknown', clientOrderId, reason });
  /** Work that must not slip between a snapshot's question and its answer waits for the answer. */
  const whenSettled = (work: () => void): void => {
    if (link && evidence().asking()) held.push(work);
    else work();
  };
  const write = (ticket: OrderTicket, brokerOrderId: number, first: boolean): void => {
    const { clientOrderId } = ticket;
    const own = link;
    if (!own) {
      unknown(clientOrderId, 'not connected: nothing was written');
      return;
    }
    let written = false;
    own.send('urgent', (api) => {
      written = true;
      const before = sent.get(clientOrderId);
      sent.set(clientOrderId, { brokerOrderId, ticket, heard: before?.heard ?? false, changing: !first, link: own });
      api.placeOrder(brokerOrderId, toOption(ticket.contract), toOrder(ticket, account));
      if (first) emit({ kind: 'order-sent', clientOrderId, brokerOrderId });
    });
    if (!written) log('warn', 'an order waits for the message rate', { clientOrderId });
  };
  const uncertain = (clientOrderId: ClientOrderId, reason: string): void => {
    unknown(clientOrderId, reason);
    resync();
  };
  const onRefused = (clientOrderId: ClientOrderId, code: number, message: string): void => {
    const own = sent.get(clientOrderId);
    // Said about a change, it leaves the order as it was: only the broker's list tells how.
    if (own?.heard && own.changing) uncertain(clientOrderId, `change refused, ${code}: ${message}`);
    else emit({ kind: 'order-refused', clientOrderId, code, message });
  };
  const onCancelled = (clientOrderId: ClientOrderId, brokerOrderId: number, message: string): void => {
    const last = evidence().lastOf(brokerOrderId);
    if (!last) {
      uncertain(clientOrderId, `cancelled, 202: ${message}`);
      return;
    }
    last.order = { ...last.order, status: 'Cancelled' };
    emit({ kind: 'order-status', order: last.order, filled: last.filled, remaining: last.remaining });
  };

  return {
    learnAll: (known: ReadonlyMap<ClientOrderId, number>): void => {
      for (const [clientOrderId, brokerOrderId] of known) learn(brokerOrderId, clientOrderId);
    },
    learn,
    onNextValidId: (id: number): void => {
      if (Number.isInteger(id)) nextNumber = Math.max(nextNumber, id);
    },
    nameOf: (brokerOrderId: number): ClientOrderId | null => names.get(brokerOrderId) ?? null,
    /** From here orders may leave. */
    attach: (opened: Link, ownAccount: string): void => {
      link = opened;
      account = ownAccount;
    },
    detach: (): void => {
      link = null;
      for (const work of held.splice(0)) work();
    },
    release: (): void => {
      for (const work of held.splice(0)) work();
    },
    /** Written to this connection, and not a word since: transmitted, unconfirmed (TWS: PendingSubmit). */
    unheard: (): BrokerOrder[] =>
      [...sent.values()]
        .filter((own) => link !== null && own.link === link && !own.heard)
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
        })),
    place: (ticket: OrderTicket): void =>
      whenSettled(() => {
        const { clientOrderId } = ticket;
        if (numbers.has(clientOrderId)) {
          log('error', 'an order was to be placed twice; the second was not sent', { clientOrderId });
          return;
        }
        if (!link) {
          unknown(clientOrderId, 'not connected: nothing was written');
          return;
        }
        const brokerOrderId = nextNumber;
        nextNumber += 1;
        numbers.set(clientOrderId, brokerOrderId);
        names.set(brokerOrderId, clientOrderId);
        write(ticket, brokerOrderId, true);
      }),
    change: (ticket: OrderTicket): void =>
      whenSettled(() => {
        const brokerOrderId = numbers.get(ticket.clientOrderId);
        if (brokerOrderId === undefined) unknown(ticket.clientOrderId, 'the broker has no number for it');
        else write(ticket, brokerOrderId, false);
      }),
    cancel: (clientOrderId: ClientOrderId): void => {
      const brokerOrderId = numbers.get(clientOrderId);
      if (brokerOrderId === undefined) {
        unknown(clientOrderId, 'the broker has no number for it');
        return;
      }
      if (!link) {
        unknown(clientOrderId, 'not connected: the cancel was not written');
        return;
      }
      link.send('urgent', (api) => api.cancelOrder(brokerOrderId, ''));
    },
    /** An error whose id is one of our orders. False when it is not. */
    onError: (brokerOrderId: number, code: number, message: string): boolean => {
      const clientOrderId = names.get(brokerOrderId);
      if (!clientOrderId) return false;
      const meaning = orderMeaning(code);
      log(meaning === 'notice' ? 'info' : 'warn', 'TWS about an order', { clientOrderId, code, message });
      if (meaning === null) health.refuse('ibkr.session', `code-${code}`);
      if (meaning === 'refused') onRefused(clientOrderId, code, message);
      else if (meaning === 'cancelled') onCancelled(clientOrderId, brokerOrderId, message);
      else if (meaning !== 'notice') uncertain(clientOrderId, `${code}: ${message}`);
      return true;
    },
  };
};
export type Orders = ReturnType<typeof createOrders>;
