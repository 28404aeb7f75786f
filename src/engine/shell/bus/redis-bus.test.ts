import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createRedisServer, type RedisServer, redisBinary } from '../../../../tests/support/redis-server.ts';
import type { Bus } from '../../ports/bus.ts';
import { busContract } from '../../testing/bus-contract.ts';
import { createRedisBus } from './redis-bus.ts';

describe.skipIf(!redisBinary)('redis bus (needs redis-server)', () => {
  let server: RedisServer;
  /** Carries once a message has come through. */
  const carrying = async (bus: Bus): Promise<Bus> => {
    let heard = false;
    const unsubscribe = bus.subscribe('access.changed', () => {
      heard = true;
    });
    for (let attempt = 0; !heard && attempt < 300; attempt += 1) {
      bus.publish('access.changed', null);
      await Bun.sleep(10);
    }
    unsubscribe();
    if (!heard) throw new Error('the bus does not carry');
    await Bun.sleep(30);
    return bus;
  };
  const open = (): Bus => createRedisBus({ url: server.url, prefix: 'test', log: () => {} });

  beforeAll(async () => {
    server = await createRedisServer();
    server.start();
  });
  afterAll(() => server.kill());

  busContract(async () => [await carrying(open()), await carrying(open())]);

  test('a Redis that is away throws nothing, and subscriptions return with it', async () => {
    const bus = await carrying(open());
    const heard: unknown[] = [];
    bus.subscribe('signals.committed', (message) => heard.push(message));
    await server.kill();
    bus.publish('signals.committed', 'lost');
    await Bun.sleep(100);
    server.start();
    for (let attempt = 0; heard.length === 0 && attempt < 400; attempt += 1) {
      bus.publish('signals.committed', 'back');
      await Bun.sleep(10);
    }
    expect(heard[0]).toBe('back');
    await bus.close();
  });
});
