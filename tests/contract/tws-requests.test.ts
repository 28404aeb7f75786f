import { afterEach, describe, expect, test } from 'bun:test';
import { instant, type SessionDate } from '../../src/engine/core/types.ts';
import type { AuctionSnapshot, DailyBar, MinuteBar, NewsItem } from '../../src/sandbox/market/types.ts';
import { TEN_O_CLOCK, TinyMarket } from '../support/tiny-market.ts';
import {
  closeRawClients,
  historyOf,
  marketData,
  OPTION,
  orderOf,
  type RawClient,
  STOCK,
  startedClient,
  tickByTick,
} from './raw-client.ts';
import { startServer, stopEverything } from './tws-harness.ts';

afterEach(() => {
  closeRawClients();
  stopEverything();
});

const INDEX = ['', 'SPX', 'IND', '', 0, '', '', 'CBOE', '', 'USD', '', ''] as const;
const MINUTE_MS = 60_000;

/** The tiny market with a past: forty sessions of rising closes, bars of any size, auctions and news. */
class PastMarket extends TinyMarket {
  seen: AuctionSnapshot | null = null;
  isHalted = false;

  dailyBars(symbol: string, count: number): readonly DailyBar[] {
    const days: DailyBar[] = [];
    let day = Temporal.PlainDate.from('2022-03-22');
    while (days.length < Math.min(count, 40)) {
      const i = days.length;
      const close = 200 - i - (i % 2);
      if (day.dayOfWeek <= 5) {
        const date = day.toString() as SessionDate;
        const volume = symbol === 'SPX' ? null : 1_000 + i;
        days.unshift({ date, open: close - 1, high: close + 2, low: close - 2, close, volume, impliedVolatility: 0.3 });
      }
      day = day.subtract({ days: 1 });
    }
    return days;
  }
  bars(_symbol: string, minutes: number, count: number): readonly MinuteBar[] {
    return [0, 1, 2, 3, 4].slice(-count).map((i) => {
      const openAt = instant(TEN_O_CLOCK - (5 - i) * minutes * MINUTE_MS);
      return { openAt, open: 10 + i, high: 12 + i, low: 9 + i, close: 11 + i, volume: 300 };
    });
  }
  auction(symbol: string): AuctionSnapshot | null {
    return symbol === 'AMZN' ? this.seen : null;
  }
  halted(): boolean {
    return this.isHalted;
  }
  news(_symbol: string, count: number): readonly NewsItem[] {
    const item = { source: 'test', url: 'https://example.com', relevance: 1, sentiment: 0 };
    return [3, 2, 1]
      .slice(0, count)
      .map((i) => ({ ...item, title: `headline ${i}`, publishedAt: instant(TEN_O_CLOCK - i) }));
  }
}

const started = async () => {
  const market = new PastMarket();
  const { server } = await startServer({ market, limits: { requestsPerSecond: 1e6 } });
  return { server, market, client: await startedClient(server.port) };
};

const answered = async (client: RawClient, id: number, answer: number) => {
  await client.settle();
  const error = client.of(4).find((fields) => fields[1] === String(id));
  return error
    ? `${error[2]}: ${error[3]}`
    : client
        .of(answer)
        .find((fields) => fields[1] === String(id))
        ?.slice(2);
};

