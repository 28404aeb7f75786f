import { Hono } from 'hono';
import type { Tier } from '../../src/billing/plans.ts';
import type { Release } from '../../src/distribution/release.ts';
import { wording } from '../../src/distribution/wording.ts';
import { createMemoryBus } from '../../src/engine/shell/bus/memory-bus.ts';
import { exampleSignal } from '../../src/engine/testing/example-signal.ts';
import { createLiveHub } from '../../src/web/live/hub.ts';
import type { IdleTimeout, LiveHub, LiveHubOptions, Subscriber } from '../../src/web/live/types.ts';
import type { TestDatabase } from './database.ts';
import { commitSignal } from './signals.ts';
import { openSse, type SseClient } from './sse.ts';

export interface LiveSite {
  stop(): Promise<void>;
  readonly hub: LiveHub;
  readonly url: string;
  readonly port: number;
  /** Requests that the server still holds. */
  held(): number;
  publish(topic: 'signals.committed' | 'access.changed', message: unknown): void;
  open(tier: Tier, options?: { after?: string; lastEventId?: string; user?: string }): Promise<SseClient>;
}

/** A Hono route on a real Bun server, as the site mounts it; who asks is said in the query. */
export const startLiveSite = (database: TestDatabase, options: Partial<LiveHubOptions> = {}): LiveSite => {
  const bus = createMemoryBus({ name: `hub-test-${crypto.randomUUID()}` });
  const hub = createLiveHub({
    db: database.db,
    bus,
    renderSignal: (release: Release) => `<article>\n${wording(release.view)}\n</article>`,
    pollMs: 20,
    readAccess: async (subscribers: readonly Subscriber[]) => new Map(subscribers.map((s) => [s.sessionId, s.tier])),
    onError: (error) => console.error('hub error', error),
    ...options,
  });
  const app = new Hono<{ Bindings: Record<string, unknown> }>();
  app.get('/live', (c) => {
    const tier = c.req.query('tier') as Tier;
    const userId = c.req.query('user') ?? crypto.randomUUID();
    return hub.respond(c.req.raw, { tier, userId, sessionId: `session-of-${userId}` }, c.env as unknown as IdleTimeout);
  });
  const server = Bun.serve({ port: 0, idleTimeout: 1, fetch: (request, own) => app.fetch(request, own as never) });
  const clients: SseClient[] = [];
  const url = `http://127.0.0.1:${server.port}`;
  return {
    hub,
    stop: async () => {
      for (const client of clients) client.close();
      await hub.stop();
      await server.stop(true);
      await bus.close();
    },
    url,
    port: server.port ?? 0,
    held: () => server.pendingRequests,
    publish: bus.publish,
    async open(tier, { after, lastEventId, user } = {}) {
      const query = new URLSearchParams({ tier, ...(after ? { after } : {}), ...(user ? { user } : {}) });
      const client = await openSse(`${url}/live?${query}`, lastEventId ? { 'last-event-id': lastEventId } : {});
      clients.push(client);
      return client;
    },
  };
};

let serial = 0;
/** Commits one more signal, with an id of its own. */
export const commitNext = async (database: TestDatabase): Promise<void> => {
  serial += 1;
  await commitSignal(database.db, exampleSignal({ signalId: `live-${serial}` as never, entryPrice: serial }));
};

/** Waits until exactly so many streams are live. */
export const settled = async (site: LiveSite, streams: number): Promise<void> => {
  const deadline = performance.now() + 10_000;
  while (site.hub.counts().streams !== streams) {
    if (performance.now() > deadline) throw new Error(`${site.hub.counts().streams} streams, expected ${streams}`);
    await Bun.sleep(5);
  }
};
