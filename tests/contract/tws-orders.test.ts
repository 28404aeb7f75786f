import { afterEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrderAction, OrderType, SecType, TimeInForce } from '@stoqey/ib';
import { instant } from '../../src/engine/core/types.ts';
import { CALL_ID, TinyMarket } from '../support/tiny-market.ts';
import type { RecordingClient } from './tws-client.ts';
import { amzn, call, connect, limit, order, startServer, stop, stopEverything } from './tws-harness.ts';

afterEach(stopEverything);

const { BUY, SELL } = OrderAction;

const executionsOf = (client: RecordingClient) =>
  client.all('execDetails').map(([, , execution]) => execution as Record<string, unknown>);

/** Buys `quantity` calls at 5.00 and answers the id the next order may have. */
const holding = async (quantity: number, options = {}) => {
  const started = await startServer(options);
  const connected = await connect(started.server);
  const { client, api, nextId } = connected;
  started.market.setOption(CALL_ID, 4.9, 10, 5, 10);
  api.placeOrder(nextId, call, limit(BUY, quantity, 5));
  await client.status(nextId, 'Filled');
  return { ...started, ...connected, nextId: nextId + 1 };
};

describe('filling', () => {
  test('a limit order larger than the offer fills in two parts, each with its execution and commission', async () => {
    const { server, market } = await startServer();
    const { client, api, nextId } = await connect(server);
    market.setOption(CALL_ID, 4.9, 10, 5, 2);
    api.reqPositions();
    api.placeOrder(nextId, call, limit(BUY, 3, 5, { orderRef: 'ref-1' }));
    await client.until(
      'orderStatus',
      (_id: number, status: string, filled: number) => status === 'Submitted' && filled === 2,
    );
    market.setOption(CALL_ID, 4.8, 10, 4.9, 5);
    await client.status(nextId, 'Filled');
    const executions = executionsOf(client);
    expect(executions.map(({ shares, price, cumQty, orderRef }) => ({ shares, price, cumQty, orderRef }))).toEqual([
      { shares: 2, price: 5, cumQty: 2, orderRef: 'ref-1' },
      { shares: 1, price: 4.9, cumQty: 3, orderRef: 'ref-1' },
    ]);
    expect(String(executions[0]?.['execId'])).toMatch(/^[0-9a-f]{8}\.[0-9a-f]{8}\.01\.01$/);
    expect(executions[0]?.['time']).toBe('20220323 10:00:00 US/Eastern');
    const commissions = client.all('commissionReport').map(([report]) => report as Record<string, unknown>);
    expect(commissions.map(({ execId, commission }) => ({ execId, commission }))).toEqual([
      { execId: executions[0]?.['execId'], commission: 2.1 },
      { execId: executions[1]?.['execId'], commission: 1.05 },
    ]);
    const [, , quantity, averageCost] = client.all('position').at(-1) ?? [];
    expect(quantity).toBe(3);
    expect(Number(averageCost)).toBeCloseTo((500 + 500 + 490 + 3.15) / 3, 5);
  });

  test('openOrder comes before the status, the execution before the fill status', async () => {
    const { client } = await holding(1);
    const names = client.told
      .map(({ name }) => name)
      .filter((name) => ['openOrder', 'orderStatus', 'execDetails', 'commissionReport'].includes(name));
    expect(names).toEqual(['openOrder', 'orderStatus', 'execDetails', 'openOrder', 'orderStatus', 'commissionReport']);
  });

  test('the rest of a market order waits for the same size to be shown again', async () => {
    const { server, market } = await startServer();
    const { client, api, nextId } = await connect(server);
    market.setOption(CALL_ID, 4.9, 10, 5, 1);
    api.placeOrder(nextId, call, order(BUY, 2, OrderType.MKT));
    await client.until('execDetails');
    await Bun.sleep(60);
    expect(client.all('execDetails')).toHaveLength(1);
    market.advance(1_000);
    await client.status(nextId, 'Filled');
  });

  test('nothing fills on an absent or crossed quote, inside the spread, or while the market is closed', async () => {
    const { server, market } = await startServer();
    const { client, api, nextId } = await connect(server);
    market.setOption(CALL_ID, 4.9, 10, null, 10);
    api.placeOrder(nextId, call, limit(BUY, 1, 6));
    await client.status(nextId, 'Submitted');
    market.setOption(CALL_ID, 5.5, 10, 4.8, 10);
    market.setOption(CALL_ID, 4.8, 10, null, 10);
    api.placeOrder(nextId + 1, call, limit(BUY, 1, 4.9));
    await client.status(nextId + 1, 'Submitted');
    market.open = false;
    market.setOption(CALL_ID, 4.8, 10, 4.9, 10);
    await Bun.sleep(60);
    expect(client.all('execDetails')).toEqual([]);
  });
});