describe('history', () => {
  const bars = async (
    client: RawClient,
    id: number,
    ...more: Parameters<typeof historyOf> extends [unknown, unknown, ...infer R] ? R : never
  ) => {
    client.send(...historyOf(id, STOCK, ...more));
    const told = await answered(client, id, 17);
    if (typeof told === 'string' || told === undefined) return told;
    const rows = told.slice(1);
    return Array.from({ length: Number(told[0]) }, (_, i) => rows.slice(8 * i, 8 * i + 8));
  };

  test('bars of minutes and hours come from the market’s past, in epoch seconds or in exchange time', async () => {
    const { client } = await started();
    const five = await bars(client, 1, { size: '5 mins', duration: '900 S' });
    expect(five).toEqual(
      [2, 3, 4].map((i) => [
        ...[TEN_O_CLOCK / 1000 - (5 - i) * 300, 10 + i, 12 + i, 9 + i, 11 + i, 300].map(String),
        ...[String(Math.round(((32 + 3 * i) / 3) * 1e4) / 1e4), '3'],
      ]),
    );
    const hourly = (await bars(client, 2, { size: '1 hour', duration: '2 D', format: 1 })) as string[][];
    expect(hourly.map(([time]) => time)).toContain('20220323 09:00:00 US/Eastern');
    const ends = [
      [3, '20220323 09:46:00 US/Eastern'],
      [4, '20220323-13:46:00'],
    ] as const;
    for (const [id, end] of ends) {
      const ended = (await bars(client, id, { size: '5 mins', end, duration: '300 S' })) as string[][];
      expect(ended.map(([time]) => time)).toEqual([String(TEN_O_CLOCK / 1000 - 900)]);
    }
  });

  test('days carry their date, today is the day so far, weeks and months are made of days', async () => {
    const { client } = await started();
    const daily = (await bars(client, 1, { size: '1 day', duration: '3 D' })) as string[][];
    expect(daily.map(([date, , , , close]) => [date, close])).toEqual([
      ['20220321', '198'],
      ['20220322', '200'],
      ['20220323', '103'],
    ]);
    const weekly = (await bars(client, 2, { size: '1 week', duration: '2 W' })) as string[][];
    expect(weekly.map(([date]) => date)).toEqual(['20220311', '20220318', '20220323']);
    const past = (await bars(client, 3, { size: '1 day', duration: '2 D', end: '20220316 16:00:00' })) as string[][];
    expect(past.map(([date]) => date)).toEqual(['20220315', '20220316']);
  });

  test('bids, asks and midpoints stand half a spread around the trades; volatilities come by the day', async () => {
    const { client } = await started();
    const close = async (id: number, what: string) =>
      ((await bars(client, id, { duration: '60 S', what })) as string[][])[0]?.slice(4, 8);
    expect(await close(1, 'MIDPOINT')).toEqual(['15', '-1', '-1', '-1']);
    expect(await close(2, 'BID')).toEqual(['14.5', '-1', '-1', '-1']);
    expect(await close(3, 'ASK')).toEqual(['15.5', '-1', '-1', '-1']);
    expect(((await bars(client, 4, { duration: '60 S', what: 'BID_ASK' })) as string[][])[0]?.slice(1, 5)).toEqual([
      ...['14', '16.5', '12.5', '15'],
    ]);
    const implied = (await bars(client, 5, {
      size: '1 day',
      duration: '2 D',
      what: 'OPTION_IMPLIED_VOLATILITY',
    })) as string[][];
    expect(implied.map((row) => row.slice(0, 2))).toEqual([
      ['20220321', '0.3'],
      ['20220322', '0.3'],
    ]);
    const realized = (await bars(client, 6, {
      size: '1 day',
      duration: '1 D',
      what: 'HISTORICAL_VOLATILITY',
    })) as string[][];
    const closes = new PastMarket().dailyBars('AMZN', 31).map((bar) => bar.close);
    const returns = closes.slice(1).map((value, i) => Math.log(value / (closes[i] ?? 0)));
    const mean = returns.reduce((a, b) => a + b) / 30;
    const deviation = Math.sqrt(returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 29);
    expect(Number(realized[0]?.[1])).toBeCloseTo(deviation * Math.sqrt(252), 7);
  });

  test('what there is not is 162, what is no request is 321, each naming the cause', async () => {
    const { client } = await started();
    expect(await bars(client, 1, { size: '5 secs', duration: '60 S' })).toContain(
      '162: Historical Market Data Service',
    );
    expect(await bars(client, 2, { size: '7 mins' })).toContain('321: ');
    expect(await bars(client, 3, { duration: '1 X' })).toContain('Incorrect duration: 1 X');
    expect(await bars(client, 4, { end: 'tomorrow' })).toContain('Incorrect end date time: tomorrow');
    expect(await bars(client, 5, { what: 'TEA' })).toContain('Incorrect what to show: TEA');
    expect(await bars(client, 6, { duration: '1 Y' })).toContain('162: ');
    client.send(...historyOf(7, OPTION));
    expect(await answered(client, 7, 17)).toContain('162: ');
    client.send(...historyOf(8, INDEX, { what: 'BID' }));
    expect(await answered(client, 8, 17)).toContain('162: ');
  });

  test('a request kept up to date tells its newest bar whenever it has changed, until it is cancelled', async () => {
    const { market, client } = await started();
    client.send(...historyOf(1, STOCK, { duration: '60 S', keep: 1 }));
    await client.settle();
    market.bars = () => [{ openAt: TEN_O_CLOCK, open: 20, high: 22, low: 19, close: 21, volume: 400 }];
    market.advance(1_000);
    await client.until('an update', () => client.of(90).length > 0);
    expect(client.of(90)).toEqual([
      ['90', '1', '4', String(TEN_O_CLOCK / 1000), '20', '21', '22', '19', '20.6667', '400'],
    ]);
    client.send(25, 1, 1);
    await client.settle();
    market.bars = () => [{ openAt: TEN_O_CLOCK, open: 20, high: 23, low: 19, close: 21, volume: 400 }];
    market.advance(1_000);
    await Bun.sleep(50);
    await client.settle();
    expect(client.of(90)).toHaveLength(1);
  });

  test('ticks of the past are those the server has heard; the schedule has the sessions alone', async () => {
    const { market, client } = await started();
    for (let size = 1; size <= 5; size++) {
      market.emit({ kind: 'trade', symbol: 'AMZN', at: market.at, price: 100, size, venue: 'ARCA' });
      market.setQuote('AMZN', 90 + size, 100);
      market.advance(1_000);
    }
    const ask = (id: number, start: string, end: string, count: number, what: string) =>
      client.send(96, id, ...STOCK, 0, start, end, count, what, 1, 0, '');
    ask(1, '', '20220323 12:00:00', 2, 'TRADES');
    ask(2, '20220323 10:00:03', '', 10, 'BID_ASK');
    ask(3, '', '20220323 10:00:00', 10, 'MIDPOINT');
    ask(4, '', '', 10, 'TRADES');
    const second = (offset: number) => String(TEN_O_CLOCK / 1000 + offset);
    expect(await answered(client, 1, 98)).toEqual([
      '2',
      second(3),
      '0',
      '100',
      '4',
      'ARCA',
      '',
      second(4),
      '0',
      '100',
      '5',
      'ARCA',
      '',
      '1',
    ]);
    expect(await answered(client, 2, 97)).toEqual([
      '2',
      second(3),
      '0',
      '94',
      '100',
      '100',
      '100',
      second(4),
      '0',
      '95',
      '100',
      '100',
      '100',
      '1',
    ]);
    expect(await answered(client, 3, 96)).toEqual(['1', second(0), '0', '95.5', '0', '1']);
    expect(await answered(client, 4, 98)).toContain('321');
    client.send(...historyOf(5, STOCK, { duration: '3 D', what: 'SCHEDULE', size: '1 day' }));
    expect((await answered(client, 5, 106))?.slice(0, 7)).toEqual([
      ...[
        '20220321-09:30:00',
        '20220323-16:00:00',
        'US/Eastern',
        '3',
        '20220321-09:30:00',
        '20220321-16:00:00',
        '20220321',
      ],
    ]);
    client.send(87, 6, ...STOCK, 0, 1, 'TRADES', 1);
    expect(await answered(client, 6, 88)).toEqual(['20220126-14:30:00']);
  });
});

