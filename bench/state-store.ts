import { Redis } from 'ioredis';
import type { StateStore, StoreValue } from '../src/engine/ports/store.ts';
import { createRedisStore } from '../src/engine/shell/store/redis-store.ts';
import { createRedisServer, type RedisServer } from '../tests/support/redis-server.ts';
import type { Bench } from './harness.ts';

/** A pulse of ten underlyings: quote, book as object and as hash, snapshot and changed rows of each. */
const SYMBOLS = 10;
const PULSES = 100;
const VALUES = SYMBOLS * 5;

const LEVELS = Array.from({ length: 10 }, (_, i) => [600 - i / 100, 100 * (i + 1), 'ARCA'] as const);

const valuesOf = (symbol: string, n: number): readonly (readonly [string, StoreValue])[] => {
  const book = JSON.stringify({ n, bids: LEVELS, asks: LEVELS });
  const fields = Object.fromEntries(
    LEVELS.flatMap((level, i) => [
      [`bid:${i + 1}`, JSON.stringify(level)],
      [`ask:${i + 1}`, JSON.stringify(level)],
    ]),
  );
  return [
    [`raw:ibkr:${symbol}`, { kind: 'json', text: `{"bid":600,"ask":600.02,"n":${n}}` }],
    [`raw:ibkr:depth:${symbol}`, { kind: 'json', text: book }],
    [`market:${symbol}:book`, { kind: 'hash', fields }],
    [`raw:ibkr:depth:${symbol}:window`, { kind: 'window', text: book }],
    [`orderflow:ibkr:L2:${symbol}`, { kind: 'stream', fields: { rows: JSON.stringify(LEVELS.slice(0, 3)) } }],
  ];
};
const inputs = Array.from({ length: PULSES }, (_, n) =>
  Array.from({ length: SYMBOLS }, (_unused, s) => valuesOf(`S${s}`, n)).flat(),
);

interface Stage {
  readonly server: RedisServer;
  readonly store: StateStore;
  readonly redis: Redis;
}
const open = async (): Promise<Stage> => {
  const server = await createRedisServer();
  server.start();
  const store = createRedisStore({ url: server.url, wallNow: Date.now, log: () => {} });
  for (let n = 0; !(await store.flush()) && n < 500; n += 1) await Bun.sleep(10);
  return { server, store, redis: new Redis(server.url) };
};

const byValue = async (redis: Redis, key: string, value: StoreValue): Promise<void> => {
  switch (value.kind) {
    case 'json':
      await redis.set(`peer:${key}`, value.text, 'EX', 60);
      break;
    case 'hash':
      await redis.hset(`peer:${key}`, value.fields);
      await redis.expire(`peer:${key}`, 60);
      break;
    case 'window':
      await redis.lpush(`peer:${key}`, value.text);
      await redis.ltrim(`peer:${key}`, 0, 29);
      await redis.expire(`peer:${key}`, 180);
      break;
    case 'stream':
      await redis.xadd(`peer:${key}`, 'MAXLEN', 500, '*', 'rows', value.fields['rows'] ?? '');
      await redis.expire(`peer:${key}`, 180);
      break;
    default:
      throw new Error(`bench: a ${value.kind} is not part of it`);
  }
};

const micros = async (work: () => Promise<void>): Promise<number> => {
  const start = performance.now();
  await work();
  return ((performance.now() - start) * 1_000) / (PULSES * VALUES);
};

let stage: Promise<Stage> | null = null;

export const bench: Bench = {
  name: `state store on Redis: ${VALUES} values a pulse, each pulse one transaction`,
  peer: 'ioredis, each command awaited (SET, HSET, LPUSH, LTRIM, XADD, EXPIRE)',
  unit: 'µs per value',
  goal: 'better than the peer',
  async run() {
    stage ??= open();
    const { store, redis } = await stage;
    const ours = await micros(async () => {
      for (const pulse of inputs) {
        const stamp = { sourceTs: Date.now(), wallTs: Date.now() };
        for (const [key, value] of pulse) store.put(key, value, stamp);
        if (!(await store.flush())) throw new Error('bench: a pulse was not written');
      }
    });
    const peer = await micros(async () => {
      for (const pulse of inputs) for (const [key, value] of pulse) await byValue(redis, key, value);
    });
    return { ours, peer };
  },
  async close() {
    const opened = await stage;
    if (!opened) return;
    await opened.store.close();
    opened.redis.disconnect();
    await opened.server.kill();
  },
};
