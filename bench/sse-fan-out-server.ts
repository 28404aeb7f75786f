/**
 * One of the two servers of the fan-out figure, in a process of its own: `sse-fan-out-server.ts ours DATABASE_URL` or
 * `sse-fan-out-server.ts peer`. Told `publish N EVERY_MS` on stdin, it publishes; told `cpu`, it says what it used.
 */
import { Hono } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { Tier } from '../src/billing/plans.ts';
import { openDatabase } from '../src/db/client.ts';
import type { Bus } from '../src/engine/index.ts';
import { exampleSignal } from '../src/engine/testing/example-signal.ts';
import { createLiveHub } from '../src/web/live/hub.ts';
import type { IdleTimeout } from '../src/web/live/types.ts';
import { commitSignal } from '../tests/support/signals.ts';

/** Both send 400 bytes per event, with one `~` in each for the clients to count. */
const EVENT_BYTES = 400;
const [side = '', databaseUrl = ''] = process.argv.slice(2);
let published = 0;

const eventText = (): string => `~${'x'.repeat(EVENT_BYTES - 51)}`;

interface Side {
  readonly app: Hono<{ Bindings: Record<string, unknown> }>;
  publish(): Promise<void>;
  streams(): number;
}

const ours = (): Side => {
  const database = openDatabase({ url: databaseUrl, connectionsMax: 3 });
  let hint: (message: unknown) => void = () => {};
  const bus: Bus = {
    publish: () => {},
    subscribe: (topic, listener) => {
      if (topic === 'signals.committed') hint = listener;
      return () => {};
    },
    close: async () => {},
  };
  const hub = createLiveHub({
    db: database.db,
    bus,
    renderSignal: eventText,
    heartbeatMs: 600_000,
    streamsPerUserMax: 1_000_000,
    readAccess: async (streams) => new Map(streams.map((stream): [string, Tier] => [stream.sessionId, stream.tier])),
    accessPollMs: 600_000,
  });
  const app = new Hono<{ Bindings: Record<string, unknown> }>();
  app.get('/live', (c) =>
    hub.respond(c.req.raw, { tier: 'premium', userId: 'u', sessionId: 's' }, c.env as unknown as IdleTimeout),
  );
  return {
    app,
    streams: () => hub.counts().streams,
    publish: async () => {
      published += 1;
      await commitSignal(database.db, exampleSignal({ signalId: `bench-${process.pid}-${published}` as never }));
      hint({});
    },
  };
};

const peer = (): Side => {
  const streams = new Set<SSEStreamingApi>();
  const app = new Hono<{ Bindings: Record<string, unknown> }>();
  app.get('/live', (c) =>
    streamSSE(c, async (stream) => {
      streams.add(stream);
      await stream.write(': open\n\n');
      await new Promise<void>((resolve) =>
        stream.onAbort(() => {
          streams.delete(stream);
          resolve();
        }),
      );
    }),
  );
  return {
    app,
    streams: () => streams.size,
    publish: async () => {
      published += 1;
      const data = eventText();
      const id = crypto.randomUUID();
      for (const stream of streams) void stream.writeSSE({ id, data });
    },
  };
};

const { app, publish, streams } = side === 'ours' ? ours() : peer();
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  idleTimeout: 0,
  fetch: (request, own) => app.fetch(request, own as never),
});
const tell = (fact: unknown): void => {
  process.stdout.write(`${JSON.stringify(fact)}\n`);
};
tell({ port: server.port });

for await (const line of console) {
  const [command, count = '0', everyMs = '0'] = line.split(' ');
  const { user, system } = process.cpuUsage();
  if (command === 'cpu') tell({ cpuMicros: user + system, streams: streams() });
  if (command !== 'publish') continue;
  let next = performance.now();
  for (let i = 0; i < Number(count); i += 1) {
    await publish();
    next += Number(everyMs);
    await Bun.sleep(Math.max(0, next - performance.now()));
  }
}