describe('stops', () => {
  test('an option stop fires on the second bid at or below it, not the first, and sells at the bid', async () => {
    const { client, api, nextId, market } = await holding(2);
    api.placeOrder(nextId, call, stop(SELL, 2, 4));
    await client.status(nextId, 'PreSubmitted');
    market.setOption(CALL_ID, 3.9, 10, 4.1, 10);
    market.setOption(CALL_ID, 4.5, 10, 4.6, 10);
    market.setOption(CALL_ID, 3.9, 10, 4.1, 10);
    await Bun.sleep(40);
    expect(client.all('execDetails')).toHaveLength(1);
    market.setOption(CALL_ID, 3.8, 10, 4.1, 10);
    await client.status(nextId, 'Filled');
    expect(executionsOf(client).at(-1)).toMatchObject({ side: 'SLD', shares: 2, price: 3.8, orderId: nextId });
    const [report] = client.all('commissionReport').at(-1) ?? [];
    expect((report as { realizedPNL: number }).realizedPNL).toBeCloseTo(2 * (380 - 500) - 4.2, 5);
  });

  test('filled in two parts, protected after each part, stopped out flat', async () => {
    const { server, market } = await startServer();
    const { client, api, nextId } = await connect(server);
    market.setOption(CALL_ID, 4.9, 10, 5, 2);
    api.placeOrder(nextId, call, limit(BUY, 3, 5));
    await client.until('execDetails');
    api.placeOrder(nextId + 1, call, stop(SELL, 2, 4));
    await client.status(nextId + 1, 'PreSubmitted');
    market.setOption(CALL_ID, 4.9, 10, 5, 7);
    await client.status(nextId, 'Filled');
    api.placeOrder(nextId + 1, call, stop(SELL, 3, 4));
    await client.until(
      'openOrder',
      (id: number, _c: unknown, o: { totalQuantity: number }) => id === nextId + 1 && o.totalQuantity === 3,
    );
    market.setOption(CALL_ID, 3.9, 1, 4.1, 10);
    market.setOption(CALL_ID, 3.8, 2, 4.1, 10);
    market.setOption(CALL_ID, 3.7, 2, 4.1, 10);
    await client.status(nextId + 1, 'Filled');
    expect(executionsOf(client).map(({ side, shares }) => `${side} ${shares}`)).toEqual([
      'BOT 2',
      'BOT 1',
      'SLD 2',
      'SLD 1',
    ]);
    expect(server.exchange.state.positions.map(({ quantity }) => quantity)).toEqual([0]);
  });

  test('a stock stop goes by the last price, a trailing stop follows the market and never turns back', async () => {
    const { server, market } = await startServer();
    const { client, api, nextId } = await connect(server);
    api.placeOrder(nextId, amzn, order(BUY, 10, OrderType.MKT));
    await client.status(nextId, 'Filled');
    api.placeOrder(nextId + 1, amzn, stop(SELL, 5, 95));
    api.placeOrder(nextId + 2, amzn, order(SELL, 5, OrderType.TRAIL, { auxPrice: 2 }));
    await client.status(nextId + 2, 'PreSubmitted');
    market.setQuote('AMZN', 110, 111, 110);
    market.setQuote('AMZN', 109, 110, 109);
    await client.until(
      'openOrder',
      (id: number, _c: unknown, o: { trailStopPrice: number }) => id === nextId + 2 && o.trailStopPrice === 108,
    );
    market.setQuote('AMZN', 107.9, 109, 107.9);
    await client.status(nextId + 2, 'Filled');
    market.setQuote('AMZN', 94, 95, 96);
    await Bun.sleep(40);
    expect(server.exchange.orders.find(7, nextId + 1)?.status).toBe('PreSubmitted');
    market.setQuote('AMZN', 94, 95, 95);
    await client.status(nextId + 1, 'Filled');
  });
});

