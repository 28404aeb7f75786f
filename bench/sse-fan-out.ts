import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateDatabase } from '../src/db/client.ts';
import { startEmbeddedPostgres } from '../src/db/embedded.ts';
import type { Bench } from './harness.ts';

const CLIENTS = 5_000;
const EVENTS = 12;
const EVERY_MS = 150;

interface Child {
  ask<T>(command: string): Promise<T>;
  tell(command: string): void;
  first<T>(): Promise<T>;
  stop(): void;
}

/** A process that answers in lines of JSON. Started through a shell that lifts the limit on open files as far as it may. */
const startChild = (file: string, args: readonly string[]): Child => {
  const script = 'ulimit -n "$(ulimit -Hn)" && exec "$0" "$@"';
  const command = ['sh', '-c', script, process.execPath, join(import.meta.dir, file), ...args];
  const child = Bun.spawn(command, { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' });
  const waiting: ((line: string) => void)[] = [];
  const early: string[] = [];
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of child.stdout) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const take = waiting.shift();
        if (take) take(line);
        else early.push(line);
      }
    }
  };
  void read();
  const first = async <T>(): Promise<T> =>
    JSON.parse(early.shift() ?? (await new Promise<string>((resolve) => waiting.push(resolve)))) as T;
  const tell = (line: string): void => {
    child.stdin.write(`${line}\n`);
    child.stdin.flush();
  };
  return {
    first,
    tell,
    ask: <T>(line: string) => {
      tell(line);
      return first<T>();
    },
    stop: () => child.kill(),
  };
};

interface Counted {
  readonly open: number;
  readonly events: readonly number[];
}

interface Stage {
  readonly servers: readonly [Child, Child];
  readonly clients: Child;
  close(): Promise<void>;
}

const openDatabaseForBench = async (): Promise<{ url: string; close(): Promise<void> }> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'quanticity-bench-'));
  const server = await startEmbeddedPostgres({ dataDir, log: () => {} });
  if (!server.ok) throw new Error(server.reason);
  await migrateDatabase(server.url);
  return {
    url: server.url,
    close: async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};

const openStage = async (): Promise<Stage> => {
  const database = await openDatabaseForBench();
  const ours = startChild('sse-fan-out-server.ts', ['ours', database.url]);
  const peer = startChild('sse-fan-out-server.ts', ['peer']);
  const ports = [await ours.first<{ port: number }>(), await peer.first<{ port: number }>()];
  const clients = startChild('sse-fan-out-clients.ts', [String(CLIENTS), ...ports.map(({ port }) => String(port))]);
  const { open } = await clients.first<{ open: number }>();
  if (open !== 2 * CLIENTS) throw new Error(`${open} streams are open, expected ${2 * CLIENTS}`);
  return {
    servers: [ours, peer],
    clients,
    close: async () => {
      for (const child of [clients, ours, peer]) child.stop();
      await database.close();
    },
  };
};

/** Microseconds of the server's processor time per event that a client received. */
const measureSide = async ({ servers, clients }: Stage, side: 0 | 1): Promise<number> => {
  const server = servers[side];
  const counted = async (): Promise<number> => (await clients.ask<Counted>('count')).events[side] ?? 0;
  const from = await counted();
  const before = await server.ask<{ cpuMicros: number; streams: number }>('cpu');
  if (before.streams !== CLIENTS) throw new Error(`${before.streams} streams are live, expected ${CLIENTS}`);
  server.tell(`publish ${EVENTS} ${EVERY_MS}`);
  const expected = EVENTS * CLIENTS;
  const deadline = performance.now() + 20_000;
  let received = 0;
  while (received < expected && performance.now() < deadline) {
    await Bun.sleep(50);
    received = (await counted()) - from;
  }
  if (received !== expected) throw new Error(`${received} events arrived, expected ${expected}`);
  const after = await server.ask<{ cpuMicros: number }>('cpu');
  return (after.cpuMicros - before.cpuMicros) / expected;
};

let stage: Promise<Stage> | null = null;

export const bench: Bench = {
  name: `SSE fan-out: processor time per delivered event of 400 bytes, ${CLIENTS} clients, from the database to the socket`,
  peer: 'Hono streamSSE, write per client',
  unit: 'µs',
  goal: 'at most half of the peer',
  async run() {
    stage ??= openStage();
    const opened = await stage;
    return { ours: await measureSide(opened, 0), peer: await measureSide(opened, 1) };
  },
  async close() {
    await (await stage)?.close();
  },
};
