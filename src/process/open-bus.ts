import type { Bus } from '../engine/index.ts';
import { createMemoryBus } from '../engine/shell/bus/memory-bus.ts';
import { createRedisBus } from '../engine/shell/bus/redis-bus.ts';
import type { Log } from '../log.ts';

const NAME = 'quanticity';

/** Between threads without Redis, between machines with it. */
export const openBus = (redisUrl: string | null, log: Log): Bus =>
  redisUrl ? createRedisBus({ url: redisUrl, prefix: NAME, log }) : createMemoryBus({ name: NAME });