describe('quotes', () => {
  const ticks = (client: RawClient, id: number) =>
    Object.fromEntries(
      client.messages
        .filter(([number, , request]) => ['1', '2', '45', '46'].includes(number ?? '') && request === String(id))
        .map(([, , , type, value]) => [type, value]),
    );

  test('each generic tick brings its figures, the auction’s as soon as it is published', async () => {
    const { market, client } = await started();
    client.send(...marketData(1, STOCK, '104,106,225,233,236,293,294,295,318,411'));
    client.send(...marketData(2, INDEX, '100,101'));
    client.send(...marketData(3, STOCK, '225,9999'));
    await client.settle();
    expect(ticks(client, 1)).toMatchObject({ 9: '200', 24: '0.3', 46: '3', 54: '0', 57: '100' });
    expect(Number(ticks(client, 1)['23'])).toBeGreaterThan(0);
    expect(ticks(client, 1)['34']).toBeUndefined();
    expect(ticks(client, 2)).toMatchObject({ 4: '4500', 27: '369', 28: '123', 29: '21', 30: '7' });
    expect(await answered(client, 3, 1)).toContain('Incorrect generic tick list of 9999');
    market.seen = {
      ...{ at: market.at, pairedShares: 12_000, imbalanceShares: -3_400, referencePrice: 100.5 },
      ...{ nearPrice: 100.6, farPrice: 99, regulatoryImbalanceShares: null },
    };
    market.emit({ kind: 'auction', symbol: 'AMZN', at: market.at });
    market.emit({ kind: 'trade', symbol: 'AMZN', at: market.at, price: 101, size: 200, venue: 'ARCA' });
    await client.settle();
    expect(ticks(client, 1)).toMatchObject({ 34: '12000', 35: '100.6', 36: '-3400' });
    expect(ticks(client, 1)['61']).toBeUndefined();
    expect(ticks(client, 1)['48']).toBe(`101;200;${market.at};1000;101;true`);
    market.advance(61_000);
    await client.until('the rate', () => ticks(client, 1)['55'] === '1');
    expect(ticks(client, 1)).toMatchObject({ 54: '1', 56: '200' });
  });

  test('a halt is told, and its end; frozen data is told as such while the market is closed', async () => {
    const { market, client } = await started();
    client.send(...marketData(1, STOCK));
    await client.settle();
    market.isHalted = true;
    market.setQuote('AMZN', 100, 101);
    await client.settle();
    expect(ticks(client, 1)['49']).toBe('1');
    market.isHalted = false;
    market.setQuote('AMZN', 100, 101);
    await client.settle();
    expect(ticks(client, 1)['49']).toBe('0');
    market.open = false;
    client.send(59, 1, 2);
    client.send(...marketData(2, STOCK));
    await client.settle();
    expect(client.of(58).map((fields) => fields.slice(2))).toEqual([
      ['1', '1'],
      ['2', '2'],
    ]);
  });

  test('bars of bids are made of quotes; ticks of the last trades are one type, of all another', async () => {
    const { market, client } = await started();
    client.send(50, 3, 1, ...STOCK, 5, 'BID', 1, '');
    client.send(50, 3, 2, ...STOCK, 10, 'TRADES', 1, '');
    client.send(...tickByTick(3, STOCK, 'Last'));
    await client.settle();
    market.setQuote('AMZN', 98, 101);
    market.setQuote('AMZN', 99, 101);
    market.advance(5_000);
    market.emit({ kind: 'trade', symbol: 'AMZN', at: market.at, price: 99.5, size: 1, venue: 'ARCA' });
    await client.until('a bar', () => client.of(50).length > 0);
    expect(client.of(50)[0]?.slice(2)).toEqual([
      '1',
      String(TEN_O_CLOCK / 1000),
      '98',
      '99',
      '98',
      '99',
      '-1',
      '-1',
      '-1',
    ]);
    expect(await answered(client, 2, 50)).toContain('321');
    expect(client.of(99)[0]?.slice(1, 3)).toEqual(['3', '1']);
  });
});

