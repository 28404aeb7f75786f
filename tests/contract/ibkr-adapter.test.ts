import { afterEach, describe, expect, test } from 'bun:test';
import type { ClientOrderId } from '../../src/engine/core/types.ts';
import type { IbkrOptions } from '../../src/engine/shell/ibkr/ibkr.ts';
import { CALL_ID } from '../support/tiny-market.ts';
import { AdapterUnderTest, call, ticket } from './ibkr-harness.ts';
import { startServer, stopEverything } from './tws-harness.ts';

const adapters: AdapterUnderTest[] = [];
afterEach(async () => {
  for (const adapter of adapters.splice(0)) await adapter.stop();
  stopEverything();
});
const startAdapter = async (
  port: number,
  more: Partial<IbkrOptions> = {},
  known?: ReadonlyMap<ClientOrderId, number>,
) => {
  const adapter = new AdapterUnderTest(port, more);
  adapters.push(adapter);
  return adapter.start(known);
};
const ready = async (more: Partial<IbkrOptions> = {}) => {
  const { market, server } = await startServer();
  const adapter = await startAdapter(server.port, more);
  await adapter.synced();
  return { market, server, adapter };
};
const id = (name: string): ClientOrderId => name as ClientOrderId;

describe('signing on', () => {
  test('connected comes before synced, and the account and the feeds are told', async () => {
    const { adapter } = await ready();
    const kinds = adapter.reports.map(({ kind }) => kind).filter((kind) => kind !== 'account');
    expect(kinds.slice(0, 2)).toEqual(['connected', 'synced']);
    expect(adapter.of('connected')[0]?.account).toMatch(/^DU/);
    await adapter.until('account', () => adapter.of('account').length > 0);
    expect(adapter.of('account')[0]?.netLiquidation).toBeGreaterThan(0);
    expect(adapter.feedState('ibkr.session')).toBe('live');
    expect(adapter.feedState('ibkr.quotes')).toBe('live');
  });

  test('an order given before synced does not leave and is unknown', async () => {
    const { server } = await startServer();
    const adapter = await startAdapter(server.port);
    adapter.ibkr.broker.place(ticket('early'));
    expect(adapter.of('order-unknown')).toHaveLength(1);
    await adapter.synced();
    expect(adapter.of('order-sent')).toEqual([]);
    expect(adapter.of('synced')[0]?.openOrders).toEqual([]);
  });

  test('nobody listening at the port is reported as down, and tried again', async () => {
    const { server } = await startServer();
    const { port } = server;
    server.stop();
    const adapter = await startAdapter(port);
    await adapter.until('down', () => adapter.feedState('ibkr.session') === 'down');
    await adapter.until(
      'tried again',
      () =>
        adapter.inputsOf('feed.reported').filter(({ feed, state }) => feed === 'ibkr.session' && state === 'down')
          .length >= 3,
    );
    expect(adapter.reports).toEqual([]);
  });
});

