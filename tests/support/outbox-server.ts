/** An outbox in a process of its own, for tests that kill it: `outbox-server.ts DATABASE_URL WEBHOOKS_JSON`. */
import { openDatabase } from '../../src/db/client.ts';
import { createDiscordChannel } from '../../src/distribution/channels/discord/channel.ts';
import { startOutbox } from '../../src/distribution/outbox.ts';
import { createMemoryBus } from '../../src/engine/shell/bus/memory-bus.ts';

const [url = '', webhooks = ''] = process.argv.slice(2);
await startOutbox({
  database: openDatabase({ url, connectionsMax: 2 }),
  databaseUrl: url,
  bus: createMemoryBus({ name: `outbox-process-${process.pid}` }),
  channels: [createDiscordChannel({ webhooks: JSON.parse(webhooks), timeoutMs: 60_000 })],
  log: () => {},
  pollMs: 50,
});
