import { EventEmitter } from 'node:events';
import { Redis } from 'ioredis';
import type { Bus } from '../src/engine/ports/bus.ts';
import { createMemoryBus } from '../src/engine/shell/bus/memory-bus.ts';
import { createRedisBus } from '../src/engine/shell/bus/redis-bus.ts';
import { createRedisServer, type RedisServer } from '../tests/support/redis-server.ts';
import type { Bench } from './harness.ts';

const MESSAGES = 2_000;
const LISTENERS = 8;
const log = (): void => {};

/** About as long as a hint of a signal, far shorter than a view. */
const messageOf = (n: number) => ({
  signalId: `S${n}`,
  version: n,
  at: 1_795_600_000_000 + n,
  symbols: ['SPY', 'QQQ'],
});

const until = async (holds: () => boolean): Promise<void> => {
  const deadline = performance.now() + 20_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('bench: a message did not arrive within 20 s');
    await Bun.sleep(0);
  }
};
const microsPer = async (count: number, work: () => void | Promise<void>): Promise<number> => {
  const start = performance.now();
  await work();
  return ((performance.now() - start) * 1_000) / count;
};

interface Heard {
  count: number;
}
const listen = (bus: Bus, heard: Heard): void => {
  for (let i = 0; i < LISTENERS; i += 1)
    bus.subscribe('signals.committed', () => {
      heard.count += 1;
    });
};

interface Stage {
  readonly server: RedisServer;
  readonly memory: readonly [Bus, Bus];
  readonly redis: readonly [Bus, Bus];
  readonly publisher: Redis;
  readonly subscriber: Redis;
  readonly heard: { readonly memory: Heard; readonly redis: Heard; readonly peer: Heard };
}

const open = async (): Promise<Stage> => {
  const server = await createRedisServer();
  server.start();
  const redisBus = (): Bus => createRedisBus({ url: server.url, prefix: 'bench', log });
  const heard = { memory: { count: 0 }, redis: { count: 0 }, peer: { count: 0 } };
  const memory = [createMemoryBus({ name: 'bench' }), createMemoryBus({ name: 'bench' })] as const;
  const redis = [redisBus(), redisBus()] as const;
  listen(memory[1], heard.memory);
  listen(redis[1], heard.redis);
  const publisher = new Redis(server.url);
  const subscriber = new Redis(server.url);
  // The server takes a moment to listen; both come by themselves.
  for (const client of [publisher, subscriber]) client.on('error', () => {});
  await subscriber.subscribe('peer');
  const listeners = new EventEmitter();
  for (let i = 0; i < LISTENERS; i += 1)
    listeners.on('peer', (text: string) => {
      JSON.parse(text);
      heard.peer.count += 1;
    });
  subscriber.on('message', (channel, text) => listeners.emit(channel, text));
  for (let n = 0; heard.redis.count === 0 && n < 1_000; n += 1) {
    redis[0].publish('signals.committed', null);
    await Bun.sleep(5);
  }
  await Bun.sleep(50);
  return { server, memory, redis, publisher, subscriber, heard };
};

let stage: Promise<Stage> | null = null;
const figures: { memory: number[]; emitter: number[] } = { memory: [], emitter: [] };

/** In memory: to eight listeners at the other end, against an emitter that gives each listener JSON of its own to parse. */
const inMemory = async ({ memory, heard }: Stage): Promise<readonly [number, number]> => {
  heard.memory.count = 0;
  const ours = await microsPer(MESSAGES, async () => {
    for (let n = 0; n < MESSAGES; n += 1) memory[0].publish('signals.committed', messageOf(n));
    await until(() => heard.memory.count >= MESSAGES * LISTENERS);
  });
  const emitter = new EventEmitter();
  let count = 0;
  for (let i = 0; i < LISTENERS; i += 1)
    emitter.on('hint', (text: string) => {
      JSON.parse(text);
      count += 1;
    });
  const peer = await microsPer(MESSAGES, () => {
    for (let n = 0; n < MESSAGES; n += 1)
      for (const listener of emitter.listeners('hint')) listener(JSON.stringify(messageOf(n)));
  });
  if (count !== MESSAGES * LISTENERS) throw new Error('bench: the emitter lost messages');
  return [ours, peer];
};

/** Over Redis, against awaiting each publish and parsing for each listener. */
const overRedis = async ({ redis, publisher, heard }: Stage): Promise<readonly [number, number]> => {
  heard.redis.count = 0;
  const ours = await microsPer(MESSAGES, async () => {
    for (let n = 0; n < MESSAGES; n += 1) redis[0].publish('signals.committed', messageOf(n));
    await until(() => heard.redis.count >= MESSAGES * LISTENERS);
  });
  heard.peer.count = 0;
  const peer = await microsPer(MESSAGES, async () => {
    for (let n = 0; n < MESSAGES; n += 1) await publisher.publish('peer', JSON.stringify(messageOf(n)));
    await until(() => heard.peer.count >= MESSAGES * LISTENERS);
  });
  return [ours, peer];
};

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

export const bench: Bench = {
  name: `bus over Redis: ${MESSAGES} hints to ${LISTENERS} listeners at the other end`,
  peer: 'ioredis, awaiting each publish, JSON parsed per listener',
  unit: 'µs per hint',
  goal: 'better than the peer',
  async run() {
    stage ??= open();
    const opened = await stage;
    const [memory, emitter] = await inMemory(opened);
    figures.memory.push(memory);
    figures.emitter.push(emitter);
    const [ours, peer] = await overRedis(opened);
    return { ours, peer };
  },
  notes: () => {
    const [ours, peer] = [median(figures.memory.slice(1)), median(figures.emitter.slice(1))];
    return [
      `in memory, between threads: ${ours.toPrecision(4)} µs per hint; an EventEmitter within one thread with JSON per listener: ${peer.toPrecision(4)} µs, ours is ${(peer / ours).toPrecision(4)} times better`,
    ];
  },
  async close() {
    const opened = await stage;
    if (!opened) return;
    for (const bus of [...opened.memory, ...opened.redis]) await bus.close();
    opened.publisher.disconnect();
    opened.subscriber.disconnect();
    await opened.server.kill();
  },
};
