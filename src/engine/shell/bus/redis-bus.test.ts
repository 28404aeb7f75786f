import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createServer } from 'node:net';
import type { Bus } from '../../ports/bus.ts';
import { busContract } from '../../testing/bus-contract.ts';
import { createRedisBus } from './redis-bus.ts';

const binary = process.env['REDIS_SERVER'] || Bun.which('redis-server');

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

describe.skipIf(!binary)('redis bus (needs redis-server)', () => {
  let port = 0;
  let redis: ReturnType<typeof Bun.spawn> | null = null;
  const startRedis = (): void => {
    redis = Bun.spawn(
      [String(binary), '--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      {
        stdout: 'ignore',
        stderr: 'ignore',
      },
    );
  };
  const stopRedis = async (): Promise<void> => {
    redis?.kill('SIGKILL');
    await redis?.exited;
  };
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
  const open = (): Bus => createRedisBus({ url: `redis://127.0.0.1:${port}`, prefix: 'test', log: () => {} });

  beforeAll(async () => {
    port = await freePort();
    startRedis();
  });
  afterAll(stopRedis);

  busContract(async () => [await carrying(open()), await carrying(open())]);

  test('a Redis that is away throws nothing, and subscriptions return with it', async () => {
    const bus = await carrying(open());
    const heard: unknown[] = [];
    bus.subscribe('signals.committed', (message) => heard.push(message));
    await stopRedis();
    bus.publish('signals.committed', 'lost');
    await Bun.sleep(100);
    startRedis();
    for (let attempt = 0; heard.length === 0 && attempt < 400; attempt += 1) {
      bus.publish('signals.committed', 'back');
      await Bun.sleep(10);
    }
    expect(heard[0]).toBe('back');
    await bus.close();
  });
});