describe('market data', () => {
  test('quotes carry what TWS sent and NaN where it sent none', async () => {
    const { market, adapter } = await ready();
    market.setQuote('AMZN', 100.5, null);
    await adapter.until('quote', () =>
      adapter
        .inputsOf('quote.seen')
        .some(({ symbol, bidPrice, askPrice }) => symbol === 'AMZN' && bidPrice === 100.5 && Number.isNaN(askPrice)),
    );
    const index = adapter.inputsOf('quote.seen').findLast(({ symbol }) => symbol === 'SPX');
    expect(index?.lastPrice).toBe(4500);
    expect(index?.bidPrice).toBeNaN();
  });

  test('a watched option is quoted until it is no longer watched', async () => {
    const { market, adapter } = await ready();
    adapter.ibkr.feed.watch(call);
    await adapter.until('option quote', () =>
      adapter.inputsOf('option-quote.seen').some(({ askPrice }) => askPrice === 5),
    );
    adapter.ibkr.feed.unwatch(call);
    await Bun.sleep(100);
    const before = adapter.inputsOf('option-quote.seen').length;
    market.setOption(CALL_ID, 5.5, 10, 5.6, 10);
    await Bun.sleep(100);
    expect(adapter.inputsOf('option-quote.seen')).toHaveLength(before);
    expect(before).toBeGreaterThan(0);
  });

  test('prints and depth rows come in market order with their venues', async () => {
    const { market, adapter } = await ready();
    await Bun.sleep(50);
    market.emit({ kind: 'trade', symbol: 'AMZN', at: market.at, price: 100.25, size: 37, venue: 'ARCA' });
    market.emit({
      kind: 'depth',
      symbol: 'AMZN',
      at: market.at,
      operation: 0,
      side: 1,
      level: 0,
      price: 100,
      size: 300,
      venue: 'BATS',
    });
    await adapter.until('print', () => adapter.inputsOf('trade.seen').length > 0);
    await adapter.until('row', () => adapter.inputsOf('depth.seen').length > 0);
    expect(adapter.inputsOf('trade.seen')[0]).toMatchObject({ symbol: 'AMZN', price: 100.25, size: 37, venue: 'ARCA' });
    expect(adapter.inputsOf('depth.seen')[0]).toMatchObject({
      operation: 0,
      side: 1,
      level: 0,
      price: 100,
      size: 300,
      venue: 'BATS',
    });
    expect(adapter.inputs.findIndex(({ kind }) => kind === 'depth.reset')).toBeLessThan(
      adapter.inputs.findIndex(({ kind }) => kind === 'depth.seen'),
    );
  });

  test('a garbled price is absent and counted, never a number', async () => {
    const { market, server, adapter } = await ready();
    server.faults.inject({ kind: 'garble-next-price' });
    market.setQuote('AMZN', 107, 108);
    await adapter.until('counted', () => (adapter.refused('ibkr.quotes')['undecodable'] ?? 0) > 0);
    for (const { bidPrice } of adapter.inputsOf('quote.seen'))
      expect(Number.isNaN(bidPrice) || bidPrice > 0).toBe(true);
  });

  test('an unknown message is counted and what follows is still read', async () => {
    const { market, server, adapter } = await ready();
    server.faults.inject({ kind: 'unknown-message' });
    await adapter.until('counted', () => adapter.refused('ibkr.session')['unknown-message'] === 1);
    market.setQuote('AMZN', 111, 112);
    await adapter.until('quote after it', () =>
      adapter.inputsOf('quote.seen').some(({ bidPrice }) => bidPrice === 111),
    );
    expect(adapter.of('disconnected')).toEqual([]);
  });

  test('317 empties the book', async () => {
    const { server, adapter } = await ready();
    await adapter.until('first reset', () => adapter.inputsOf('depth.reset').length === 1);
    server.faults.inject({ kind: 'reset-depth' });
    await adapter.until('second reset', () => adapter.inputsOf('depth.reset').length === 2);
  });

  test('a broken farm degrades the streams, not the session, until it is well again', async () => {
    const { server, adapter } = await ready();
    server.faults.inject({ kind: 'farm-notice', code: 2103 });
    await adapter.until('degraded', () => adapter.feedState('ibkr.quotes') === 'degraded');
    expect(adapter.feedState('ibkr.session')).toBe('live');
    expect(adapter.of('disconnected')).toEqual([]);
    server.faults.inject({ kind: 'farm-notice', code: 2104 });
    await adapter.until('live', () => adapter.feedState('ibkr.quotes') === 'live');
  });
});