describe('changing and cancelling', () => {
  test('price and quantity change under the same id; the permanent id stays', async () => {
    const { server, market } = await startServer();
    const { client, api, nextId } = await connect(server);
    api.placeOrder(nextId, call, limit(BUY, 5, 4));
    await client.status(nextId, 'Submitted');
    const permId = server.exchange.orders.find(7, nextId)?.permId;
    api.placeOrder(nextId, call, limit(BUY, 2, 4.5));
    await client.until(
      'openOrder',
      (_id: number, _c: unknown, o: { lmtPrice: number; totalQuantity: number }) =>
        o.lmtPrice === 4.5 && o.totalQuantity === 2,
    );
    market.setOption(CALL_ID, 4.4, 10, 4.5, 10);
    await client.status(nextId, 'Filled');
    expect(executionsOf(client)).toMatchObject([{ shares: 2, price: 4.5, permId }]);
    api.placeOrder(nextId, call, limit(BUY, 2, 4.6));
    await client.error(104);
  });

  test('a cancel ends the order with 202; what is unknown or over is 10147 or 10148', async () => {
    const { server } = await startServer();
    const { client, api, nextId } = await connect(server);
    api.placeOrder(nextId, call, limit(BUY, 1, 4));
    await client.status(nextId, 'Submitted');
    api.cancelOrder(nextId);
    await client.status(nextId, 'Cancelled');
    await client.error(202);
    api.cancelOrder(nextId);
    await client.error(10148);
    api.cancelOrder(999);
    await client.error(10147);
    api.placeOrder(nextId, call, limit(BUY, 1, 4));
    await client.error(103);
    api.reqCompletedOrders(false);
    await client.until('completedOrdersEnd');
    const [, completed, state] = client.all('completedOrder')[0] ?? [];
    expect(completed).toMatchObject({ action: 'BUY', totalQuantity: 1, lmtPrice: 4, filledQuantity: 0 });
    expect(state).toMatchObject({ status: 'Cancelled', completedStatus: 'Cancelled by Trader' });
  });

  test('a global cancel reaches every client’s orders', async () => {
    const { server } = await startServer();
    const one = await connect(server, 1);
    const two = await connect(server, 2);
    one.api.placeOrder(one.nextId, call, limit(BUY, 1, 4));
    two.api.placeOrder(two.nextId, call, limit(BUY, 1, 4));
    await one.client.status(one.nextId, 'Submitted');
    await two.client.status(two.nextId, 'Submitted');
    one.api.reqAllOpenOrders();
    await one.client.until('openOrderEnd');
    expect(new Set(one.client.all('openOrder').map(([, , o]) => (o as { clientId: number }).clientId))).toEqual(
      new Set([1, 2]),
    );
    expect(two.client.all('openOrder').every(([, , o]) => (o as { clientId: number }).clientId === 2)).toBe(true);
    one.api.reqGlobalCancel({} as never);
    await one.client.status(one.nextId, 'Cancelled');
    await two.client.status(two.nextId, 'Cancelled');
  });

  test('each refusal has its code, and a refused order leaves nothing behind', async () => {
    const { server } = await startServer();
    const { client, api, nextId } = await connect(server);
    const refused: [number, Parameters<typeof api.placeOrder>[1], ReturnType<typeof limit>][] = [
      [200, { ...call, strike: 4501 }, limit(BUY, 1, 5)],
      [434, call, limit(BUY, 0, 5)],
      [110, call, limit(BUY, 1, 5.05)],
      [201, call, limit(BUY, 1_000, 5)],
      [201, call, limit(SELL, 50, 5)],
      [201, { symbol: 'SPX', secType: SecType.IND, currency: 'USD' }, limit(BUY, 1, 5)],
      [321, call, limit(BUY, 1, 5, { account: 'DU999' })],
      [321, call, limit(BUY, 1, 5, { orderType: OrderType.MIT })],
    ];
    for (const [code, contract, wanted] of refused) {
      const from = client.told.length;
      api.placeOrder(nextId, contract, wanted);
      await client.error(code, from);
    }
    api.reqAllOpenOrders();
    await client.until('openOrderEnd');
    expect(client.all('openOrder')).toEqual([]);
    api.placeOrder(nextId, call, limit(BUY, 1, 5));
    await client.status(nextId, 'Filled');
  });

  test('another contract, side or type under an open id is 105', async () => {
    const { server } = await startServer();
    const { client, api, nextId } = await connect(server);
    api.placeOrder(nextId, call, limit(BUY, 1, 4));
    await client.status(nextId, 'Submitted');
    api.placeOrder(nextId, call, stop(BUY, 1, 6));
    await client.error(105);
  });
});

