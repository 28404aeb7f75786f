import type { Command } from 'commander';
import { STORE_KEYS } from '../engine/ports/store-keys.ts';
import { createRedisStore } from '../engine/shell/store/redis-store.ts';
import { print } from './print.ts';
import { configOrThrow } from './server.ts';

const WAIT_MS = 3_000;

const seconds = (ms: number): string => `${ms / 1_000} s`;

const keysWords = (): string =>
  STORE_KEYS.map(({ pattern, kind, ttlSeconds, ageMsMax, about }) => {
    const kept = ttlSeconds === null ? 'kept' : `gone after ${ttlSeconds} s`;
    return `${pattern}\n    ${kind}, ${kept}, too old after ${seconds(ageMsMax)}: ${about}`;
  }).join('\n');

export const addStateCommands = (program: Command): void => {
  const state = program
    .command('state')
    .description(
      'live state as the engine mirrors it to Redis (REDIS_URL): operators only, it holds signals before their time',
    );
  state
    .command('keys')
    .description('every family of keys, with its lifetime and age limit')
    .action((_options, command: Command) => print(command, STORE_KEYS, keysWords));
  state
    .command('get')
    .description('one value, or why there is none: exit code 4')
    .argument('<key>', 'such as raw:ibkr:SPY')
    .action(async (key: string, _options, command: Command) => {
      const url = configOrThrow().REDIS_URL;
      if (!url) throw new Error('state: REDIS_URL is not set, so live state is in the engine’s memory alone');
      const store = createRedisStore({ url, wallNow: Date.now, log: () => {} });
      try {
        const deadline = Date.now() + WAIT_MS;
        let found = await store.read(key, Date.now());
        while (found.value === null && found.reason.startsWith('redis is away') && Date.now() < deadline) {
          await Bun.sleep(50);
          found = await store.read(key, Date.now());
        }
        print(command, found, () =>
          found.value === null
            ? `absent: ${found.reason}`
            : `${typeof found.value === 'string' ? found.value : JSON.stringify(found.value, null, 2)}\n${(found.ageMs / 1_000).toFixed(1)} s old`,
        );
        if (found.value === null) process.exitCode = 4;
      } finally {
        await store.close();
      }
    });
};
