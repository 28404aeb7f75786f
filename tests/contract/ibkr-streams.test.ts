import { afterEach, describe, expect, test } from 'bun:test';
import { instant } from '../../src/engine/core/types.ts';
import type { IbkrOptions } from '../../src/engine/shell/ibkr/ibkr.ts';
import { emptyAccount, frame, type Script, type ScriptedTws, startScriptedTws } from '../support/scripted-tws.ts';
import { TEN_O_CLOCK } from '../support/tiny-market.ts';
import { AdapterUnderTest, call } from './ibkr-harness.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const SPY = { symbol: 'SPY', kind: 'stock', exchange: 'SMART', depth: true, trades: true, options: true } as const;
const AAPL = { ...SPY, symbol: 'AAPL' } as const;
const VIX = { symbol: 'VIX', kind: 'index', exchange: 'SMART', depth: false, trades: false, options: false } as const;

/** Our client on a scripted gateway, with a wall clock that the test winds. */
const begin = async (more: Partial<IbkrOptions> = {}, onRequest: Script['onRequest'] = undefined) => {
  const server = await startScriptedTws({
    onRequest: (connection, fields) => {
      emptyAccount(connection, fields);
      onRequest?.(connection, fields);
    },
  });
  stops.push(server.stop);
  let wall = 1_000;
  const adapter = new AdapterUnderTest(server.port, {
    symbols: [SPY],
    now: () => wall,
    pulseMs: 20,
    ...more,
  });
  stops.push(() => adapter.stop());
  await adapter.start();
  await adapter.synced();
  const requests = (message: string): string[][] =>
    server.connections.flatMap((connection) => connection.requests).filter(([first]) => first === message);
  const streams = (feed: string, symbol: string): string[] =>
    adapter
      .inputsOf('stream.reported')
      .flatMap((input) => (input.feed === feed && input.symbol === symbol ? [input.state] : []));
  return { server, adapter, requests, streams, wind: (ms: number) => (wall += ms) };
};

/** The number of the newest request of that kind: `1` quotes, `10` depth, `97` ticks, `50` bars. */
const numberOf = (server: ScriptedTws, message: string, symbol = 'SPY'): number => {
  const found = server.current().requests.findLast((fields) => fields[0] === message && fields.includes(symbol));
  return Number(found?.[message === '97' ? 1 : 2] ?? Number.NaN);
};