describe('orders', () => {
  test('an order is sent, acknowledged, filled in two parts, and its commissions follow', async () => {
    const { market, server, adapter } = await ready();
    server.faults.inject({ kind: 'split-next-fill', parts: 2 });
    adapter.ibkr.broker.place(ticket('buy'));
    await adapter.until('first part', () => adapter.of('executed').length >= 1);
    market.setOption(CALL_ID, 4.9, 10, 5, 11);
    await adapter.until('second part', () => adapter.of('executed').length >= 2);
    await adapter.until('commissions', () => adapter.of('commission').length >= 2);
    expect(adapter.of('order-sent')).toHaveLength(1);
    const executions = adapter.of('executed').map(({ execution }) => execution);
    expect(executions.map(({ quantity }) => quantity)).toEqual([1, 1]);
    for (const execution of executions)
      expect(execution).toMatchObject({ clientOrderId: id('buy'), contractId: CALL_ID, side: 'BUY', price: 5 });
    await adapter.until('filled', () =>
      adapter.of('order-status').some(({ order, filled }) => order.status === 'Filled' && filled === 2),
    );
    await adapter.until('position', () =>
      adapter
        .of('positions')
        .some(({ positions }) => positions.some((held) => held.contractId === CALL_ID && held.quantity === 2)),
    );
    const held = adapter
      .of('positions')
      .at(-1)
      ?.positions.find(({ contractId }) => contractId === CALL_ID);
    expect(held?.averagePrice).toBeGreaterThan(4.9);
    expect(held?.averagePrice).toBeLessThan(5.2);
  });

  test('a stop is changed in place and cancelled', async () => {
    const { adapter } = await ready();
    adapter.ibkr.broker.place(ticket('held'));
    await adapter.until('held', () => adapter.of('order-status').some(({ order }) => order.status === 'Filled'));
    const stop = ticket('stop', {
      purpose: 'protective-stop',
      side: 'SELL',
      type: 'STP',
      limitPrice: null,
      stopPrice: 4,
      quantity: 1,
      ocaGroup: 'group',
    });
    adapter.ibkr.broker.place(stop);
    await adapter.until('working', () => adapter.of('order-status').some(({ order }) => order.stopPrice === 4));
    adapter.ibkr.broker.change({ ...stop, quantity: 2, stopPrice: 4.2 });
    await adapter.until('changed', () =>
      adapter.of('order-status').some(({ order }) => order.stopPrice === 4.2 && order.quantity === 2),
    );
    expect(new Set(adapter.of('order-status').map(({ order }) => order.brokerOrderId)).size).toBe(2);
    adapter.ibkr.broker.cancel(id('stop'));
    await adapter.until('cancelled', () =>
      adapter.of('order-status').some(({ order }) => order.status === 'Cancelled'),
    );
    expect(adapter.of('order-refused')).toEqual([]);
  });

  test('a rejection is told with its code', async () => {
    const { server, adapter } = await ready();
    server.faults.inject({ kind: 'reject-next-order', code: 201, text: 'Order rejected - reason: no' });
    adapter.ibkr.broker.place(ticket('bad'));
    await adapter.until('refused', () => adapter.of('order-refused').length === 1);
    expect(adapter.of('order-refused')[0]).toMatchObject({ clientOrderId: id('bad'), code: 201 });
  });

  test('an order that was taken while the line broke is found again, and is never sent twice', async () => {
    const { server, adapter } = await ready();
    server.faults.inject({ kind: 'swallow-next-order' });
    adapter.ibkr.broker.place(ticket('lost', { limitPrice: 1 }));
    await adapter.until('disconnected', () => adapter.of('disconnected').length === 1);
    const synced = await adapter.synced(2);
    expect(synced.openOrders.map(({ clientOrderId }) => clientOrderId)).toEqual([id('lost')]);
    adapter.ibkr.broker.place(ticket('lost', { limitPrice: 1 }));
    await Bun.sleep(100);
    expect(adapter.of('order-sent')).toHaveLength(1);
    expect(server.exchange).toBeDefined();
  });

  test('fills during an outage of the line come with the next snapshot', async () => {
    const { market, server, adapter } = await ready();
    adapter.ibkr.broker.place(ticket('resting', { limitPrice: 4 }));
    await adapter.until('working', () => adapter.of('order-status').length > 0);
    server.faults.inject({ kind: 'lose-connectivity' });
    await adapter.until('severed', () => adapter.of('disconnected').length === 1);
    market.setOption(CALL_ID, 3.8, 10, 3.9, 10);
    await Bun.sleep(100);
    expect(adapter.of('executed')).toEqual([]);
    server.faults.inject({ kind: 'restore-connectivity', dataKept: true });
    const synced = await adapter.synced(2);
    expect(synced.executions.map(({ clientOrderId, quantity }) => [clientOrderId, quantity])).toEqual([
      [id('resting'), 2],
    ]);
    expect(synced.positions.map(({ quantity }) => quantity)).toEqual([2]);
    expect(synced.openOrders).toEqual([]);
  });

  test('a snapshot that was asked for while IB was away, and never answered, is asked for again soon after its return', async () => {
    const { server, adapter } = await ready();
    server.faults.inject({ kind: 'lose-connectivity' });
    await adapter.until('severed', () => adapter.of('disconnected').length === 1);
    server.faults.inject({ kind: 'drop-connection' });
    await adapter.until('on the line again', () => adapter.of('connected').length === 2);
    await Bun.sleep(100);
    expect(adapter.of('synced')).toHaveLength(1);
    server.faults.inject({ kind: 'restore-connectivity', dataKept: true });
    await adapter.synced(2);
  }, 10_000);

  test('no order number is used twice when TWS rolls its numbers back', async () => {
    const { server, adapter } = await ready();
    for (const name of ['a', 'b', 'c']) adapter.ibkr.broker.place(ticket(name, { limitPrice: 1 }));
    await adapter.until('three', () => adapter.of('order-sent').length === 3);
    server.faults.inject({ kind: 'roll-back-next-valid-id', by: 4 });
    server.faults.inject({ kind: 'drop-connection' });
    await adapter.synced(2);
    adapter.ibkr.broker.place(ticket('d', { limitPrice: 1 }));
    await adapter.until('fourth', () => adapter.of('order-sent').length === 4);
    expect(new Set(adapter.of('order-sent').map(({ brokerOrderId }) => brokerOrderId)).size).toBe(4);
    expect(adapter.of('order-refused')).toEqual([]);
  });

  test('a later run cancels an order of an earlier one by the number it was told', async () => {
    const { server, adapter } = await ready();
    adapter.ibkr.broker.place(ticket('old', { limitPrice: 1 }));
    await adapter.until('sent', () => adapter.of('order-sent').length === 1);
    const number = adapter.of('order-sent')[0]?.brokerOrderId ?? -1;
    await adapter.stop();
    await Bun.sleep(50);
    const second = await startAdapter(server.port, {}, new Map([[id('old'), number]]));
    const synced = await second.synced();
    expect(synced.openOrders.map(({ clientOrderId }) => clientOrderId)).toEqual([id('old')]);
    second.ibkr.broker.cancel(id('old'));
    await second.until('cancelled', () => second.of('order-status').some(({ order }) => order.status === 'Cancelled'));
    second.ibkr.broker.place(ticket('new', { limitPrice: 1 }));
    await second.until('sent', () => second.of('order-sent').length === 1);
    expect(second.of('order-sent')[0]?.brokerOrderId).toBeGreaterThan(number);
  });

  test("a cancel that comes too late ends in the broker's evidence, not in a guess", async () => {
    const { adapter } = await ready();
    adapter.ibkr.broker.place(ticket('quick'));
    await adapter.until('filled', () => adapter.of('order-status').some(({ order }) => order.status === 'Filled'));
    adapter.ibkr.broker.cancel(id('quick'));
    const synced = await adapter.synced(2);
    expect(adapter.of('order-unknown')).toHaveLength(1);
    expect(synced.openOrders).toEqual([]);
    expect(synced.executions.length).toBeGreaterThan(0);
  });
});

