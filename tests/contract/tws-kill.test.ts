import { afterEach, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrderAction } from '@stoqey/ib';
import { RecordingClient } from './tws-client.ts';
import { call, connect, limit, startServer, stopEverything } from './tws-harness.ts';

afterEach(stopEverything);

test('after kill -9 amid a burst of orders the broker knows everything it had said', async () => {
  const stateFolder = mkdtempSync(join(tmpdir(), 'tws-kill-'));
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'tws-server-process.ts'), stateFolder], {
    stdout: 'pipe',
    stderr: 'inherit',
  });
  try {
    const { value } = await child.stdout.getReader().read();
    const client = new RecordingClient(Number(new TextDecoder().decode(value).trim()));
    const nextId = await client.connect();
    for (let i = 0; i < 60; i++) client.api.placeOrder(nextId + i, call, limit(OrderAction.BUY, 2, 5));
    await client.until('execDetails', () => client.all('execDetails').length >= 10);
    child.kill('SIGKILL');
    await client.until('disconnected');
    const heard = new Set(client.all('execDetails').map(([, , e]) => (e as { execId: string }).execId));
    const { server } = await startServer({ stateFolder });
    const again = await connect(server);
    again.api.reqExecutions(1, {});
    await again.client.until('execDetailsEnd');
    const known = new Set(again.client.all('execDetails').map(([, , e]) => (e as { execId: string }).execId));
    expect(heard.size).toBeGreaterThanOrEqual(10);
    expect([...heard].filter((execId) => !known.has(execId))).toEqual([]);
    const acknowledged = client.all('openOrder').map(([id]) => Number(id));
    expect(again.nextId).toBeGreaterThan(Math.max(...acknowledged));
    const bought = server.exchange.state.executions.reduce((sum, { shares }) => sum + shares, 0);
    expect(server.exchange.state.positions[0]?.quantity).toBe(bought);
  } finally {
    child.kill('SIGKILL');
    stopEverything();
    rmSync(stateFolder, { recursive: true });
  }
}, 15_000);