describe('one stream', () => {
  test('is live with its first message, silent when none comes, asked for again, and live with the next', async () => {
    const { server, adapter, requests, streams, wind } = await begin();
    await adapter.until('asked', () => requests('1').length === 1);
    const first = numberOf(server, '1');
    server.current().say(1, 6, first, 1, 500.25, 300, 1);
    await adapter.until('live', () => streams('ibkr.quotes', 'SPY').at(-1) === 'live');
    // A second at a time: what a machine slept through is no silence.
    let seconds = 0;
    for (; streams('ibkr.quotes', 'SPY').at(-1) === 'live' && seconds < 60; seconds += 1) {
      wind(1_000);
      await Bun.sleep(45);
    }
    expect(seconds).toBeGreaterThanOrEqual(5);
    expect(seconds).toBeLessThan(30);
    expect(streams('ibkr.quotes', 'SPY')).toEqual(['live', 'silent']);
    const forgotten = adapter.inputsOf('quote.seen').at(-1);
    expect(forgotten?.bidPrice).toBeNaN();
    wind(5_000);
    await adapter.until('asked again', () => requests('1').length === 2);
    expect(requests('2').map((fields) => Number(fields[2]))).toEqual([first]);
    const second = numberOf(server, '1');
    expect(second).toBeGreaterThan(first);
    server.current().say(1, 6, first, 1, 1, 1, 1);
    server.current().say(1, 6, second, 1, 501, 200, 1);
    await adapter.until('live again', () => streams('ibkr.quotes', 'SPY').at(-1) === 'live');
    expect(adapter.inputsOf('quote.seen').at(-1)).toMatchObject({ bidPrice: 501, bidSize: 200 });
    expect(adapter.of('disconnected')).toEqual([]);
  });

  test('that is delayed or frozen is told so, and nothing of it is read until TWS says that it is of now', async () => {
    const { server, adapter, streams } = await begin();
    await adapter.until('asked', () => !Number.isNaN(numberOf(server, '1')));
    const id = numberOf(server, '1');
    server.current().say(1, 6, id, 1, 500, 300, 1);
    await adapter.until('live', () => streams('ibkr.quotes', 'SPY').at(-1) === 'live');
    for (const [type, state] of [
      [3, 'delayed'],
      [2, 'frozen'],
    ] as const) {
      server.current().say(58, 1, id, type);
      server.current().say(1, 6, id, 1, 499, 100, 1);
      await adapter.until(state, () => streams('ibkr.quotes', 'SPY').at(-1) === state);
    }
    await Bun.sleep(20);
    expect(adapter.inputsOf('quote.seen').at(-1)?.bidPrice).toBeNaN();
    expect(adapter.inputsOf('quote.seen').some(({ bidPrice }) => bidPrice === 499)).toBe(false);
    server.current().say(58, 1, id, 1);
    server.current().say(1, 6, id, 1, 502, 100, 1);
    await adapter.until('live again', () => streams('ibkr.quotes', 'SPY').at(-1) === 'live');
    expect(adapter.inputsOf('quote.seen').at(-1)?.bidPrice).toBe(502);
  });

  test('delayed ticks are never taken for quotes, whatever TWS says of their type', async () => {
    const { server, adapter, streams } = await begin();
    await adapter.until('asked', () => !Number.isNaN(numberOf(server, '1')));
    server.current().say(1, 6, numberOf(server, '1'), 66, 480, 100, 1);
    await adapter.until('delayed', () => streams('ibkr.quotes', 'SPY').at(-1) === 'delayed');
    expect(adapter.inputsOf('quote.seen').every(({ bidPrice }) => Number.isNaN(bidPrice))).toBe(true);
  });

  test('that fails concerns itself alone: the feed is degraded only when all of its streams have failed', async () => {
    const { server, adapter, streams } = await begin({ symbols: [SPY, AAPL] });
    await adapter.until('asked', () => !Number.isNaN(numberOf(server, '1', 'AAPL')));
    server.current().say(4, 2, numberOf(server, '1', 'AAPL'), 354, 'Requested market data is not subscribed.', '');
    await adapter.until('dead', () => streams('ibkr.quotes', 'AAPL').at(-1) === 'dead');
    expect(adapter.feedState('ibkr.quotes')).toBe('live');
    server.current().say(4, 2, numberOf(server, '1', 'SPY'), 354, 'Requested market data is not subscribed.', '');
    await adapter.until('degraded', () => adapter.feedState('ibkr.quotes') === 'degraded');
    expect(adapter.of('disconnected')).toEqual([]);
  });

  test('that another session of the user has taken is dead, and asked for again later', async () => {
    const { server, adapter, streams, requests, wind } = await begin();
    await adapter.until('asked', () => requests('1').length === 1);
    server.current().say(4, 2, numberOf(server, '1'), 10197, 'No market data during competing live session', '');
    await adapter.until('dead', () => streams('ibkr.quotes', 'SPY').at(-1) === 'dead');
    wind(29_000);
    await Bun.sleep(60);
    expect(requests('1')).toHaveLength(1);
    wind(2_000);
    await adapter.until('asked again', () => requests('1').length === 2);
    server.current().say(1, 6, numberOf(server, '1'), 1, 500, 100, 1);
    await adapter.until('live', () => streams('ibkr.quotes', 'SPY').at(-1) === 'live');
  });

  test('a message that does not fit is kept whole, degrades its feed, and makes its figures unknown', async () => {
    const kept: [string, string, string][] = [];
    const { server, adapter, wind } = await begin({
      quarantine: { keep: (feed, reason, payload) => void kept.push([feed, reason, Buffer.from(payload).toString()]) },
    });
    await adapter.until('asked', () => !Number.isNaN(numberOf(server, '1')));
    const id = numberOf(server, '1');
    server.current().say(1, 6, id, 1, 500, 300, 1);
    server.current().say(1, 6, id, 2, 'five hundred', 300, 1);
    await adapter.until('degraded', () => adapter.feedState('ibkr.quotes') === 'degraded');
    expect(kept).toEqual([['ibkr.quotes', 'undecodable', `6\0${id}\x002\0five hundred\x00300\x001\0`]]);
    const last = adapter.inputsOf('quote.seen').at(-1);
    expect([last?.bidPrice, last?.askPrice]).toEqual([Number.NaN, Number.NaN]);
    wind(6_000);
    await adapter.until('well', () => adapter.feedState('ibkr.quotes') === 'live');
  });
});