describe('a bad line', () => {
  test('a truncated frame is counted; the session begins anew', async () => {
    const { server, adapter } = await ready();
    server.faults.inject({ kind: 'truncate-frame' });
    await adapter.synced(2);
    await adapter.until('counted', () => adapter.refused('ibkr.session')['truncated-frame'] === 1);
    expect(adapter.of('disconnected')).toHaveLength(1);
  });

  test('silence is noticed without the socket closing', async () => {
    const { server, adapter } = await ready({ heartbeatMs: 100 });
    server.faults.inject({ kind: 'freeze' });
    await adapter.until('noticed', () => adapter.of('disconnected').length === 1, 3_000);
    expect(adapter.of('disconnected')[0]?.reason).toContain('heartbeats');
    server.faults.inject({ kind: 'thaw' });
    await adapter.synced(2);
  });
});

test('a snapshot that is asked for during another is asked for again afterwards', async () => {
  const { adapter } = await ready();
  adapter.ibkr.broker.place(ticket('resting', { limitPrice: 1 }));
  await adapter.until('working', () => adapter.of('order-status').length > 0);
  adapter.ibkr.broker.refresh?.();
  adapter.ibkr.broker.refresh?.();
  adapter.ibkr.broker.refresh?.();
  const synced = await adapter.synced(3);
  expect(synced.openOrders.map(({ clientOrderId }) => clientOrderId)).toEqual([id('resting')]);
  await Bun.sleep(100);
  expect(adapter.of('synced')).toHaveLength(3);
  expect(adapter.of('order-unknown')).toEqual([]);
});
