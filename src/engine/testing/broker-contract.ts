import { expect, test } from 'bun:test';
import type { BrokerReport } from '../core/inputs.ts';
import type { OrderTicket } from '../core/outputs.ts';
import type { ClientOrderId } from '../core/types.ts';
import type { Broker } from '../ports/broker.ts';

export interface BrokerUnderTest {
  readonly broker: Broker;
  readonly begin: () => Promise<void>;
  /** A limit order that rests. */
  readonly resting: (clientOrderId: ClientOrderId) => OrderTicket;
  readonly close: () => Promise<void>;
}

const WAIT_MS = 4_000;
const eventually = async (what: string, holds: () => boolean): Promise<void> => {
  const deadline = Date.now() + WAIT_MS;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${WAIT_MS} ms`);
    await Bun.sleep(5);
  }
};

/** What every broker must do. */
export const brokerContract = (create: () => Promise<BrokerUnderTest>): void => {
  const start = async (known: ReadonlyMap<ClientOrderId, number> = new Map()) => {
    const under = await create();
    const reports: BrokerReport[] = [];
    await under.broker.start((report) => reports.push(report), known);
    const kinds = (): string[] => reports.map(({ kind }) => kind);
    return { ...under, reports, kinds };
  };
  const id = (name: string): ClientOrderId => name as ClientOrderId;

  test('no order leaves before synced: it is unknown, and the calls do not throw', async () => {
    const { broker, begin, kinds, resting, close } = await start();
    broker.place(resting(id('early')));
    broker.change(resting(id('early')));
    broker.cancel(id('early'));
    expect(kinds()).toEqual(['order-unknown', 'order-unknown', 'order-unknown']);
    await begin();
    await eventually('synced', () => kinds().includes('synced'));
    expect(kinds().indexOf('connected')).toBeLessThan(kinds().indexOf('synced'));
    expect(kinds()).not.toContain('order-sent');
    await broker.stop();
    await close();
  });

  test('an order is sent once, changed under the same number, and cancelled', async () => {
    const { broker, begin, reports, kinds, resting, close } = await start();
    await begin();
    await eventually('synced', () => kinds().includes('synced'));
    const ticket = resting(id('one'));
    broker.place(ticket);
    broker.place(ticket);
    await eventually('acknowledged', () => kinds().includes('order-status'));
    broker.change({ ...ticket, quantity: ticket.quantity + 1 });
    const statuses = () => reports.flatMap((report) => (report.kind === 'order-status' ? [report.order] : []));
    await eventually('changed', () => statuses().some(({ quantity }) => quantity === ticket.quantity + 1));
    broker.cancel(id('one'));
    await eventually('cancelled', () =>
      statuses().some(({ status }) => status === 'Cancelled' || status === 'ApiCancelled'),
    );
    expect(kinds().filter((kind) => kind === 'order-sent')).toHaveLength(1);
    expect(new Set(statuses().map(({ brokerOrderId }) => brokerOrderId)).size).toBe(1);
    expect(new Set(statuses().map(({ clientOrderId }) => clientOrderId))).toEqual(new Set([id('one')]));
    await broker.stop();
    await close();
  });

  test('numbers of earlier runs are not used again', async () => {
    const { broker, begin, reports, kinds, resting, close } = await start(new Map([[id('old'), 4_711]]));
    await begin();
    await eventually('synced', () => kinds().includes('synced'));
    broker.place(resting(id('new')));
    await eventually('sent', () => kinds().includes('order-sent'));
    const sent = reports.find((report) => report.kind === 'order-sent');
    expect(sent?.kind === 'order-sent' && sent.brokerOrderId).toBeGreaterThan(4_711);
    await broker.stop();
    await close();
  });

  test('after stop, calls neither throw nor report', async () => {
    const { broker, begin, reports, kinds, resting, close } = await start();
    await begin();
    await eventually('synced', () => kinds().includes('synced'));
    await broker.stop();
    const before = reports.length;
    broker.place(resting(id('late')));
    broker.cancel(id('late'));
    await Bun.sleep(50);
    expect(reports).toHaveLength(before);
    await close();
  });
};
