import type { BrokerExecution, BrokerOrder, BrokerOrderStatus, BrokerReport } from '../core/inputs.ts';
import type { OrderTicket, Output } from '../core/outputs.ts';
import type { Instant, UsdMicros } from '../core/types.ts';
import type { Random } from './random.ts';

interface Held {
  ticket: OrderTicket;
  brokerOrderId: number;
  status: BrokerOrderStatus;
  filled: number;
}

/** A broker with a memory of its own, a socket that may lose what is written to it, and reports that repeat themselves. */
export interface FakeBroker {
  /** What the engine sends; lost for certain while the socket is down, and by chance just before it goes down. */
  perform(output: Output): void;
  /** Something happens at the exchange. */
  trade(at: Instant): void;
  /** Reports on their way, in order; some twice. */
  take(): BrokerReport[];
  cut(): void;
  /** The answer to a complete sync. */
  connect(): BrokerReport[];
  readonly connected: () => boolean;
  readonly position: () => number;
  /** Least position ever held: below zero is an over-close. */
  readonly leastPosition: () => number;
  /** Contracts that working stops would sell, each group once. */
  readonly restingStops: () => number;
  readonly boughtOrders: () => number;
}

const WORKING: ReadonlySet<BrokerOrderStatus> = new Set(['PendingSubmit', 'PreSubmitted', 'Submitted']);

export const createFakeBroker = (random: Random, price: () => number): FakeBroker => {
  const orders = new Map<string, Held>();
  const executions: BrokerExecution[] = [];
  let reports: BrokerReport[] = [];
  let up = true;
  let position = 0;
  let least = 0;
  let next = 1;
  let bought = 0;

  const describe = (held: Held): BrokerOrder => ({
    clientOrderId: held.ticket.clientOrderId,
    brokerOrderId: held.brokerOrderId,
    permId: 9000 + held.brokerOrderId,
    contractId: held.ticket.contract.id,
    side: held.ticket.side,
    orderType: held.ticket.type,
    quantity: held.ticket.quantity,
    limitPrice: held.ticket.limitPrice,
    stopPrice: held.ticket.stopPrice,
    status: held.status,
  });
  const say = (report: BrokerReport): void => {
    if (!up) return;
    reports.push(report);
    if (random.chance(0.2)) reports.push(report);
  };
  const tellStatus = (held: Held): void =>
    say({
      kind: 'order-status',
      order: describe(held),
      filled: held.filled,
      remaining: held.ticket.quantity - held.filled,
    });
  const held = (id: string): Held | undefined => orders.get(id);
  const positions = () => {
    const contract = [...orders.values()][0]?.ticket.contract;
    return contract && position !== 0
      ? [{ account: 'DU1', contractId: contract.id, symbol: contract.underlying, quantity: position, averagePrice: 2 }]
      : [];
  };
  const end = (order: Held, status: BrokerOrderStatus): void => {
    order.status = status;
    tellStatus(order);
  };
  const fill = (order: Held, quantity: number, at: Instant): void => {
    const { ticket } = order;
    order.filled += quantity;
    position += ticket.side === 'BUY' ? quantity : -quantity;
    least = Math.min(least, position);
    const execution: BrokerExecution = {
      executionId: `0001.${executions.length + 1}.01`,
      clientOrderId: ticket.clientOrderId,
      brokerOrderId: order.brokerOrderId,
      permId: 9000 + order.brokerOrderId,
      contractId: ticket.contract.id,
      side: ticket.side,
      quantity,
      price: price(),
      at,
    };
    executions.push(execution);
    const commission = {
      kind: 'commission',
      executionId: execution.executionId,
      commission: (650_000 * quantity) as UsdMicros,
    } as const;
    const first = random.chance(0.5);
    if (first) say(commission);
    say({ kind: 'executed', execution });
    if (!first) say(commission);
    if (order.filled >= ticket.quantity) end(order, 'Filled');
    // With block: whatever fills first ends the others of its group.
    for (const other of orders.values()) {
      const together = ticket.ocaGroup !== null && other.ticket.ocaGroup === ticket.ocaGroup;
      if (together && other !== order && WORKING.has(other.status)) end(other, 'Cancelled');
    }
    say({ kind: 'positions', positions: positions() });
  };
  const place = (ticket: OrderTicket): void => {
    if (orders.has(ticket.clientOrderId)) throw new Error(`doubled order ${ticket.clientOrderId}`);
    if (ticket.side === 'BUY') bought += 1;
    const order: Held = { ticket, brokerOrderId: next, status: 'Submitted', filled: 0 };
    next += 1;
    orders.set(ticket.clientOrderId, order);
    say({ kind: 'order-sent', clientOrderId: ticket.clientOrderId, brokerOrderId: order.brokerOrderId });
    if (random.chance(0.05)) {
      order.status = 'Cancelled';
      say({ kind: 'order-refused', clientOrderId: ticket.clientOrderId, code: 201, message: 'margin' });
    } else tellStatus(order);
  };
  const change = (ticket: OrderTicket): void => {
    const order = held(ticket.clientOrderId);
    if (!order || !WORKING.has(order.status)) return;
    order.ticket = ticket;
    if (order.filled >= ticket.quantity) end(order, 'Filled');
    else tellStatus(order);
  };

  return {
    perform: (output) => {
      if (!up || random.chance(0.01)) return;
      if (output.kind === 'order.place') place(output.ticket);
      else if (output.kind === 'order.change') change(output.ticket);
      else if (output.kind === 'order.cancel') {
        const order = held(output.clientOrderId);
        if (order && WORKING.has(order.status)) end(order, 'Cancelled');
      }
    },
    trade: (at) => {
      const working = [...orders.values()].filter(({ status }) => WORKING.has(status));
      if (working.length === 0) return;
      const order = random.pick(working);
      const { ticket, filled } = order;
      const probability = { entry: 0.5, 'protective-stop': 0.08, exit: 0.7 }[ticket.purpose];
      if (random.chance(probability)) fill(order, random.whole(1, ticket.quantity - filled), at);
      else if (random.chance(0.01)) end(order, 'Cancelled');
    },
    take: () => {
      const taken = reports;
      reports = [];
      return taken;
    },
    cut: () => {
      up = false;
      // What was under way may or may not have come through before the cut.
      reports = reports.slice(0, random.whole(0, reports.length));
      reports.push({ kind: 'disconnected', reason: 'socket' });
    },
    connect: () => {
      up = true;
      reports = [];
      return [
        { kind: 'connected', account: 'DU1' },
        {
          kind: 'synced',
          openOrders: [...orders.values()].filter(({ status }) => WORKING.has(status)).map(describe),
          executions: random.shuffle(executions),
          positions: positions(),
        },
      ];
    },
    connected: () => up,
    position: () => position,
    leastPosition: () => least,
    restingStops: () => {
      const groups = new Map<string, number>();
      for (const { ticket, status, filled } of orders.values()) {
        if (ticket.purpose !== 'protective-stop' || !WORKING.has(status)) continue;
        groups.set(ticket.ocaGroup ?? ticket.clientOrderId, ticket.quantity - filled);
      }
      return [...groups.values()].reduce((sum, quantity) => sum + quantity, 0);
    },
    boughtOrders: () => bought,
  };
};