describe('orders, account and reference', () => {
  test('a what-if order answers with margins and commission and is not worked', async () => {
    const { server, client } = await started();
    client.send(...orderOf(1, STOCK, { quantity: 10, limit: 100, whatIf: 1 }));
    client.send(...orderOf(2, STOCK, { quantity: 1e6, limit: 100, whatIf: 1 }));
    await client.settle();
    const preview = client.of(5).find((fields) => fields[1] === '1') ?? [];
    const at = preview.indexOf('PreSubmitted');
    expect(preview.slice(at - 1, at + 11)).toEqual([
      ...['1', 'PreSubmitted', '0.00', '0.00', '100000.00', '500.00', '500.00', '-1.00'],
      ...['500.00', '500.00', '99999.00', '1'],
    ]);
    expect(await answered(client, 2, 5)).toContain('201: Order rejected');
    expect(server.exchange.state.orders).toEqual([]);
    client.send(8, 1, 1);
    await client.settle();
    expect(client.of(9).at(-1)).toEqual(['9', '1', '1']);
  });

  test('an id that was used is refused with 103, a price off the tick with 110, an option out of hours waits with 399', async () => {
    const { market, client } = await started();
    client.send(...orderOf(5, OPTION, { limit: 4 }));
    await client.settle();
    client.send(...orderOf(3, OPTION, { limit: 4 }));
    client.send(...orderOf(6, OPTION, { limit: 4.01 }));
    expect(await answered(client, 3, 3)).toContain('103: Duplicate order id');
    expect(await answered(client, 6, 3)).toContain('110: ');
    market.open = false;
    client.send(...orderOf(7, OPTION, { limit: 4, tif: 'GTC' }));
    expect(await answered(client, 7, 3)).toContain('399: ');
    expect(client.of(3).find((fields) => fields[1] === '7')?.[2]).toBe('PreSubmitted');
  });

  test('profit and loss follow the market until cancelled; positions and values come per request too', async () => {
    const { market, client } = await started();
    client.send(...orderOf(1, STOCK, { quantity: 10, limit: 101 }));
    await client.until('the fill', () => client.of(11).length > 0);
    client.send(92, 20, 'DU1234567', '');
    client.send(94, 21, 'DU1234567', '', 3691937);
    client.send(74, 1, 22, '', '');
    client.send(76, 1, 23, '', '', 0);
    client.send(92, 24, 'NOBODY', '');
    expect(await answered(client, 20, 94)).toEqual(['-6', '-6', '0']);
    expect(await answered(client, 21, 95)).toEqual(['10', '-6', '-6', '0', '1005']);
    expect(client.of(71)[0]?.slice(2, 7)).toEqual(['22', 'DU1234567', '3691937', 'AMZN', 'STK']);
    expect(client.of(73).find((fields) => fields[5] === 'NetLiquidation')?.[6]).toBe('99994.00');
    expect([client.of(72), client.of(74)]).toEqual([[['72', '1', '22']], [['74', '1', '23']]]);
    expect(await answered(client, 24, 94)).toContain('321');
    market.setQuote('AMZN', 110, 112);
    market.advance(1_000);
    await client.until('the gain', () => client.of(94).at(-1)?.[2] === '99');
    client.send(93, 20);
    await client.settle();
  });

  test('the calculator finds the price of a volatility and the volatility of that price', async () => {
    const { client } = await started();
    client.send(55, 3, 1, ...OPTION, 0.2, 4_510, '');
    await client.settle();
    const priced = client.of(21).find((fields) => fields[1] === '1') ?? [];
    expect(priced.slice(2, 5)).toEqual(['53', '1', '0.2']);
    const price = Number(priced[6]);
    expect(price).toBeGreaterThan(10);
    client.send(54, 3, 2, ...OPTION, price, 4_510, '');
    await client.settle();
    const found = client.of(21).find((fields) => fields[1] === '2') ?? [];
    expect(Number(found[4])).toBeCloseTo(0.2, 9);
    expect(Number(found[6])).toBe(price);
  });

  test('nothing that a client may ask stays without an answer', async () => {
    const { client } = await started();
    const asked: readonly (readonly [answer: number | string, ...request: (string | number)[]])[] = [
      [77, 79, 1],
      [78, 80],
      [79, 81, 1, 'AMZ'],
      [80, 82],
      [82, 83, 1, 'AMZNBBO'],
      [85, 85],
      [87, 86, 1, 3691937, 'BRFG', '', '', 2, ''],
      [89, 88, 1, ...STOCK, 0, 1, '3 days'],
      [107, 104, 1],
      [109, 105],
      [67, 67, 1, 1],
      [68, 68, 1, 1, 1],
      [19, 24, 1],
      [20, 22, 1, 10],
      ['430', 52, 2, 1, ...STOCK],
      ['10172', 84, 1, 'BRFG', 'BRFG$1', ''],
      ['10276', 100, 1],
      ['10276', 102, 1],
      ['322', 21, 2, 1],
      ['321', 18, 1, 1],
      ['505', 999, 1],
    ];
    for (const [answer, ...request] of asked) {
      const from = client.messages.length;
      client.send(...request);
      await client.settle();
      const heard = client.messages.slice(from);
      const found =
        typeof answer === 'number'
          ? client.of(answer, from)
          : heard.filter(([id, , code]) => id === '4' && code === answer);
      expect({ request, found: found.length > 0 }).toEqual({ request, found: true });
    }
    expect(client.of(86).map((fields) => fields.at(-1))).toEqual(['headline 3', 'headline 2']);
    expect(client.of(86)[0]?.[2]).toMatch(/^2022-03-23 13:59:59\.\d+$/);
  });
});
