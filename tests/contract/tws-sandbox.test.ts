import { afterEach, describe, expect, test } from 'bun:test';
import { type Contract, OptionType, SecType } from '@stoqey/ib';
import { CALL_ID } from '../support/tiny-market.ts';
import { RecordingClient } from './tws-client.ts';
import { amzn, call, connect, startServer, stopEverything } from './tws-harness.ts';

afterEach(stopEverything);

describe('connection', () => {
  test('a client learns the version, its account and its next order id', async () => {
    const { server } = await startServer();
    const { client, nextId } = await connect(server);
    expect(nextId).toBe(1);
    expect(client.api.serverVersion).toBe(193);
    expect(client.all('managedAccounts')).toEqual([['DU1234567']]);
    await client.until('info', (_text: string, code: number) => code === 2104);
  });

  test('a second client with an id in use is told 326 and cut off', async () => {
    const { server } = await startServer();
    await connect(server, 3);
    const second = new RecordingClient(server.port, 3);
    second.api.connect();
    await second.until('info', (_text: string, code: number) => code === 326);
    await second.until('disconnected');
    expect(second.all('nextValidId')).toEqual([]);
  });

  test('an id is free again once its client has gone', async () => {
    const { server } = await startServer();
    const first = await connect(server, 3);
    first.api.disconnect();
    await Bun.sleep(20);
    expect((await connect(server, 3)).nextId).toBe(1);
  });

  test('time is the market’s, not the machine’s', async () => {
    const { server, market } = await startServer();
    const { client, api } = await connect(server);
    api.reqCurrentTime();
    expect((await client.until('currentTime')).args).toEqual([market.at / 1000]);
  });
});

describe('contracts', () => {
  test('an option is found by its fields, its conId and its local symbol, always under the same conId', async () => {
    const { server } = await startServer();
    const { client, api } = await connect(server);
    const conIdOf = async (requestId: number, contract: Contract): Promise<number> => {
      api.reqContractDetails(requestId, contract);
      await client.until('contractDetailsEnd', (id: number) => id === requestId);
      const found = client.all('contractDetails').filter(([id]) => id === requestId);
      expect(found).toHaveLength(1);
      const details = found[0]?.[1] as { contract: Contract; minTick: number; underConId: number };
      expect(details.contract).toMatchObject({ symbol: 'SPX', strike: 4500, right: 'C', tradingClass: 'SPXW' });
      expect(details).toMatchObject({ minTick: 0.05, underConId: 416904, marketRuleIds: '109,109' });
      return details.contract.conId ?? 0;
    };
    const conId = await conIdOf(1, call);
    expect(conId).toBeGreaterThan(0);
    expect(await conIdOf(2, { conId, exchange: 'SMART' })).toBe(conId);
    const localSymbol = 'SPXW  220323C04500000';
    expect(await conIdOf(3, { localSymbol, secType: SecType.OPT, exchange: 'SMART' })).toBe(conId);
  });

  test('stocks, indices and whole chains are described; what does not exist is error 200', async () => {
    const { server } = await startServer();
    const { client, api } = await connect(server);
    api.reqContractDetails(1, amzn);
    api.reqContractDetails(2, { symbol: 'SPX', secType: SecType.IND, currency: 'USD' });
    api.reqContractDetails(3, { symbol: 'SPX', secType: SecType.OPT, exchange: 'SMART', right: OptionType.Call });
    api.reqContractDetails(4, { symbol: 'NOPE', secType: SecType.STK, exchange: 'SMART' });
    await client.error(200);
    const perRequest = [1, 2, 3, 4].map(
      (id) => client.all('contractDetails').filter(([request]) => request === id).length,
    );
    expect(perRequest).toEqual([1, 1, 3, 0]);
  });

  test('option parameters come once per exchange and trading class', async () => {
    const { server } = await startServer();
    const { client, api } = await connect(server);
    api.reqSecDefOptParams(9, 'SPX', '', SecType.IND, 416904);
    await client.until('securityDefinitionOptionParameterEnd');
    expect(client.all('securityDefinitionOptionParameter')).toEqual(
      ['SMART', 'CBOE'].flatMap((venue) => [
        [9, venue, 416904, 'SPXW', 100, ['20220323', '20220325'], [4500]],
        [9, venue, 416904, 'SPX', 100, ['20220414'], [4500]],
      ]),
    );
  });
});

