import { afterEach, describe, expect, test } from 'bun:test';
import { instant } from '../../src/engine/core/types.ts';
import { NOTHING_CONTROLLED, startControl } from '../../src/sandbox/control.ts';
import { FAULT_TABLE } from '../../src/sandbox/tws/fault-types.ts';
import { CALL_ID, TinyMarket } from '../support/tiny-market.ts';
import {
  closeRawClients,
  depthOf,
  historyOf,
  marketData,
  OPTION,
  orderOf,
  type RawClient,
  rawClient,
  STOCK,
  startedClient,
  tickByTick,
} from './raw-client.ts';
import { startServer, stopEverything } from './tws-harness.ts';

afterEach(() => {
  closeRawClients();
  stopEverything();
});

const started = async (options: Parameters<typeof startServer>[0] = {}) => {
  const { server, market } = await startServer({ limits: { requestsPerSecond: 1e6 }, ...options });
  return { server, market, client: await startedClient(server.port) };
};

const trade = (market: TinyMarket, size: number, symbol = 'AMZN') =>
  market.emit({ kind: 'trade', symbol, at: market.at, price: 100, size, venue: 'ARCA' });

/** Sizes of the prints that arrived. */
const sizes = (client: RawClient, from = 0) => client.of(99, from).map((fields) => Number(fields[5]));
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const errors = (client: RawClient, id: number) => client.of(4).filter((fields) => fields[1] === String(id));

/** A client that hears every print of AMZN. */
const printing = async () => {
  const all = await started();
  all.client.send(...tickByTick(1, STOCK, 'AllLast'));
  await all.client.settle();
  return all;
};

describe('the connection', () => {
  test('half-open: nothing is read or sent and nothing ends; healed, all of it goes on in its order', async () => {
    const { server, market, client } = await printing();
    server.faults.inject({ kind: 'half-open', clientId: 4 });
    const heard = client.messages.length;
    for (const size of upTo(5)) trade(market, size);
    client.send(...orderOf(1, OPTION, { limit: 5 }));
    await Bun.sleep(80);
    expect(client.messages).toHaveLength(heard);
    expect(client.isClosed()).toBe(false);
    expect(server.exchange.state.orders).toEqual([]);
    const other = await startedClient(server.port, 200, 5);
    server.faults.inject({ kind: 'heal-half-open' });
    await client.until('the fill', () => client.of(11).length > 0);
    expect(sizes(client)).toEqual(upTo(5));
    expect(other.isClosed()).toBe(false);
  });

  test('half-open for all: new connections are accepted and never answered; a backlog that overflowed is reset at the end', async () => {
    const { server, market, client } = await started({ backlogBytesMax: 20_000 });
    client.send(...tickByTick(1, STOCK, 'AllLast'));
    await client.settle();
    server.faults.inject({ kind: 'half-open' });
    const late = await rawClient(server.port);
    late.socket.write(Buffer.from('API\0\0\0\0\x09v100..200'));
    for (const size of upTo(1_000)) trade(market, size);
    await Bun.sleep(60);
    expect([late.messages.length, late.isClosed(), client.isClosed(), sizes(client).length]).toEqual([
      0,
      false,
      false,
      0,
    ]);
    server.faults.inject({ kind: 'heal-half-open' });
    await late.until('its version', () => late.messages.length === 1);
    await client.until('the reset', client.isClosed);
    expect(sizes(client)).toEqual([]);
  });

  test('a connection can be closed instead of reset: what was written arrives first', async () => {
    const { server, market, client } = await printing();
    for (const size of upTo(50)) trade(market, size);
    server.faults.inject({ kind: 'drop-connection', how: 'close' });
    await client.until('the end', client.isClosed);
    expect(sizes(client)).toEqual(upTo(50));
  });

  test('a throttled connection gets so many messages a second and loses none', async () => {
    const { server, market, client } = await printing();
    const perSecond = { bytesPerSecond: null, messagesPerSecond: 200, requestsPerSecond: null };
    server.faults.inject({ kind: 'throttle', ...perSecond });
    const startedAt = performance.now();
    for (const size of upTo(100)) trade(market, size);
    await client.until('some', () => sizes(client).length > 10);
    expect(sizes(client).length).toBeLessThan(100);
    await client.until('all', () => sizes(client).length === 100);
    expect(performance.now() - startedAt).toBeGreaterThan(400);
    expect(sizes(client)).toEqual(upTo(100));
    server.faults.inject({ kind: 'throttle', bytesPerSecond: null, messagesPerSecond: null, requestsPerSecond: null });
    await client.settle();
  });

  test('bytes can be throttled in the middle of a message, and requests refused with 100', async () => {
    const { server, market, client } = await printing();
    server.faults.inject({ kind: 'throttle', bytesPerSecond: 3_000, messagesPerSecond: null, requestsPerSecond: 2 });
    for (const size of upTo(30)) trade(market, size);
    for (let i = 0; i < 10; i++) client.send(49, 1);
    await client.until('all', () => sizes(client).length === 30);
    await client.until('refusals', () => client.of(4).some((fields) => fields[2] === '100'));
    expect(sizes(client)).toEqual(upTo(30));
    server.faults.inject({ kind: 'clear' });
    await Bun.sleep(40);
    await client.settle();
  });
});

