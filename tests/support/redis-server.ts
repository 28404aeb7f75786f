import { createServer } from 'node:net';

/** Redis as the machine has it; null where there is none: tests that need it are skipped by name. */
export const redisBinary: string | null = process.env['REDIS_SERVER'] || Bun.which('redis-server') || null;

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

export interface RedisServer {
  readonly url: string;
  start(): void;
  /** Ends at once, as a crash would; what it held is gone. */
  kill(): Promise<void>;
  /** Stops answering without closing a connection, and goes on again. */
  freeze(): void;
  thaw(): void;
}

export const createRedisServer = async (): Promise<RedisServer> => {
  if (!redisBinary) throw new Error('redis-server was not found: set REDIS_SERVER to where it is');
  const binary = redisBinary;
  const port = await freePort();
  let child: ReturnType<typeof Bun.spawn> | null = null;
  return {
    url: `redis://127.0.0.1:${port}`,
    start: () => {
      const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
      child = Bun.spawn([binary, ...flags], { stdout: 'ignore', stderr: 'ignore' });
    },
    kill: async () => {
      child?.kill('SIGKILL');
      await child?.exited;
    },
    freeze: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
  };
};
