import { afterEach, describe, expect, test } from 'bun:test';
import { DEFAULT_GATEWAY_SCHEDULE } from '../../src/engine/core/market/gateway-gate.ts';
import type { ClientOrderId } from '../../src/engine/core/types.ts';
import { AdapterUnderTest, ticket } from './ibkr-harness.ts';
import { startServer, stopEverything } from './tws-harness.ts';

const MINUTE_MS = 60_000;
const id = (name: string): ClientOrderId => name as ClientOrderId;

const adapters: AdapterUnderTest[] = [];
afterEach(async () => {
  for (const adapter of adapters.splice(0)) await adapter.stop();
  stopEverything();
});

/** The tiny market stands at 10:00 in New York; a gateway in Denver restarts at 08:10 of its own clock. */
const desk = async () => {
  const { market, server } = await startServer({ gatewayZone: 'America/Denver' });
  const adapter = new AdapterUnderTest(server.port, {
    clock: { now: () => market.now() },
    gateway: { ...DEFAULT_GATEWAY_SCHEDULE, restartZone: 'America/Denver', restartAt: '08:10' },
    reconnectMs: [30],
    pulseMs: 50,
  });
  adapters.push(adapter);
  await adapter.start();
  await adapter.synced();
  const orders = () =>
    server.exchange.orders
      .working()
      .map(({ orderId, terms }) => ({ orderId, type: terms.orderType, price: terms.auxPrice ?? terms.limitPrice }));
  adapter.ibkr.broker.place(ticket('held', { limitPrice: 5.1 }));
  await adapter.until('two are held', () => adapter.of('executed').length > 0);
  return { market, server, adapter, orders };
};

describe('around the gateway’s restart by its own clock', () => {
  test('an entry is refused, a tighter stop waits, and goes out once when all is known again, under a number never used', async () => {
    const { market, server, adapter, orders } = await desk();
    const stop = ticket('stop', {
      purpose: 'protective-stop',
      side: 'SELL',
      type: 'STP',
      limitPrice: null,
      stopPrice: 3,
    });
    adapter.ibkr.broker.place(ticket('rests', { limitPrice: 1 }));
    adapter.ibkr.broker.place(stop);
    await adapter.until('both rest', () => orders().length === 2);
    const highest = Math.max(...orders().map(({ orderId }) => orderId));

    market.advance(5 * MINUTE_MS);
    adapter.ibkr.broker.place(ticket('late', { limitPrice: 1 }));
    adapter.ibkr.broker.change({ ...stop, stopPrice: 4 });
    await adapter.until('the entry is refused', () =>
      adapter.of('order-refused').some(({ clientOrderId }) => clientOrderId === id('late')),
    );
    await Bun.sleep(150);
    expect(
      orders()
        .map(({ type, price }) => `${type} ${price}`)
        .sort(),
    ).toEqual(['LMT 1', 'STP 3']);

    const syncs = adapter.of('synced').length;
    market.advance(5 * MINUTE_MS);
    server.faults.inject({ kind: 'restart', downMs: MINUTE_MS, rollBackBy: 2 });
    await adapter.until('the broker is lost', () => adapter.of('disconnected').length === 1);
    market.advance(2 * MINUTE_MS);
    await adapter.until('it is back', () => adapter.of('synced').length > syncs);
    await Bun.sleep(200);
    expect(
      orders()
        .map(({ type, price }) => `${type} ${price}`)
        .sort(),
    ).toEqual(['LMT 1', 'STP 3']);

    const known = adapter.of('synced').length;
    market.advance(3 * MINUTE_MS + 1);
    await adapter.until('asked anew after the gate', () => adapter.of('synced').length > known);
    // What became of the change is unknown to the core: the line was lost while it waited. It decides anew, and may now.
    if (adapter.of('order-unknown').some(({ clientOrderId }) => clientOrderId === id('stop')))
      adapter.ibkr.broker.change({ ...stop, stopPrice: 4 });
    await adapter.until('the stop is tighter', () => orders().some(({ price }) => price === 4));
    adapter.ibkr.broker.place(ticket('after', { limitPrice: 1.5 }));
    await adapter.until('a new entry rests', () => orders().length === 3);
    expect(
      orders()
        .map(({ type, price }) => `${type} ${price}`)
        .sort(),
    ).toEqual(['LMT 1', 'LMT 1.5', 'STP 4']);
    expect(Math.max(...orders().map(({ orderId }) => orderId))).toBeGreaterThan(highest);
    expect(adapter.of('order-refused').map(({ clientOrderId }) => clientOrderId)).toEqual([id('late')]);
  }, 30_000);

  test('what waits goes out by itself where the gateway did not restart after all', async () => {
    const { market, adapter, orders } = await desk();
    const stop = ticket('stop', {
      purpose: 'protective-stop',
      side: 'SELL',
      type: 'STP',
      limitPrice: null,
      stopPrice: 3,
    });
    adapter.ibkr.broker.place(stop);
    await adapter.until('it rests', () => orders().length === 1);
    market.advance(6 * MINUTE_MS);
    adapter.ibkr.broker.change({ ...stop, stopPrice: 4 });
    await Bun.sleep(150);
    expect(orders().map(({ price }) => price)).toEqual([3]);
    market.advance(9 * MINUTE_MS);
    await adapter.until('the stop is tighter', () => orders().some(({ price }) => price === 4));
    expect(orders()).toHaveLength(1);
    expect(adapter.of('order-unknown')).toEqual([]);
  }, 20_000);
});