describe('lines', () => {
  const many = ['SPY', 'QQQ', 'IWM', 'AAPL', 'MSFT'].map((symbol) => ({ ...SPY, symbol }));

  test('go to the index funds first; what gets none is dead, with the reason, and counted', async () => {
    const { adapter, requests, streams } = await begin({ symbols: [...many.slice(3), ...many.slice(0, 3), VIX] });
    await adapter.until('books', () => requests('10').length === 3 && requests('97').length === 3);
    expect(
      requests('10')
        .map((fields) => fields[4])
        .sort(),
    ).toEqual(['IWM', 'QQQ', 'SPY']);
    expect(requests('97').every((fields) => fields.includes('AllLast'))).toBe(true);
    await adapter.until('quotes', () => requests('1').length === 6);
    expect(streams('ibkr.depth', 'AAPL')).toEqual(['dead']);
    const told = adapter
      .inputsOf('stream.reported')
      .find(({ feed, symbol }) => feed === 'ibkr.depth' && symbol === 'MSFT');
    expect(told?.reason).toBe('no depth line left for a single-name: the account has 3');
    await adapter.until('counted', () => adapter.refused('ibkr.depth')['no-line'] === 2);
    const vix = requests('1').find((fields) => fields.includes('VIX'));
    expect(vix).toContain('IND');
    expect(vix).toContain('CBOE');
  });

  test('move to what a candidate rests on, and back only after a while', async () => {
    const { adapter, requests, streams, wind } = await begin({ symbols: many });
    await adapter.until('books', () => requests('10').length === 3);
    const option = { ...call, underlying: 'AAPL', tradingClass: 'AAPL' };
    wind(61_000);
    adapter.ibkr.feed.watch(option);
    await adapter.until('moved', () => requests('10').length === 4);
    expect(requests('10').at(-1)?.[4]).toBe('AAPL');
    expect(requests('11')).toHaveLength(1);
    expect(streams('ibkr.depth', 'IWM').at(-1)).toBe('dead');
    adapter.ibkr.feed.unwatch(option);
    await Bun.sleep(60);
    expect(requests('10')).toHaveLength(4);
    wind(61_000);
    await adapter.until('back', () => requests('10').length === 5);
    expect(requests('10').at(-1)?.[4]).toBe('IWM');
  });

  test('that TWS refuses for want of room are given up, and the streams that have one go on', async () => {
    const { server, adapter, requests, streams } = await begin({ symbols: many }, (connection, fields) => {
      if (fields[0] === '10' && fields[4] === 'IWM')
        connection.say(4, 2, fields[2] ?? '', 309, 'Max number (2) of market depth requests has been reached.', '');
    });
    await adapter.until('refused', () => streams('ibkr.depth', 'IWM').at(-1) === 'dead');
    await Bun.sleep(60);
    expect(requests('10')).toHaveLength(3);
    server.current().say(13, 1, numberOf(server, '10', 'SPY'), 0, 'ARCA', 0, 1, 500, 100, 1);
    await adapter.until('row', () => adapter.inputsOf('depth.seen').length === 1);
  });
});