describe('groups', () => {
  test('one fill of a type 1 group cancels its sibling, even a partial one', async () => {
    const { client, api, nextId, market, server } = await holding(3);
    const oca = { ocaGroup: 'exit-1', ocaType: 1 };
    api.placeOrder(nextId, call, limit(SELL, 3, 6, oca));
    api.placeOrder(nextId + 1, call, stop(SELL, 3, 4, oca));
    await client.status(nextId + 1, 'PreSubmitted');
    market.setOption(CALL_ID, 6, 1, 6.2, 10);
    await client.status(nextId + 1, 'Cancelled');
    expect(server.exchange.state.positions[0]?.quantity).toBe(2);
    market.setOption(CALL_ID, 6.1, 5, 6.2, 10);
    await client.status(nextId, 'Filled');
    expect(server.exchange.state.positions[0]?.quantity).toBe(0);
  });

  test('children wait for their parent, then reduce one another', async () => {
    const { server, market } = await startServer();
    const { client, api, nextId } = await connect(server);
    api.placeOrder(nextId, call, limit(BUY, 2, 4.5, { transmit: false }));
    api.placeOrder(nextId + 1, call, limit(SELL, 2, 6, { parentId: nextId, transmit: false }));
    api.placeOrder(nextId + 2, call, stop(SELL, 2, 4, { parentId: nextId, transmit: true }));
    await client.status(nextId, 'Submitted');
    expect(
      client
        .all('orderStatus')
        .filter(([id]) => id === nextId + 1)
        .at(-1)?.[1],
    ).toBe('PreSubmitted');
    market.setOption(CALL_ID, 6.5, 10, 6.6, 10);
    await Bun.sleep(40);
    expect(client.all('execDetails')).toEqual([]);
    market.setOption(CALL_ID, 4.4, 10, 4.5, 10);
    await client.status(nextId, 'Filled');
    market.setOption(CALL_ID, 6, 1, 6.2, 10);
    await client.until(
      'openOrder',
      (id: number, _c: unknown, o: { totalQuantity: number }) => id === nextId + 2 && o.totalQuantity === 1,
    );
    market.setOption(CALL_ID, 6.1, 1, 6.2, 10);
    await client.status(nextId + 2, 'Cancelled');
    expect(server.exchange.state.positions[0]?.quantity).toBe(0);
  });
});

