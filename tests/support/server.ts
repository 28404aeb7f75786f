import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineView } from '../../src/engine/index.ts';
import type { RuntimeFile } from '../../src/process/runtime-file.ts';

export const PROJECT_ROOT = fileURLToPath(new URL('../..', import.meta.url));

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });

export const until = async <T>(
  what: string,
  withinMs: number,
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
): Promise<T> => {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > deadline) throw new Error(`${what}: not seen within ${withinMs} ms`);
    await Bun.sleep(100);
  }
};

export interface ServerOptions {
  /** Left out: a folder of its own, removed by `stop`. */
  readonly dataDir?: string;
  /** Left out: the embedded PostgreSQL. */
  readonly databaseUrl?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** As a newcomer starts it, bootstrap included; otherwise the program alone. */
  readonly viaNpm?: boolean;
  /** What it says when it is ready. */
  readonly readyWhen?: string;
}

export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly pid: number;
  readonly output: () => string;
  readonly exited: Promise<number>;
  runtime(): RuntimeFile;
  /** Signs in and returns the cookie header. */
  signIn(email: string): Promise<string>;
  /** The engine's view as an operator sees it; null before the first. */
  view(operatorCookie: string): Promise<EngineView | null>;
  kill(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void;
  stop(): Promise<void>;
}

export const demo = (who: 'free' | 'basic' | 'premium' | 'operator'): string => `${who}@demo.quanticity.example`;

/** Starts the real program as `npm start` does after its bootstrap, and waits until it says that it is open. */
export const startServer = async (options: ServerOptions = {}): Promise<TestServer> => {
  const port = await freePort();
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'quanticity-test-'));
  // As root the database runs as a user of its own, which must be able to enter; else its data would live elsewhere and stay.
  if (!options.dataDir) chmodSync(dataDir, 0o755);
  const command = options.viaNpm ? ['npm', 'start'] : [process.execPath, '--no-env-file', 'src/main.ts'];
  const child = Bun.spawn(command, {
    cwd: PROJECT_ROOT,
    stdout: 'pipe',
    stderr: 'pipe',
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '/',
      PORT: String(port),
      DATA_DIR: dataDir,
      // Two symbols do for most; a newcomer gets them all.
      ...(options.viaNpm ? {} : { SYMBOLS: 'SPY,QQQ' }),
      ...(options.databaseUrl ? { DATABASE_URL: options.databaseUrl } : {}),
      ...options.env,
    },
  });
  let text = '';
  const collect = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) text += decoder.decode(chunk, { stream: true });
  };
  void collect(child.stdout);
  void collect(child.stderr);
  const url = `http://127.0.0.1:${port}`;
  const origin = `http://localhost:${port}`;
  const readyWhen = options.readyWhen ?? 'QuantiCity is open';
  await until(`"${readyWhen}"`, 40_000, () => {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${text}`);
    return text.includes(readyWhen);
  });
  return {
    url,
    port,
    dataDir,
    pid: child.pid,
    output: () => text,
    exited: child.exited,
    runtime: () => JSON.parse(readFileSync(join(dataDir, 'runtime.json'), 'utf8')) as RuntimeFile,
    signIn: async (email) => {
      const answer = await fetch(`${url}/sandbox/sign-in`, {
        method: 'POST',
        redirect: 'manual',
        headers: { origin, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ email }),
      });
      const cookie = answer.headers.getSetCookie()[0]?.split(';')[0];
      if (!cookie) throw new Error(`sign-in of ${email} answered ${answer.status} without a cookie`);
      return cookie;
    },
    view: async (cookie) => {
      const answer = await fetch(`${url}/admin.json`, { headers: { cookie } });
      if (!answer.ok) return null;
      return ((await answer.json()) as { view: EngineView | null }).view;
    },
    kill: (signal) => child.kill(signal),
    stop: async () => {
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await Promise.race([child.exited, Bun.sleep(6_000)]);
        child.kill('SIGKILL');
        await child.exited;
      }
      if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
    },
  };
};
