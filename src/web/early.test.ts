import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts';
import { commitSignal, freezePolicyClock } from '../../tests/support/signals.ts';
import { addMember, signedIn, siteDeps, type Visitor } from '../../tests/support/site.ts';
import { entitlementsOf, TIERS } from '../billing/plans.ts';
import { exampleSignal } from '../engine/testing/example-signal.ts';
import { createApp } from './app.ts';
import { ROUTES } from './routes.ts';

const EMITTED_AT = Date.parse('2026-11-20T15:00:00Z');
const HIDDEN = exampleSignal({ entryPrice: 3.57, stopPrice: 2.97, targetPrice: 7.31 });

let database: TestDatabase;
let app: ReturnType<typeof createApp>;

beforeAll(async () => {
  database = await createTestDatabase();
  app = createApp(siteDeps(database));
  for (const tier of TIERS) await addMember(database.db, { email: `${tier}@example.com`, tier });
});
afterAll(() => database.drop());

const paths = Object.keys(ROUTES)
  .filter((name) => name.startsWith('GET ') && !name.includes('/assets/') && name !== 'GET /healthz')
  .map((name) => name.slice(4).replace(':kind', 'market-close').replace(':date', '2026-11-20'));

/** All that an answer tells, but for its nonce: status, headers, body. */
const told = async (visitor: Visitor, path: string): Promise<string> => {
  const response = await visitor.get(path);
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  const nonce = /'nonce-([\w-]+)'/.exec(headers)?.[1] ?? '';
  return `${response.status}\n${headers}\n${await response.text()}`.replaceAll(nonce, 'NONCE');
};

const walk = async (visitor: Visitor): Promise<Map<string, string>> => {
  const seen = new Map<string, string>();
  for (const path of paths) seen.set(path, await told(visitor, path));
  return seen;
};

describe.each(TIERS.filter((tier) => entitlementsOf(tier).delaySeconds > 0))('to a %s member', (tier) => {
  test('no page changes by a byte until the last millisecond of the delay, and then the feed does', async () => {
    const member = await signedIn(app, `${tier}@example.com`);
    const dueAt = EMITTED_AT + entitlementsOf(tier).delaySeconds * 1_000;
    await freezePolicyClock(database.db, EMITTED_AT);
    const before = await walk(member);
    expect(before.size).toBeGreaterThan(8);
    await commitSignal(database.db, { ...HIDDEN, signalId: `signal-for-${tier}` as typeof HIDDEN.signalId });
    for (const atMs of [EMITTED_AT, dueAt - 1]) {
      await freezePolicyClock(database.db, atMs);
      for (const [path, answer] of await walk(member))
        expect(answer, `${path} at ${dueAt - atMs} ms before`).toBe(before.get(path) ?? '');
    }
    await freezePolicyClock(database.db, dueAt);
    const after = await told(member, '/feed');
    expect(after).not.toBe(before.get('/feed') ?? '');
    for (const secret of ['3.57', '2.97', '7.31', '440C']) expect(after).not.toContain(secret);
  });
});
