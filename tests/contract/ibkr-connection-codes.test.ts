import { afterEach, expect, test } from 'bun:test';
import { CODE_TABLE, type ConnectionEffect } from '../../src/engine/shell/ibkr/wire/code-table.ts';
import { emptyAccount, startScriptedTws } from '../support/scripted-tws.ts';
import { AdapterUnderTest } from './ibkr-harness.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const begin = async () => {
  const server = await startScriptedTws({ onRequest: emptyAccount });
  stops.push(server.stop);
  const adapter = new AdapterUnderTest(server.port, { pulseMs: 20 });
  stops.push(() => adapter.stop());
  await adapter.start();
  await adapter.synced();
  const asked = (message: string) => server.current().requests.filter(([first]) => first === message).length;
  return { server, adapter, asked };
};

const codesOf = (effect: ConnectionEffect): number[] =>
  [...CODE_TABLE].filter(([, { connection }]) => connection === effect).map(([code]) => code);

test.each(codesOf('severed'))(
  '%d takes the broker away although the socket stands, until it is back and has told everything',
  async (code) => {
    const { server, adapter } = await begin();
    server.current().say(4, 2, -1, code, 'Connectivity lost', '');
    await adapter.until('away', () => adapter.of('disconnected').length === 1);
    expect(adapter.of('disconnected')[0]?.reason).toContain(String(code));
    expect(adapter.feedState('ibkr.session')).toBe('degraded');
    server.current().say(4, 2, -1, 1102, 'Connectivity restored', '');
    await adapter.synced(2);
    expect(server.connections).toHaveLength(1);
  },
);

test.each(codesOf('restored-empty'))(
  '%d asks for every subscription anew, and for orders, executions and positions',
  async (code) => {
    const { server, adapter, asked } = await begin();
    await adapter.until('subscribed', () => asked('1') === 2);
    const before = asked('61');
    server.current().say(4, 2, -1, code, 'Connectivity restored - data lost', '');
    await adapter.until('again', () => asked('1') === 4);
    await adapter.synced(2);
    expect(asked('61')).toBe(before + 1);
  },
);

test.each(codesOf('restored-kept'))(
  '%d keeps the subscriptions, and asks for orders, executions and positions',
  async (code) => {
    const { server, adapter, asked } = await begin();
    await adapter.until('subscribed', () => asked('1') === 2);
    server.current().say(4, 2, -1, code, 'Connectivity restored - data maintained', '');
    await adapter.synced(2);
    expect(asked('1')).toBe(2);
  },
);

test.each(codesOf('leave'))('%d gives the socket up and tries again under the same number', async (code) => {
  const { server, adapter } = await begin();
  server.current().say(4, 2, -1, code, 'Go away', '');
  await adapter.synced(2);
  expect(server.connections).toHaveLength(2);
  const numbers = server.connections.map(({ requests }) => requests.find(([first]) => first === '71')?.[2]);
  expect(numbers).toEqual(['7', '7']);
});

test.each(codesOf('ask-evidence'))('%d asks for orders, executions and positions at once', async (code) => {
  const { server, adapter } = await begin();
  server.current().say(4, 2, -1, code, 'Margin', '');
  await adapter.synced(2);
  expect(adapter.of('disconnected')).toEqual([]);
});

test('farms: what is of market data degrades it, what is of history degrades history, neither touches the broker', async () => {
  const { server, adapter } = await begin();
  for (const [broken, well, feed] of [
    ['farm-broken', 'farm-well', 'ibkr.quotes'],
    ['history-farm-broken', 'history-farm-well', 'ibkr.history'],
  ] as const) {
    for (const code of codesOf(broken)) {
      server.current().say(4, 2, -1, code, `A farm is broken:${feed}`, '');
      await adapter.until('degraded', () => adapter.feedState(feed) === 'degraded');
      const other = feed === 'ibkr.quotes' ? 'ibkr.history' : 'ibkr.quotes';
      expect(adapter.feedState(other)).not.toBe('degraded');
      server.current().say(4, 2, -1, codesOf(well)[0] ?? 0, `A farm is well:${feed}`, '');
      await adapter.until('well', () => adapter.feedState(feed) !== 'degraded');
    }
  }
  expect(adapter.of('disconnected')).toEqual([]);
});

test('every other code about the connection changes nothing but the log, and none is counted as unknown', async () => {
  const { server, adapter } = await begin();
  const reports = adapter.reports.length;
  const codes = codesOf('notice');
  expect(codes.length).toBeGreaterThan(400);
  for (const code of codes) server.current().say(4, 2, -1, code, `text ${code}`, '');
  await adapter.until('read', () => adapter.logged.some((line) => line.includes(`text ${codes.at(-1)}`)));
  expect(adapter.reports.slice(reports).filter(({ kind }) => kind !== 'account')).toEqual([]);
  expect(server.connections).toHaveLength(1);
  expect(Object.keys(adapter.refused('ibkr.session')).filter((name) => name.startsWith('code-'))).toEqual([]);
});