describe('the gateway’s restart', () => {
  const downMs = 60_000;

  test('notice, end of connections, a closed port, then the same port, the account as it was and ids told too low once', async () => {
    const { server, market, client } = await started();
    client.send(...orderOf(1, OPTION, { limit: 4 }));
    client.send(...orderOf(2, OPTION, { limit: 4 }));
    client.send(...orderOf(3, OPTION, { limit: 4 }));
    await client.until('orders', () => client.of(3).length >= 3);
    server.faults.inject({ kind: 'restart', downMs, rollBackBy: 2 });
    await client.until('the end', client.isClosed);
    expect(client.of(4).at(-1)?.[2]).toBe('1100');
    await expect(refusedAt(server.port)).resolves.toBe(true);
    market.setOption(CALL_ID, 3.9, 10, 4, 10);
    expect(server.exchange.state.positions[0]?.quantity).toBe(3);
    market.advance(downMs);
    await untilOpen(server.port);
    const again = await startedClient(server.port);
    expect(again.of(9)).toEqual([['9', '1', '2']]);
    again.send(...orderOf(2, OPTION, { limit: 4 }));
    await again.until('the refusal', () => errors(again, 2).length > 0);
    expect(errors(again, 2)[0]?.[2]).toBe('104');
    again.send(...orderOf(4, OPTION, { limit: 3 }));
    await again.until('the order', () => again.of(3).some((fields) => fields[1] === '4'));
    again.socket.destroy();
    await Bun.sleep(30);
    expect((await startedClient(server.port)).of(9)).toEqual([['9', '1', '5']]);
  });

  test('on a schedule it comes at 23:45 in the gateway’s own zone, also when the market leaps over it', async () => {
    const market = new TinyMarket();
    const chicago = { market, gatewayZone: 'America/Chicago' };
    const { server } = await startServer(chicago);
    server.faults.inject({ kind: 'schedule-restart', enabled: true, downMs, rollBackBy: 0 });
    const at = (text: string) => {
      market.at = instant(Temporal.PlainDateTime.from(text).toZonedDateTime('America/Chicago').epochMilliseconds);
    };
    at('2022-03-23T23:44:59');
    const client = await startedClient(server.port);
    await client.settle();
    at('2022-03-23T23:45:00');
    await client.until('the end', client.isClosed);
    at('2022-03-23T23:46:00');
    await untilOpen(server.port);
    const next = await startedClient(server.port);
    at('2022-03-25T08:00:00');
    await next.until('the end', next.isClosed);
    market.advance(downMs);
    await untilOpen(server.port);
    server.faults.inject({ kind: 'schedule-restart', enabled: false, downMs, rollBackBy: 0 });
    const last = await startedClient(server.port);
    at('2022-03-26T08:00:00');
    await Bun.sleep(60);
    expect(last.isClosed()).toBe(false);
  });
});

/** Whether a connection is refused by the system: nobody listens. */
const refusedAt = async (port: number): Promise<boolean> => {
  const probe = Bun.connect({ hostname: '127.0.0.1', port, socket: { data() {} } });
  return probe.then(
    (socket) => {
      socket.end();
      return false;
    },
    () => true,
  );
};

