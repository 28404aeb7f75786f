import { afterEach, describe, expect, test } from 'bun:test';
import { type Contract, OptionType, type Order, OrderAction, OrderType, SecType, TimeInForce } from '@stoqey/ib';
import { startTwsSandbox, type TwsSandbox, type TwsSandboxOptions } from '../../src/sandbox/tws/server.ts';
import { CALL_ID, TinyMarket } from '../support/tiny-market.ts';
import { RecordingClient } from './tws-client.ts';

const running: { stop(): void }[] = [];
afterEach(() => {
  for (const one of running.splice(0)) one.stop();
});

const start = async (options: Partial<TwsSandboxOptions> = {}): Promise<{ market: TinyMarket; server: TwsSandbox }> => {
  const market = (options.market as TinyMarket | undefined) ?? new TinyMarket();
  const server = await startTwsSandbox({ tickMs: 20, ...options, market });
  running.push(server);
  return { market, server };
};

const connect = async (server: TwsSandbox, clientId = 7) => {
  const client = new RecordingClient(server.port, clientId);
  running.push({ stop: () => client.api.disconnect() });
  const nextId = await client.connect();
  return { client, api: client.api, nextId };
};

const call: Contract = {
  symbol: 'SPX',
  secType: SecType.OPT,
  exchange: 'SMART',
  currency: 'USD',
  lastTradeDateOrContractMonth: '20220323',
  strike: 4500,
  right: OptionType.Call,
  multiplier: 100,
  tradingClass: 'SPXW',
};
const amzn: Contract = { symbol: 'AMZN', secType: SecType.STK, exchange: 'SMART', currency: 'USD' };

const limit = (action: OrderAction, totalQuantity: number, lmtPrice: number, more: Partial<Order> = {}): Order => ({
  action,
  totalQuantity,
  orderType: OrderType.LMT,
  lmtPrice,
  tif: TimeInForce.DAY,
  transmit: true,
  ...more,
});

describe('connection', () => {
  test('a client learns the version, its account and its next order id', async () => {
    const { server } = await start();
    const { client, nextId } = await connect(server);
    expect(nextId).toBe(1);
    expect(client.api.serverVersion).toBe(193);
    expect(client.all('managedAccounts')).toEqual([['DU1234567']]);
    await client.until('info', (_text: string, code: number) => code === 2104);
  });
});

describe('market data', () => {
  test('a stock quote arrives whole, then by its changes', async () => {
    const { server, market } = await start();
    const { client, api } = await connect(server);
    api.reqMktData(1, amzn, '', false, false);
    await client.until(
      'tickPrice',
      (id: number, type: number, price: number) => id === 1 && type === 1 && price === 100,
    );
    await client.until('tickPrice', (_id: number, type: number, price: number) => type === 2 && price === 101);
    const from = client.told.length;
    market.setQuote('AMZN', 100.5, 101, 100);
    await client.until('tickPrice', (_id: number, type: number, price: number) => type === 1 && price === 100.5, from);
    expect(client.told.slice(from).filter(({ name, args }) => name === 'tickPrice' && args[1] === 2)).toEqual([]);
  });
});

describe('orders', () => {
  test('a limit order larger than the offer fills in two parts, each with its execution and commission', async () => {
    const { server, market } = await start();
    const { client, api, nextId } = await connect(server);
    market.setOption(CALL_ID, 4.9, 10, 5, 2);
    api.placeOrder(nextId, call, limit(OrderAction.BUY, 3, 5, { orderRef: 'ref-1' }));
    await client.until('execDetails');
    await client.until(
      'orderStatus',
      (_id: number, status: string, filled: number) => status === 'Submitted' && filled === 2,
    );
    market.setOption(CALL_ID, 4.8, 10, 4.9, 5);
    await client.status(nextId, 'Filled');
    const executions = client.all('execDetails').map(([, , execution]) => execution as Record<string, unknown>);
    expect(executions.map(({ shares, price, cumQty, orderRef }) => ({ shares, price, cumQty, orderRef }))).toEqual([
      { shares: 2, price: 5, cumQty: 2, orderRef: 'ref-1' },
      { shares: 1, price: 4.9, cumQty: 3, orderRef: 'ref-1' },
    ]);
    await client.until('commissionReport', (report: { execId: string }) => report.execId === executions[1]?.['execId']);
    expect(server.exchange.account.position(executionsConId(client))?.quantity).toBe(3);
  });
});

const executionsConId = (client: RecordingClient): number => {
  const [, contract] = client.all('execDetails')[0] ?? [];
  return Number((contract as Contract).conId);
};
