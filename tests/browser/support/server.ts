import type { Bus } from '../../../src/engine/ports/bus.ts';
import { createMemoryBus } from '../../../src/engine/shell/bus/memory-bus.ts';
import { createApp } from '../../../src/web/app.ts';
import { DEMO_USERS, ensureDemoUsers } from '../../../src/web/auth/demo-users.ts';
import { createLiveHub } from '../../../src/web/live/hub.ts';
import type { LiveHub } from '../../../src/web/live/types.ts';
import { renderSignal } from '../../../src/web/pages/feed/signal-card.tsx';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { createPuppetEngine, type PuppetEngine, siteDeps } from '../../support/site.ts';

export interface BrowserSite {
  readonly url: string;
  readonly database: TestDatabase;
  readonly engine: PuppetEngine;
  readonly live: LiveHub;
  readonly bus: Bus;
  stop(): Promise<void>;
}

/** The real site on a port of its own: real database, accounts and streams; only the engine is a puppet. */
export const startSite = async (options: { readonly heartbeatMs?: number } = {}): Promise<BrowserSite> => {
  const database = await createTestDatabase();
  const bus = createMemoryBus({ name: crypto.randomUUID() });
  const engine = createPuppetEngine(database.db);
  const live = createLiveHub({
    db: database.db,
    bus,
    renderSignal,
    heartbeatMs: options.heartbeatMs ?? 500,
    accessPollMs: 300,
  });
  const base = siteDeps(database);
  await ensureDemoUsers(database.db, base.vault);
  const app = createApp({
    ...base,
    engine,
    live,
    bus,
    options: { ...base.options, sandboxed: ['Interactive Brokers', 'Alpha Vantage', 'Discord'], demoUsers: DEMO_USERS },
  });
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: app.fetch });
  return {
    url: `http://localhost:${server.port}`,
    database,
    engine,
    live,
    bus,
    async stop() {
      await live.stop();
      await server.stop(true);
      await bus.close();
      await database.drop();
    },
  };
};
