import type { BrokerReport } from '../core/inputs.ts';
import type { OrderTicket } from '../core/outputs.ts';
import type { ClientOrderId } from '../core/types.ts';
import type { Sink } from './feed.ts';

/**
 * A broker's socket. Everything it learns comes back as a report, in the broker's order; `synced` comes after each
 * (re)connect and before any order is accepted. Calls never throw and never retry: an order that may or may not have
 * left is reported `order-unknown` and is resolved by the broker's evidence alone.
 */
export interface Broker {
  /** `known` maps orders of earlier runs to the broker's numbers, so that they can be changed and cancelled, and no number is used twice. */
  start(sink: Sink<BrokerReport>, known: ReadonlyMap<ClientOrderId, number>): Promise<void>;
  place(ticket: OrderTicket): void;
  change(ticket: OrderTicket): void;
  cancel(clientOrderId: ClientOrderId): void;
  /** Asks for everything the broker knows; `synced` answers. */
  refresh?(): void;
  stop(): Promise<void>;
}