describe('what else is asked for', () => {
  test('five-second bars carry their opening, volume and average; an empty one has none', async () => {
    const { server, adapter, requests } = await begin();
    await adapter.until('asked', () => requests('50').length === 1);
    expect(requests('50')[0]).toContain('TRADES');
    const id = numberOf(server, '50');
    const opened = TEN_O_CLOCK / 1_000;
    server.current().say(50, 3, id, opened, 500, 501, 499.5, 500.5, 1_200, 500.25, 37);
    server.current().say(50, 3, id, opened + 5, 500.5, 500.5, 500.5, 500.5, 0, 500.5, 0);
    server.current().say(50, 3, id, opened + 10, 500, 499, 501, 500, 10, 500, 1);
    await adapter.until('two', () => adapter.inputsOf('five-second-bar.seen').length === 2);
    await adapter.until('refused', () => adapter.refused('ibkr.bars')['undecodable'] === 1);
    const [first, second] = adapter.inputsOf('five-second-bar.seen');
    expect(first).toEqual({
      kind: 'five-second-bar.seen',
      symbol: 'SPY',
      openAt: TEN_O_CLOCK,
      open: 500,
      high: 501,
      low: 499.5,
      close: 500.5,
      volume: 1_200,
      vwap: 500.25,
      trades: 37,
    });
    expect(second).toMatchObject({ openAt: instant(TEN_O_CLOCK + 5_000), volume: 0, vwap: Number.NaN });
  });

  test('closing-auction figures come together, and a day begins without those of the day before', async () => {
    let at = TEN_O_CLOCK;
    const { server, adapter } = await begin({ clock: { now: () => at } });
    await adapter.until('asked', () => !Number.isNaN(numberOf(server, '1')));
    const id = numberOf(server, '1');
    expect(
      server
        .current()
        .requests.find((fields) => fields[0] === '1')
        ?.some((field) => field.split(',').includes('225')),
    ).toBe(true);
    const { socket } = server.current();
    socket.write(
      Buffer.concat([
        frame(2, 6, id, 34, 1_250_000),
        frame(2, 6, id, 36, -340_000),
        frame(1, 6, id, 35, 500.1, 0, 0),
        frame(2, 6, id, 61, -90_000),
      ]),
    );
    await adapter.until('seen', () => adapter.inputsOf('auction.seen').length === 1);
    expect(adapter.inputsOf('auction.seen')[0]).toEqual({
      kind: 'auction.seen',
      symbol: 'SPY',
      pairedShares: 1_250_000,
      imbalanceShares: -340_000,
      referencePrice: 500.1,
      nearPrice: Number.NaN,
      farPrice: Number.NaN,
      regulatoryImbalanceShares: -90_000,
    });
    at = instant(at + 24 * 3_600_000);
    server.current().say(2, 6, id, 34, 1_000);
    await adapter.until('next day', () => adapter.inputsOf('auction.seen').length === 2);
    expect(adapter.inputsOf('auction.seen')[1]).toMatchObject({ pairedShares: 1_000, imbalanceShares: Number.NaN });
  });
});

describe('bid and ask tick by tick', () => {
  const asked = (requests: (message: string) => string[][]) =>
    requests('97').map((fields) => fields.includes('BidAsk'));

  test('are asked for where lines are left over, and are the quote of their symbol beside its last price', async () => {
    const { server, adapter, requests } = await begin({ entitlement: { marketData: 100, depth: 3, tickByTick: 2 } });
    await adapter.until('both asked', () => requests('97').length === 2);
    expect(asked(requests).filter(Boolean)).toHaveLength(1);
    const quote = numberOf(server, '1');
    const ticks = Number(requests('97').find((fields) => fields.includes('BidAsk'))?.[1]);
    server.current().say(1, 6, quote, 4, 500.3, 100, 1);
    server.current().say(1, 6, quote, 1, 500.2, 300, 1);
    const now = Math.floor(TEN_O_CLOCK / 1_000);
    server.current().say(99, ticks, 3, now, 500.28, 500.29, 700, 900, 0);
    await adapter.until('the exact quote', () =>
      adapter.inputsOf('quote.seen').some(({ askPrice }) => askPrice === 500.29),
    );
    expect(adapter.inputsOf('quote.seen').at(-1)).toMatchObject({
      bidPrice: 500.28,
      bidSize: 700,
      askPrice: 500.29,
      askSize: 900,
      lastPrice: 500.3,
    });
    // The slower quote has nothing to add while the ticks are live.
    server.current().say(1, 6, quote, 1, 499.1, 100, 1);
    server.current().say(1, 6, quote, 4, 500.31, 100, 1);
    await adapter.until('the last price', () =>
      adapter.inputsOf('quote.seen').some(({ lastPrice }) => lastPrice === 500.31),
    );
    expect(adapter.inputsOf('quote.seen').at(-1)?.bidPrice).toBe(500.28);
  });

  test('are not asked for where prints need the lines', async () => {
    const { adapter, requests } = await begin({ entitlement: { marketData: 100, depth: 3, tickByTick: 1 } });
    await adapter.until('prints asked', () => requests('97').length === 1);
    await Bun.sleep(150);
    expect(asked(requests)).toEqual([false]);
  });
});
