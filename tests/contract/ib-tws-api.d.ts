/** What the tests use of a client that comes without types. */
declare module 'ib-tws-api' {
  import type { EventEmitter } from 'node:events';

  type Fields = Readonly<Record<string, unknown>>;
  interface Stream extends EventEmitter {
    stop(): void;
  }

  export class Client {
    constructor(parameters: { host: string; port: number; clientId?: number; timeoutMs?: number });
    connect(): Promise<void>;
    on(event: string, listener: (...args: never[]) => void): void;
    getCurrentTime(): Promise<unknown>;
    getContractDetails(contract: Fields): Promise<unknown>;
    getSecDefOptParams(parameters: Fields): Promise<unknown>;
    getMarketDataSnapshot(parameters: Fields): Promise<unknown>;
    streamMarketData(parameters: Fields): Promise<Stream>;
    streamTickByTickData(parameters: Fields): Promise<Stream>;
    getHistoricalData(parameters: Fields): Promise<unknown>;
    getHistoricalTicks(parameters: Fields): Promise<unknown>;
    getHeadTimeStamp(parameters: Fields): Promise<unknown>;
    getHistogramData(parameters: Fields): Promise<unknown>;
    placeOrder(parameters: Fields): Promise<number>;
    cancelOrder(orderId: number): Promise<unknown>;
    getAllOpenOrders(): Promise<unknown>;
    getPositions(): Promise<unknown>;
    reqAccountUpdates(parameters: Fields): Promise<unknown>;
    reqCompletedOrders(parameters: Fields): Promise<unknown>;
  }
  export const Contract: {
    stock(symbol: string, exchange?: string, currency?: string): Fields;
    option(parameters: Fields): Fields;
  };
  export const Order: { limit(parameters: Fields): Fields; market(parameters: Fields): Fields };
}