describe('account and time', () => {
  test('account values and summary agree with the executions', async () => {
    const { client, api, server } = await holding(2);
    api.reqAccountUpdates(true, 'DU1234567');
    api.reqAccountSummary(5, 'All', 'NetLiquidation,TotalCashValue,AccountType');
    await client.until('accountSummaryEnd');
    await client.until('accountDownloadEnd');
    const value = (tag: string) => Number(client.all('updateAccountValue').find(([key]) => key === tag)?.[1]);
    expect(value('TotalCashValue')).toBeCloseTo(100_000 - 1_000 - 2.1, 2);
    expect(value('NetLiquidation')).toBeCloseTo(100_000 - 2.1 - 10, 2);
    expect(client.all('accountSummary').map(([, , tag]) => tag)).toEqual([
      'NetLiquidation',
      'TotalCashValue',
      'AccountType',
    ]);
    const [contract, position, , marketValue] = client.all('updatePortfolio')[0] ?? [];
    expect(contract).toMatchObject({ symbol: 'SPX', strike: 4500, tradingClass: 'SPXW' });
    expect([position, marketValue]).toEqual([2, 990]);
    expect(server.exchange.account.values()['NetLiquidation']).toBeCloseTo(value('NetLiquidation'), 2);
  });

  test('a day order ends with the session, a GTC order outlives it, options settle at their intrinsic value', async () => {
    const { client, api, nextId, market, server } = await holding(2);
    const weekly = { ...call, lastTradeDateOrContractMonth: '20220325' };
    api.placeOrder(nextId, weekly, limit(BUY, 1, 3));
    api.placeOrder(nextId + 1, weekly, limit(BUY, 1, 3, { tif: TimeInForce.GTC }));
    await client.status(nextId + 1, 'Submitted');
    api.reqPositions();
    await client.until('positionEnd');
    market.setQuote('SPX', null, null, 4512.5);
    market.at = instant(Date.UTC(2022, 2, 24, 13, 30, 0));
    market.setQuote('SPX', null, null, 4600);
    await client.status(nextId, 'Cancelled');
    expect(server.exchange.orders.find(7, nextId + 1)?.status).toBe('Submitted');
    const settled = await client.until(
      'execDetails',
      (_r: number, _c: unknown, e: { exchange: string }) => e.exchange === 'OPTEXP',
    );
    expect(settled.args[2]).toMatchObject({ side: 'SLD', shares: 2, price: 12.5, orderId: 0 });
    await client.until('position', (_a: string, _c: unknown, quantity: number) => quantity === 0);
    expect(server.exchange.state.cash).toBeCloseTo(100_000 - 1_002.1 + 2_500, 2);
    market.at = instant(Date.UTC(2022, 2, 25, 13, 30, 0));
    await Bun.sleep(40);
    expect(server.exchange.state).toMatchObject({ positions: [], executions: [], orders: [{ orderId: nextId + 1 }] });
  });
});

describe('memory', () => {
  test('executions asked for after a reconnect are the same, and filters choose among them', async () => {
    const { client, api, server, nextId } = await holding(2);
    const before = executionsOf(client);
    api.disconnect();
    await Bun.sleep(20);
    const again = await connect(server);
    expect(again.nextId).toBe(nextId);
    again.api.reqExecutions(1, {});
    await again.client.until('execDetailsEnd');
    expect(executionsOf(again.client)).toEqual(before);
    expect(again.client.all('commissionReport')).toEqual(client.all('commissionReport'));
    again.api.reqExecutions(2, { symbol: 'AMZN' });
    again.api.reqExecutions(3, { time: '20220323-23:00:00' });
    again.api.reqExecutions(4, { side: 'SELL' as never });
    again.api.reqExecutions(5, { clientId: '7' as never, side: 'BUY' as never, secType: SecType.OPT });
    await again.client.until('execDetailsEnd', (id: number) => id === 5);
    expect(again.client.all('execDetails').map(([id]) => id)).toEqual([1, 5]);
  });

  test('orders, positions, cash, executions and ids survive a restart, and another market does not inherit them', async () => {
    const stateFolder = mkdtempSync(join(tmpdir(), 'tws-state-'));
    try {
      const { client, api, server, nextId } = await holding(2, { stateFolder });
      api.placeOrder(nextId, call, stop(SELL, 2, 4, { orderRef: 'protect' }));
      await client.status(nextId, 'PreSubmitted');
      // What was acknowledged is on disk already: the file is read as a kill would leave it, before any stop().
      const restarted = await startServer({ stateFolder });
      const second = await connect(restarted.server);
      expect(second.nextId).toBe(nextId + 1);
      second.api.reqOpenOrders();
      second.api.reqExecutions(1, {});
      await second.client.until('execDetailsEnd');
      expect(second.client.all('openOrder').map(([id, , o]) => [id, (o as { orderRef: string }).orderRef])).toEqual([
        [nextId, 'protect'],
      ]);
      expect(executionsOf(second.client)).toEqual(executionsOf(client));
      expect(restarted.server.exchange.state).toEqual(server.exchange.state);
      restarted.market.setOption(CALL_ID, 3.9, 10, 4.1, 10);
      restarted.market.setOption(CALL_ID, 3.8, 10, 4.1, 10);
      await second.client.status(nextId, 'Filled');
      const other = new TinyMarket();
      other.description = 'another recording';
      const stranger = await startServer({ stateFolder, market: other });
      expect(stranger.server.exchange.state.positions).toEqual([]);
      expect(readdirSync(stateFolder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    } finally {
      stopEverything();
      rmSync(stateFolder, { recursive: true });
    }
  });
});