const untilOpen = async (port: number): Promise<void> => {
  for (let i = 0; i < 200 && (await refusedAt(port)); i++) await Bun.sleep(10);
};

describe('market data', () => {
  test('one feed of one symbol can stand still while its other feeds and the other symbols go on', async () => {
    const { server, market, client } = await printing();
    market.books.set('AMZN', { bids: [{ price: 100, size: 5, venue: 'ARCA' }], asks: [] });
    client.send(...marketData(2, STOCK));
    client.send(...depthOf(3, STOCK));
    client.send(...marketData(5, ['', 'SPX', 'IND', '', 0, '', '', 'CBOE', '', 'USD', '', '']));
    await client.settle();
    server.faults.inject({ kind: 'silence-feed', feed: 'quotes', symbol: 'AMZN', silent: true });
    server.faults.inject({ kind: 'silence-feed', feed: 'depth', symbol: 'AMZN', silent: true });
    const from = client.messages.length;
    market.setQuote('AMZN', 90, 91);
    market.setQuote('SPX', null, null, 4600);
    market.emit({ ...row(market), price: 99 });
    trade(market, 7);
    await client.settle();
    expect(client.of(1, from).map((fields) => fields[2])).toEqual(['5', '5']);
    expect(client.of(13, from)).toEqual([]);
    expect(sizes(client)).toEqual([7]);
    server.faults.inject({ kind: 'silence-feed', feed: 'quotes', symbol: 'AMZN', silent: false });
    server.faults.inject({ kind: 'silence-feed', feed: 'depth', symbol: 'AMZN', silent: false });
    await client.settle();
    expect(
      client
        .of(1, from)
        .find((fields) => fields[2] === '2')
        ?.slice(3, 5),
    ).toEqual(['1', '90']);
    expect(errors(client, 3).at(-1)?.[2]).toBe('317');
    expect(client.of(13, from).length).toBeGreaterThan(0);
  });

  const row = (market: TinyMarket) =>
    ({
      kind: 'depth',
      symbol: 'AMZN',
      at: market.at,
      operation: 1,
      side: 1,
      level: 0,
      size: 5,
      venue: 'ARCA',
    }) as const;

  test('delayed data arrives late by market time and in its order; answers are not held', async () => {
    const { server, market, client } = await printing();
    server.faults.inject({ kind: 'delay-data', delayMs: 1_000, jitterMs: 500, seed: 7 });
    for (const size of upTo(20)) trade(market, size);
    await client.settle();
    expect(sizes(client)).toEqual([]);
    market.advance(1_100);
    await Bun.sleep(50);
    await client.settle();
    const some = sizes(client).length;
    expect(sizes(client)).toEqual(upTo(some));
    market.advance(400);
    await client.until('all', () => sizes(client).length === 20);
    expect(some).toBeLessThan(20);
    expect(sizes(client)).toEqual(upTo(20));
    trade(market, 21);
    server.faults.inject({ kind: 'delay-data', delayMs: 0, jitterMs: 0, seed: 7 });
    await client.until('the last', () => sizes(client).at(-1) === 21);
  });

  test('duplicated data comes twice at the rate, and which ones is the seed’s', async () => {
    const twice = async (seed: number) => {
      const { server, market, client } = await printing();
      server.faults.inject({ kind: 'duplicate-data', rate: 0.5, seed });
      for (const size of upTo(100)) trade(market, size);
      await client.settle();
      expect([...new Set(sizes(client))]).toEqual(upTo(100));
      server.faults.inject({ kind: 'duplicate-data', rate: 0, seed });
      trade(market, 101);
      await client.until('the last', () => sizes(client).at(-1) === 101);
      return sizes(client);
    };
    const [first, again, other] = [await twice(1), await twice(1), await twice(2)];
    expect(first.length).toBeGreaterThan(130);
    expect(first.length).toBeLessThan(170);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test('reordered data is the same data, each message at most a window from its place', async () => {
    const { server, market, client } = await printing();
    server.faults.inject({ kind: 'reorder-data', window: 5, seed: 3 });
    for (const size of upTo(50)) trade(market, size);
    await client.settle();
    const heard = sizes(client);
    expect([...heard].sort((a, b) => a - b)).toEqual(upTo(50));
    expect(heard).not.toEqual(upTo(50));
    for (const [i, size] of heard.entries()) expect(Math.abs(size - 1 - i)).toBeLessThan(5);
    server.faults.inject({ kind: 'reorder-data', window: 1, seed: 3 });
    for (const size of upTo(10)) trade(market, 100 + size);
    await client.settle();
    expect(sizes(client).slice(50)).toEqual(upTo(10).map((size) => 100 + size));
  });

  test.each([
    [
      'not-a-number',
      (fields: string[]) => fields.slice(1).some((field) => ['x1.2.3', 'NaN', '1e', '--', '1,000.5'].includes(field)),
    ],
    ['missing-field', (fields: string[]) => fields.length === 8],
    ['extra-field', (fields: string[]) => fields.length === 10],
    ['wrong-version', (fields: string[]) => fields[1] === '99'],
  ] as const)('garbled data is spoilt at the rate by %s, and sound again at rate 0', async (way, isSpoilt) => {
    const { server, market, client } = await printing();
    server.faults.inject({ kind: 'garble', rate: 0.3, seed: 11, ways: [way] });
    for (const size of upTo(200)) trade(market, size);
    await client.settle();
    const spoilt = client.of(99).filter((fields) => isSpoilt(fields)).length;
    expect(client.of(99)).toHaveLength(200);
    expect(spoilt).toBeGreaterThan(30);
    expect(spoilt).toBeLessThan(90);
    server.faults.inject({ kind: 'garble', rate: 0, seed: 11 });
    const from = client.messages.length;
    for (const size of upTo(50)) trade(market, size);
    await client.settle();
    expect(sizes(client, from)).toEqual(upTo(50));
  });

  test('a changed schema holds for every message of one number, until it is restored', async () => {
    const { server, market, client } = await printing();
    const shapes: [string, (string | undefined)[]][] = [];
    for (const change of ['field-more', 'field-less', 'other-type'] as const) {
      server.faults.inject({ kind: 'change-schema', message: 99, change, field: 5 });
      trade(market, 7);
      await client.settle();
      shapes.push([change, client.of(99).at(-1)?.slice(4, 7) ?? []]);
    }
    server.faults.inject({ kind: 'restore-schema' });
    trade(market, 8);
    await client.settle();
    expect(shapes).toEqual([
      ['field-more', ['100', '0', '7']],
      ['field-less', ['100', '0', 'ARCA']],
      ['other-type', ['100', 't7', '0']],
    ]);
    expect(client.of(99).at(-1)?.slice(4, 7)).toEqual(['100', '8', '0']);
  });

  test('a competing session takes all data away with 10197 and gives it back', async () => {
    const { server, market, client } = await printing();
    client.send(...marketData(2, STOCK));
    await client.settle();
    server.faults.inject({ kind: 'competing-session', active: true });
    const from = client.messages.length;
    market.setQuote('AMZN', 95, 96);
    trade(market, 3);
    client.send(...marketData(3, OPTION));
    await client.settle();
    expect([1, 2, 3].map((id) => errors(client, id).at(-1)?.[2])).toEqual(['10197', '10197', '10197']);
    expect([client.of(1, from), sizes(client)]).toEqual([[], []]);
    server.faults.inject({ kind: 'competing-session', active: false });
    await client.settle();
    const prices = client.of(1, from).map((fields) => fields.slice(2, 5).join(' '));
    expect(prices).toContain('2 1 95');
    expect(prices).toContain('3 2 5');
  });

  test('without permission a line is refused with 354, 10089 or 10168, or shown late with 10167', async () => {
    const { server, market, client } = await started();
    const past = market.minuteBars('AMZN', 3);
    market.minuteBars = () => past;
    client.send(...marketData(1, STOCK));
    await client.settle();
    server.faults.inject({ kind: 'no-permission', symbols: ['AMZN'], delayedOffered: false });
    client.send(...marketData(2, STOCK));
    client.send(59, 1, 3);
    client.send(...marketData(3, STOCK));
    await client.settle();
    server.faults.inject({ kind: 'no-permission', symbols: ['AMZN'], delayedOffered: true });
    client.send(...marketData(4, STOCK));
    client.send(59, 1, 1);
    client.send(...marketData(5, STOCK));
    client.send(...marketData(6, OPTION));
    await client.settle();
    const codes = [1, 2, 3, 4, 5, 6].map((id) => errors(client, id).map((fields) => fields[2]));
    expect(codes).toEqual([['354'], ['354'], ['10168'], ['10167'], ['10089'], []]);
    expect(client.of(58).find((fields) => fields[2] === '4')).toEqual(['58', '1', '4', '3']);
    market.advance(16 * 60_000);
    await client.until('a delayed price', () => client.of(1).some((fields) => fields[2] === '4' && fields[3] === '68'));
    server.faults.inject({ kind: 'no-permission', symbols: [], delayedOffered: false });
    client.send(...marketData(7, STOCK));
    await client.until('a live price', () => client.of(1).some((fields) => fields[2] === '7' && fields[3] === '1'));
  });
});

describe('orders and history', () => {
  test('a gateway in read-only mode refuses orders and cancellations with 321 and previews none the less', async () => {
    const { server, client } = await started();
    client.send(...orderOf(1, OPTION, { limit: 4 }));
    await client.until('the order', () => client.of(3).length > 0);
    server.faults.inject({ kind: 'read-only', enabled: true });
    client.send(...orderOf(2, OPTION, { limit: 4 }));
    client.send(4, 1, '', '', 2147483647);
    client.send(58, '', 2147483647);
    client.send(...orderOf(3, OPTION, { limit: 4, whatIf: 1 }));
    await client.settle();
    expect([1, 2].map((id) => errors(client, id).at(-1)?.slice(2, 4))).toEqual(
      Array.from({ length: 2 }, () => ['321', expect.stringContaining('Read-Only')]),
    );
    expect(server.exchange.orders.working()).toHaveLength(1);
    expect(client.of(5).some((fields) => fields[1] === '3')).toBe(true);
    server.faults.inject({ kind: 'read-only', enabled: false });
    client.send(4, 1, '', '', 2147483647);
    await client.until('the end', () => client.of(3).some((fields) => fields[2] === 'Cancelled'));
  });

  test('pacing: small bars are held to fifteen seconds between identical requests, with strict pacing every size is', async () => {
    const { server, market, client } = await started();
    const asked = async (id: number, size: string) => {
      client.send(...historyOf(id, STOCK, { size }));
      await client.settle();
      return errors(client, id).at(-1)?.[3] ?? 'answered';
    };
    const pacing = 'Historical Market Data Service error message:Historical data request pacing violation';
    expect(await asked(1, '1 min')).toBe('answered');
    expect(await asked(2, '1 min')).toBe('answered');
    expect(await asked(3, '5 secs')).toContain('no data');
    expect(await asked(4, '5 secs')).toBe(pacing);
    market.advance(15_000);
    expect(await asked(5, '5 secs')).toContain('no data');
    server.faults.inject({ kind: 'strict-pacing', enabled: true });
    expect([await asked(6, '1 min'), await asked(7, '1 min')]).toEqual(['answered', pacing]);
    server.faults.inject({ kind: 'clear' });
    expect(await asked(8, '1 min')).toBe('answered');
  });
});

test('faults come in over HTTP, and the table tells every one of them: what it does and how it ends', async () => {
  const { server, market, client } = await started();
  const control = startControl({
    ...NOTHING_CONTROLLED,
    tws: { inject: (fault) => server.faults.inject(fault), market },
  });
  try {
    const url = `${control.url}/tws/faults`;
    const post = (body: unknown) =>
      fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const table = (await (await fetch(url)).json()) as Record<string, { atTheWire: string; ends: string }>;
    expect(table).toEqual(FAULT_TABLE);
    for (const { atTheWire, ends } of Object.values(table))
      expect(Math.min(atTheWire.length, ends.length)).toBeGreaterThan(5);
    expect((await post({ kind: 'garble', rate: 2, seed: 1 })).status).toBe(400);
    const unknown = await post({ kind: 'correct-execution', execId: 'no.such', price: 1 });
    expect([unknown.status, await unknown.text()]).toEqual([409, 'no execution no.such to correct']);
    expect((await post({ kind: 'drop-connection' })).status).toBe(204);
    await client.until('the end', client.isClosed);
  } finally {
    control.stop();
  }
});
