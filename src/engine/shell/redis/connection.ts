import { Redis } from 'ioredis';
import type { Log } from '../../ports/log.ts';

const RECONNECT_MS_MAX = 2_000;
/** A server that took the connection and answers nothing is as good as away. */
const COMMAND_MS_MAX = 2_000;

/**
 * One connection that comes back by itself, loses what it is given meanwhile, and never throws on its own. `part` names
 * it in the log; `lost` counts what the owner gave up on.
 */
export const connectRedis = (options: {
  readonly url: string;
  readonly part: string;
  readonly log: Log;
  readonly lost: () => number;
}): Redis => {
  const { url, part, log } = options;
  const redis = new Redis(url, {
    lazyConnect: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResubscribe: false,
    commandTimeout: COMMAND_MS_MAX,
    retryStrategy: (attempt: number) => Math.min(50 * attempt, RECONNECT_MS_MAX),
  });
  let down = false;
  let ended = false;
  redis.on('error', (error: Error) => {
    if (!down && !ended) log('warn', 'redis is away; the engine goes on without it', { part, error });
    down = true;
  });
  redis.on('end', () => {
    ended = true;
  });
  redis.on('ready', () => {
    if (down) log('info', 'redis is back', { part, lost: options.lost() });
    down = false;
  });
  return redis;
};

export type { ChainableCommander, Redis } from 'ioredis';
