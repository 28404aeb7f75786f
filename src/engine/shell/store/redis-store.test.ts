import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { createRedisServer, type RedisServer, redisBinary } from '../../../../tests/support/redis-server.ts';
import type { StateStore } from '../../ports/store.ts';
import { storeContract } from '../../testing/store-contract.ts';
import { connectRedis, type Redis } from '../redis/connection.ts';
import { createRedisStore } from './redis-store.ts';

const SYMBOLS = 40;

describe.skipIf(!redisBinary)('redis store (needs redis-server)', () => {
  let server: RedisServer;
  let redis: Redis;
  const open: StateStore[] = [];
  beforeAll(async () => {
    server = await createRedisServer();
    server.start();
    redis = connectRedis({ url: server.url, part: 'test', log: () => {}, lost: () => 0 });
  });
  afterAll(async () => {
    redis.disconnect();
    await server.kill();
  });
  afterEach(async () => {
    for (const store of open.splice(0)) await store.close();
  });

  const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
    const deadline = performance.now() + 15_000;
    while (!(await holds())) {
      if (performance.now() > deadline) throw new Error(`${what}: not within 15 s`);
      await Bun.sleep(10);
    }
  };
  const ready = async (): Promise<StateStore> => {
    const store = createRedisStore({ url: server.url, wallNow: Date.now, log: () => {} });
    open.push(store);
    await until('the store is ready', () => store.flush());
    return store;
  };
  const empty = async (): Promise<StateStore> => {
    await until('redis is up', () => redis.status === 'ready');
    await redis.flushall();
    return ready();
  };
  const stamp = () => ({ sourceTs: Date.now(), wallTs: Date.now() });
  const putAll = (store: StateStore, n: number): void => {
    for (let i = 0; i < SYMBOLS; i += 1) {
      store.put(`raw:ibkr:S${i}`, { kind: 'json', text: `{"n":${n}}` }, stamp());
      store.put(`orderflow:ibkr:L2:S${i}`, { kind: 'stream', fields: { n: String(n) } }, stamp());
      store.put(`raw:ibkr:depth:S${i}:window`, { kind: 'window', text: `{"n":${n}}` }, stamp());
    }
  };

  storeContract(empty);

  test('each key has the lifetime of the table, positions have none', async () => {
    const store = await empty();
    store.put('raw:ibkr:depth:SPY', { kind: 'json', text: '{}' }, stamp());
    store.put('raw:ibkr:depth:SPY:window', { kind: 'window', text: '{}' }, stamp());
    store.put('orderflow:ibkr:L2:SPY', { kind: 'stream', fields: {} }, stamp());
    store.put('orders:pending', { kind: 'hash', fields: { a: '1' } }, stamp());
    store.put('positions:open:DU1', { kind: 'hash', fields: { a: '1' } }, stamp());
    store.put('ibkr:connected', { kind: 'text', text: '1' }, stamp());
    await store.flush();
    const near = async (key: string, seconds: number): Promise<void> => {
      const ttl = await redis.ttl(key);
      expect(ttl).toBeGreaterThan(seconds - 10);
      expect(ttl).toBeLessThanOrEqual(seconds);
    };
    await near('raw:ibkr:depth:SPY', 180);
    await near('raw:ibkr:depth:SPY:window', 180);
    await near('orderflow:ibkr:L2:SPY', 180);
    await near('orders:pending', 86_400);
    await near('ibkr:connected', 60);
    expect(await redis.ttl('positions:open:DU1')).toBe(-1);
  });

  test('what another wrote under a key of ours is replaced, whatever its kind', async () => {
    const store = await empty();
    await redis.set('orders:pending', 'a text where a hash belongs');
    store.put('orders:pending', { kind: 'hash', fields: { a: '1' } }, stamp());
    expect(await store.flush()).toBe(true);
    await redis.set('orderflow:ibkr:L2:SPY', 'a text where a stream belongs');
    store.put('orderflow:ibkr:L2:SPY', { kind: 'stream', fields: { n: '1' } }, stamp());
    await until('the stream is there', async () => {
      await store.flush();
      return (await redis.type('orderflow:ibkr:L2:SPY')) === 'stream';
    });
    expect(await redis.hget('orders:pending', 'a')).toBe('1');
  });

  test('a FLUSHALL is noticed at the next flush, and everything is there again', async () => {
    const store = await empty();
    putAll(store, 1);
    putAll(store, 2);
    await store.flush();
    await redis.flushall();
    store.put('ibkr:connected', { kind: 'text', text: '1' }, stamp());
    expect(await store.flush()).toBe(true);
    expect(store.health().refills).toBe(1);
    for (let i = 0; i < SYMBOLS; i += 1) {
      expect(JSON.parse((await redis.get(`raw:ibkr:S${i}`)) ?? '{}').n).toBe(2);
      expect(await redis.xlen(`orderflow:ibkr:L2:S${i}`)).toBe(2);
      expect(await redis.llen(`raw:ibkr:depth:S${i}:window`)).toBe(2);
    }
  });

  test('a server killed under load and started empty is filled again, in order, without doubles', async () => {
    const store = await empty();
    let n = 0;
    let loading = true;
    const load = (async () => {
      while (loading) {
        n += 1;
        putAll(store, n);
        void store.flush();
        await Bun.sleep(2);
      }
    })();
    await until('some of it is written', () => n > 30);
    await server.kill();
    await until('it has noticed', async () => !(await store.flush()) && store.health().state === 'down');
    const whenDown = n;
    await until('more came meanwhile', () => n > whenDown + 30);
    server.start();
    await until('it is back', async () => (await store.flush()) && store.health().refills >= 1);
    loading = false;
    await load;
    await until('the last is written', () => store.flush());
    await until('the reader is back', () => redis.status === 'ready');
    for (let i = 0; i < SYMBOLS; i += 1) {
      expect(JSON.parse((await redis.get(`raw:ibkr:S${i}`)) ?? '{}').n).toBe(n);
      const rows = await redis.xrange(`orderflow:ibkr:L2:S${i}`, '-', '+');
      const expected = Array.from({ length: Math.min(n, 500) }, (_, k) => n - Math.min(n, 500) + 1 + k);
      expect(rows.map(([, flat]) => Number(flat[1]))).toEqual(expected);
    }
    expect(store.health()).toMatchObject({ state: 'live', lost: 0 });
  });

  test('a server that is frozen delays nobody: flushes end, and it is written once it goes on', async () => {
    const store = await empty();
    server.freeze();
    try {
      putAll(store, 1);
      const before = performance.now();
      const flight = store.flush();
      putAll(store, 2);
      expect(performance.now() - before).toBeLessThan(500);
      expect(await flight).toBe(false);
      expect(store.health().state).toBe('down');
    } finally {
      server.thaw();
    }
    await until('it is written', () => store.flush());
    await until('the reader is back', () => redis.status === 'ready');
    expect(JSON.parse((await redis.get('raw:ibkr:S0')) ?? '{}').n).toBe(2);
  });

  test('nothing throws and nothing is written where there is no server', async () => {
    const store = createRedisStore({ url: 'redis://127.0.0.1:1', wallNow: Date.now, log: () => {} });
    open.push(store);
    putAll(store, 1);
    expect(await store.flush()).toBe(false);
    expect(await store.read('raw:ibkr:S0', Date.now())).toMatchObject({ value: null });
    expect(store.health().state).toBe('down');
  });
});
