import { afterEach, describe, expect, test } from 'bun:test';
import { OrderAction } from '@stoqey/ib';
import { CALL_ID } from '../support/tiny-market.ts';
import { amzn, call, connect, limit, startServer, stopEverything } from './tws-harness.ts';

afterEach(stopEverything);

const { BUY } = OrderAction;

const connected = async () => {
  const started = await startServer();
  return { ...started, ...(await connect(started.server)) };
};

describe('the line', () => {
  test('a dropped connection closes at once, the account stays', async () => {
    const { server, client } = await connected();
    server.faults.inject({ kind: 'drop-connection', clientId: 7 });
    await client.until('disconnected');
    expect((await connect(server)).nextId).toBe(1);
  });

  test('a frozen server acts but says nothing until it thaws', async () => {
    const { server, client, api, nextId } = await connected();
    await Bun.sleep(20);
    server.faults.inject({ kind: 'freeze' });
    const from = client.told.length;
    api.placeOrder(nextId, call, limit(BUY, 1, 5));
    await Bun.sleep(60);
    expect(client.told.slice(from)).toEqual([]);
    expect(server.exchange.orders.find(7, nextId)?.status).toBe('Filled');
    server.faults.inject({ kind: 'thaw' });
    await client.status(nextId, 'Filled');
  });

  test('delayed acknowledgements keep their order', async () => {
    const { server, client, api, nextId } = await connected();
    server.faults.inject({ kind: 'delay-acks', delayMs: 100 });
    const sentAt = performance.now();
    api.placeOrder(nextId, call, limit(BUY, 1, 5));
    await client.status(nextId, 'Filled');
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(99);
    const names = client.told.map(({ name }) => name);
    expect(names.indexOf('openOrder')).toBeLessThan(names.indexOf('execDetails'));
  });

  test('a truncated frame is followed by the end of the connection', async () => {
    const { server, client } = await connected();
    const from = client.told.length;
    server.faults.inject({ kind: 'truncate-frame' });
    await client.until('disconnected');
    expect(client.told.slice(from).filter(({ name }) => name === 'orderStatus')).toEqual([]);
  });

  test('an unknown message arrives, and the next one is still understood', async () => {
    const { server, client, api } = await connected();
    server.faults.inject({ kind: 'unknown-message' });
    api.reqCurrentTime();
    await client.until('currentTime');
    expect(client.all('error').length + client.all('info').length).toBeGreaterThan(3);
  });

  test('the next order id is rolled back once', async () => {
    const { server, client, api, nextId } = await connected();
    api.placeOrder(nextId, call, limit(BUY, 1, 4));
    api.placeOrder(nextId + 1, call, limit(BUY, 1, 4));
    await client.status(nextId + 1, 'Submitted');
    server.faults.inject({ kind: 'roll-back-next-valid-id', by: 2 });
    expect((await connect(server, 8)).nextId).toBe(1);
    api.disconnect();
    await Bun.sleep(20);
    server.faults.inject({ kind: 'roll-back-next-valid-id', by: 2 });
    const again = await connect(server);
    expect(again.nextId).toBe(1);
    again.api.placeOrder(1, call, limit(BUY, 2, 4));
    again.api.reqIds(1);
    await again.client.until('nextValidId', (id: number) => id === 3);
  });
});

describe('orders', () => {
  test('a swallowed order works at the exchange while its client hears nothing and is cut off', async () => {
    const { server, client, api, nextId } = await connected();
    server.faults.inject({ kind: 'swallow-next-order' });
    api.placeOrder(nextId, call, limit(BUY, 1, 5, { orderRef: 'lost' }));
    await client.until('disconnected');
    expect(client.all('openOrder')).toEqual([]);
    const again = await connect(server);
    expect(again.nextId).toBe(nextId + 1);
    again.api.reqExecutions(1, {});
    await again.client.until('execDetailsEnd');
    expect(again.client.all('execDetails')[0]?.[2]).toMatchObject({ orderRef: 'lost', shares: 1 });
  });

  test('the next order is refused as told, the one after is not', async () => {
    const { server, client, api, nextId } = await connected();
    server.faults.inject({ kind: 'reject-next-order', code: 201, text: 'Order rejected - reason:drill' });
    api.placeOrder(nextId, call, limit(BUY, 1, 5));
    await client.error(201);
    api.placeOrder(nextId + 1, call, limit(BUY, 1, 5));
    await client.status(nextId + 1, 'Filled');
  });

  test('a forced split fills in that many parts, one per quote', async () => {
    const { server, client, api, nextId, market } = await connected();
    server.faults.inject({ kind: 'split-next-fill', parts: 3 });
    api.placeOrder(nextId, call, limit(BUY, 5, 5));
    await client.until('execDetails');
    market.setOption(CALL_ID, 4.8, 10, 5, 10);
    market.setOption(CALL_ID, 4.9, 10, 5, 10);
    await client.status(nextId, 'Filled');
    expect(client.all('execDetails').map(([, , e]) => (e as { shares: number }).shares)).toEqual([2, 2, 1]);
  });

  test('executions come twice when told so, under one id', async () => {
    const { server, client, api, nextId } = await connected();
    server.faults.inject({ kind: 'duplicate-executions', enabled: true });
    api.placeOrder(nextId, call, limit(BUY, 1, 5));
    await client.status(nextId, 'Filled');
    const ids = client.all('execDetails').map(([, , e]) => (e as { execId: string }).execId);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
    expect(server.exchange.state.positions[0]?.quantity).toBe(1);
  });

  test('a correction repeats the id but for its last number, and moves the cash', async () => {
    const { server, client, api, nextId } = await connected();
    api.placeOrder(nextId, call, limit(BUY, 1, 5));
    await client.status(nextId, 'Filled');
    const cash = server.exchange.state.cash;
    const [, , first] = client.all('execDetails')[0] ?? [];
    const { execId } = first as { execId: string };
    server.faults.inject({ kind: 'correct-execution', execId, price: 4.9 });
    const corrected = await client.until(
      'execDetails',
      (_r: number, _c: unknown, e: { price: number }) => e.price === 4.9,
    );
    expect((corrected.args[2] as { execId: string }).execId).toBe(`${execId.slice(0, -2)}02`);
    expect(server.exchange.state.cash).toBeCloseTo(cash + 10, 6);
  });
});

