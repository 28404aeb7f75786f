import { type Contract, OptionType, type Order, type OrderAction, OrderType, SecType, TimeInForce } from '@stoqey/ib';
import { startTwsSandbox, type TwsSandbox, type TwsSandboxOptions } from '../../src/sandbox/tws/server.ts';
import { TinyMarket } from '../support/tiny-market.ts';
import { RecordingClient } from './tws-client.ts';

const running: { stop(): void }[] = [];

export const stopEverything = (): void => {
  for (const one of running.splice(0).reverse()) one.stop();
};

export const startServer = async (
  options: Partial<TwsSandboxOptions> = {},
): Promise<{ market: TinyMarket; server: TwsSandbox }> => {
  const market = (options.market as TinyMarket | undefined) ?? new TinyMarket();
  const server = await startTwsSandbox({ tickMs: 20, ...options, market });
  running.push(server);
  return { market, server };
};

export const connect = async (server: TwsSandbox, clientId = 7) => {
  const client = new RecordingClient(server.port, clientId);
  running.push({ stop: () => client.api.disconnect() });
  const nextId = await client.connect();
  return { client, api: client.api, nextId };
};

export const call: Contract = {
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

export const amzn: Contract = { symbol: 'AMZN', secType: SecType.STK, exchange: 'SMART', currency: 'USD' };

export const order = (
  action: OrderAction,
  totalQuantity: number,
  orderType: OrderType,
  more: Partial<Order> = {},
): Order => ({ action, totalQuantity, orderType, tif: TimeInForce.DAY, transmit: true, ...more });

export const limit = (action: OrderAction, quantity: number, lmtPrice: number, more: Partial<Order> = {}): Order =>
  order(action, quantity, OrderType.LMT, { lmtPrice, ...more });

export const stop = (action: OrderAction, quantity: number, auxPrice: number, more: Partial<Order> = {}): Order =>
  order(action, quantity, OrderType.STP, { auxPrice, ...more });