describe('market data', () => {
  test('a stock quote arrives whole, then by its changes', async () => {
    const { server, market } = await startServer();
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
    const asks = client.told.slice(from).filter(({ name, args }) => name === 'tickPrice' && args[1] === 2);
    expect(asks).toEqual([]);
  });

  test('a side that vanishes is told as -1 with size 0', async () => {
    const { server, market } = await startServer();
    const { client, api } = await connect(server);
    api.reqMktData(1, amzn, '', false, false);
    await client.until('tickPrice');
    market.setQuote('AMZN', 100, null);
    await client.until('tickPrice', (_id: number, type: number, price: number) => type === 2 && price === -1);
    await client.until('tickSize', (_id: number, type: number, size: number) => type === 3 && size === 0);
  });

  test('an option carries its quote, its model and its open interest', async () => {
    const { server, market } = await startServer();
    const { client, api } = await connect(server);
    api.reqMktData(1, call, '101', false, false);
    await client.until('tickPrice', (_id: number, type: number, price: number) => type === 2 && price === 5);
    const model = await client.until('tickOptionComputation');
    expect(model.args).toEqual([1, 13, 1, 0.2, 0.5, 4.95, 0, 0.002, 0.7, -1.5, 4500]);
    await client.until('tickSize', (_id: number, type: number, size: number) => type === 27 && size === 123);
    market.setOption(CALL_ID, 5.1, 10, 5.2, 4);
    await client.until('tickPrice', (_id: number, type: number, price: number) => type === 2 && price === 5.2);
  });

  test('a snapshot ends by itself and leaves no line behind', async () => {
    const { server, market } = await startServer();
    const { client, api } = await connect(server);
    api.reqMktData(1, amzn, '', true, false);
    await client.until('tickSnapshotEnd');
    const from = client.told.length;
    market.setQuote('AMZN', 90, 91);
    await Bun.sleep(30);
    expect(client.told.slice(from)).toEqual([]);
    api.cancelMktData(1);
    await client.error(300);
  });

  test('cancelled lines stay silent, and line limits are kept', async () => {
    const { server, market } = await startServer({ limits: { marketData: 1, depth: 1, tickByTick: 1 } });
    const { client, api } = await connect(server);
    api.reqMktData(1, amzn, '', false, false);
    api.reqMktData(2, call, '', false, false);
    await client.error(101);
    api.reqMktDepth(3, amzn, 5, true, []);
    api.reqMktDepth(4, amzn, 5, true, []);
    await client.error(309);
    api.reqTickByTickData(5, amzn, 'AllLast' as never, 0, false);
    api.reqTickByTickData(6, amzn, 'BidAsk' as never, 0, false);
    await client.error(10190);
    api.cancelMktData(1);
    api.cancelTickByTickData(5);
    api.cancelMktDepth(3, true);
    await Bun.sleep(20);
    const from = client.told.length;
    market.setQuote('AMZN', 90, 91);
    market.emit({ kind: 'trade', symbol: 'AMZN', at: market.at, price: 90, size: 1, venue: 'ARCA' });
    await Bun.sleep(30);
    expect(client.told.slice(from)).toEqual([]);
  });

  test('every trade and every best quote arrives tick by tick, in order', async () => {
    const { server, market } = await startServer();
    const { client, api } = await connect(server);
    api.reqTickByTickData(1, amzn, 'AllLast' as never, 0, false);
    api.reqTickByTickData(2, amzn, 'BidAsk' as never, 0, false);
    api.reqTickByTickData(3, amzn, 'MidPoint' as never, 0, false);
    api.reqTickByTickData(4, call, 'AllLast' as never, 0, false);
    await client.error(10189);
    for (let size = 1; size <= 50; size++) {
      market.emit({ kind: 'trade', symbol: 'AMZN', at: market.at, price: 100.25, size, venue: 'ARCA' });
    }
    market.setQuote('AMZN', 99, 101);
    await client.until('tickByTickMidPoint');
    const seconds = String(market.at / 1000);
    const trades = client.all('tickByTickAllLast');
    expect(trades.map(([, , , , size]) => size)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(trades[0]).toEqual([1, 2, seconds, 100.25, 1, { pastLimit: false, unreported: false }, 'ARCA', '']);
    const quote = [2, seconds, 99, 101, 100, 100, { bidPastLow: false, askPastHigh: false }];
    expect(client.all('tickByTickBidAsk')).toEqual([quote]);
    expect(client.all('tickByTickMidPoint')).toEqual([[3, seconds, 100]]);
  });

  test('the book a client rebuilds from rows equals the market’s first rows after any row operations', async () => {
    const { server, market } = await startServer();
    const seed = 20220323;
    console.log(`depth seed ${seed}`);
    let random = seed;
    const next = (below: number) => {
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((random / 2 ** 32) * below);
    };
    const sides: { price: number; size: number; venue: string }[][] = [[], []];
    market.books.set('AMZN', { asks: sides[0] ?? [], bids: sides[1] ?? [] });
    const { client, api } = await connect(server);
    for (const [id, rows] of [2, 5].entries()) api.reqMktDepth(id, amzn, rows, true, []);
    await Bun.sleep(20);
    for (let i = 0; i < 400; i++) {
      const side = next(2) as 0 | 1;
      const rows = sides[side] ?? [];
      const operation = (rows.length === 0 ? 0 : next(3)) as 0 | 1 | 2;
      const level = next(operation === 0 ? rows.length + 1 : rows.length);
      const row = { price: 100 + i, size: i + 1, venue: 'ARCA' };
      if (operation === 0) rows.splice(level, 0, row);
      else if (operation === 1) rows[level] = row;
      else rows.splice(level, 1);
      market.emit({ kind: 'depth', symbol: 'AMZN', at: market.at, operation, side, level, ...row });
    }
    api.reqCurrentTime();
    await client.until('currentTime');
    for (const [id, depth] of [2, 5].entries()) {
      const book: unknown[][] = [[], []];
      for (const [, row, venue, operation, side, price, size, smart] of ofRequest(client, id)) {
        expect(smart).toBe(true);
        const rows = book[Number(side)] ?? [];
        if (operation === 0) rows.splice(Number(row), 0, { price, size, venue });
        if (operation === 1) rows[Number(row)] = { price, size, venue };
        if (operation === 2) rows.splice(Number(row), 1);
        expect(rows.length).toBeLessThanOrEqual(depth);
      }
      expect(sides[0]?.length).toBeGreaterThan(5);
      expect(book).toEqual(sides.map((rows) => rows.slice(0, depth)));
    }
  });

  test('five-second bars are made of the trades, and minutes of history are served', async () => {
    const { server, market } = await startServer();
    const { client, api } = await connect(server);
    api.reqRealTimeBars(1, amzn, 5, 'TRADES' as never, false);
    api.reqHistoricalData(2, amzn, '', '180 S', '1 min' as never, 'TRADES' as never, 1, 2, false);
    await client.until('historicalData', (_id: number, date: string) => date.startsWith('finished'));
    expect(client.all('historicalData')).toHaveLength(4);
    market.emit({ kind: 'trade', symbol: 'AMZN', at: market.at, price: 100, size: 1, venue: 'ARCA' });
    market.emit({ kind: 'trade', symbol: 'AMZN', at: market.at, price: 103, size: 3, venue: 'ARCA' });
    const startsAt = market.at / 1000;
    market.advance(5_000);
    const bar = await client.until('realtimeBar', (_id: number, time: number) => time === startsAt);
    expect(bar.args).toEqual([1, startsAt, 100, 103, 100, 103, 4, 102.25, 2]);
  });

  test('a slow client is cut off instead of filling the memory', async () => {
    const { server, market } = await startServer({ backlogBytesMax: 100_000 });
    const { client, api } = await connect(server);
    api.reqTickByTickData(1, amzn, 'AllLast' as never, 0, false);
    await Bun.sleep(20);
    server.faults.inject({ kind: 'freeze' });
    for (let i = 0; i < 5_000; i++) {
      market.emit({ kind: 'trade', symbol: 'AMZN', at: market.at, price: 100, size: i, venue: 'ARCA' });
    }
    await client.until('disconnected');
    expect(client.all('tickByTickAllLast')).toEqual([]);
  });
});

const ofRequest = (client: RecordingClient, id: number) =>
  client.all('updateMktDepthL2').filter(([requestId]) => requestId === id);