describe('market data', () => {
  test('a garbled price reaches the client once and is not a sound number', async () => {
    const { server, client, api, market } = await connected();
    server.faults.inject({ kind: 'garble-next-price' });
    api.reqMktData(1, amzn, '', false, false);
    await client.until('tickPrice', (_id: number, type: number) => type === 2);
    expect(client.raw.split('x1.2.3')).toHaveLength(2);
    market.setQuote('AMZN', 90, 101);
    await client.until('tickPrice', (_id: number, type: number, price: number) => type === 1 && price === 90);
  });

  test('a broken farm is announced by 2103 and stops quotes until 2104', async () => {
    const { server, client, api, market } = await connected();
    api.reqMktData(1, amzn, '', false, false);
    await client.until('tickPrice');
    server.faults.inject({ kind: 'farm-notice', code: 2103 });
    await client.until('info', (_text: string, code: number) => code === 2103);
    const from = client.told.length;
    market.setQuote('AMZN', 90, 91);
    await Bun.sleep(30);
    expect(client.told.slice(from).filter(({ name }) => name === 'tickPrice')).toEqual([]);
    server.faults.inject({ kind: 'farm-notice', code: 2104 });
    market.setQuote('AMZN', 91, 92);
    await client.until('tickPrice', (_id: number, type: number, price: number) => type === 1 && price === 91);
  });

  test('while connectivity is lost orders fill unheard; 1102 keeps the lines, 1101 forgets them', async () => {
    const { server, client, api, market, nextId } = await connected();
    api.reqMktData(1, amzn, '', false, false);
    api.placeOrder(nextId, call, limit(BUY, 1, 4));
    await client.status(nextId, 'Submitted');
    server.faults.inject({ kind: 'lose-connectivity' });
    await client.until('info', (_text: string, code: number) => code === 1100);
    market.setOption(CALL_ID, 3.9, 10, 4, 10);
    market.setQuote('AMZN', 90, 91);
    await Bun.sleep(40);
    expect(client.all('execDetails')).toEqual([]);
    server.faults.inject({ kind: 'restore-connectivity', dataKept: true });
    await client.until('info', (_text: string, code: number) => code === 1102);
    market.setQuote('AMZN', 92, 93);
    await client.until('tickPrice', (_id: number, type: number, price: number) => type === 1 && price === 92);
    api.reqExecutions(4, {});
    await client.until('execDetails', (id: number) => id === 4);
    server.faults.inject({ kind: 'lose-connectivity' });
    server.faults.inject({ kind: 'restore-connectivity', dataKept: false });
    await client.until('info', (_text: string, code: number) => code === 1101);
    const from = client.told.length;
    market.setQuote('AMZN', 94, 95);
    await Bun.sleep(40);
    expect(client.told.slice(from)).toEqual([]);
  });

  test('one feed can go silent while the others go on', async () => {
    const { server, client, api, market } = await connected();
    api.reqMktData(1, amzn, '', false, false);
    api.reqTickByTickData(2, amzn, 'AllLast' as never, 0, false);
    await client.until('tickPrice');
    server.faults.inject({ kind: 'silence-feed', feed: 'ticks', silent: true });
    market.emit({ kind: 'trade', symbol: 'AMZN', at: market.at, price: 90, size: 1, venue: 'ARCA' });
    market.setQuote('AMZN', 90, 91);
    await client.until('tickPrice', (_id: number, type: number, price: number) => type === 1 && price === 90);
    expect(client.all('tickByTickAllLast')).toEqual([]);
  });

  test('a depth reset is told by 317 and followed by the whole book', async () => {
    const { server, client, api, market } = await connected();
    market.books.set('AMZN', { bids: [{ price: 100, size: 1, venue: 'ARCA' }], asks: [] });
    api.reqMktDepth(1, amzn, 5, true, []);
    await client.until('updateMktDepthL2');
    const from = client.told.length;
    server.faults.inject({ kind: 'reset-depth' });
    await client.error(317);
    await client.until('updateMktDepthL2', () => true, from);
  });
});
