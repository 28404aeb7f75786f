import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { eq, sql } from 'drizzle-orm';
import { createTestDatabase, type TestDatabase } from '../../../../tests/support/database.ts';
import { commitSignal, emptySignals } from '../../../../tests/support/signals.ts';
import {
  addMember,
  createRecordingBus,
  createVisitor,
  type RecordingBus,
  signedIn,
  siteDeps,
  type Visitor,
} from '../../../../tests/support/site.ts';
import { auditOfUser } from '../../../db/queries/audit.ts';
import { recordLapsedImpersonations } from '../../../db/queries/impersonations.ts';
import { impersonations } from '../../../db/schema/impersonations.ts';
import { sessions } from '../../../db/schema/sessions.ts';
import { users } from '../../../db/schema/users.ts';
import { exampleSignal } from '../../../engine/testing/example-signal.ts';
import { createApp } from '../../app.ts';
import { readSessionTiers } from '../../live/access.ts';
import { ROUTES } from '../../routes.ts';

let database: TestDatabase;
let bus: RecordingBus;
let app: ReturnType<typeof createApp>;
let operatorId: string;
let memberId: string;
let operator: Visitor;

beforeAll(async () => {
  database = await createTestDatabase();
  bus = createRecordingBus();
  app = createApp(siteDeps(database, { bus }));
  operatorId = await addMember(database.db, { email: 'operator@example.com', role: 'operator', tier: 'premium' });
  memberId = await addMember(database.db, { email: 'free@example.com' });
});
beforeEach(async () => {
  await database.db.delete(impersonations);
  await database.db.delete(sessions);
  operator = await signedIn(app, 'operator@example.com');
});
afterAll(() => database.drop());

const start = (id = memberId): Promise<Response> =>
  operator.post(`/admin/members/${id}/impersonate`, { reason: 'they see no signal' });
const lastAction = async (id = memberId) => (await auditOfUser(database.db, id, 1))[0];

describe('an operator who looks through a member’s eyes', () => {
  test('is shown that tier’s feed and nothing more, under a banner on every page', async () => {
    await emptySignals(database.db);
    await commitSignal(database.db, exampleSignal({ signalId: 'seen-by-premium' as never }));
    expect(await (await operator.get('/feed')).text()).toContain('BUY SPY');
    expect((await start()).headers.get('Location')).toBe('/feed');
    const feed = await (await operator.get('/feed')).text();
    expect(feed).not.toContain('BUY SPY');
    expect(feed).toContain('free@example.com');
    const pages = Object.entries(ROUTES).filter(
      ([name, access]) => name.startsWith('GET ') && (access === 'public' || access === 'member') && !/[:*]/.test(name),
    );
    expect(pages.length).toBeGreaterThan(5);
    let banners = 0;
    for (const [name] of pages) {
      const response = await operator.get(name.slice(4));
      if (!response.headers.get('Content-Type')?.startsWith('text/html') || response.status === 303) continue;
      const text = await response.text();
      // A fragment stands on a page that has the banner.
      if (!text.startsWith('<!doctype')) continue;
      banners += 1;
      expect([name, text]).toEqual([name, expect.stringContaining('You see what free@example.com sees')]);
    }
    expect(banners).toBeGreaterThan(3);
    expect(await (await operator.get('/nowhere')).text()).toContain('You see what free@example.com sees');
    expect(await (await createVisitor(app).get('/')).text()).not.toContain('You see what');
  });

  test('finds no operator’s page meanwhile', async () => {
    await start();
    for (const [name, access] of Object.entries(ROUTES))
      if (access === 'operator' && name.startsWith('GET '))
        expect([name, (await operator.get(name.slice(4))).status]).toEqual([name, 404]);
  });

  test('changes nothing: every unsafe request but the end is refused', async () => {
    await start();
    const unsafe = Object.keys(ROUTES).filter((name) => !name.startsWith('GET ') && name !== 'POST /impersonation/end');
    expect(unsafe.length).toBeGreaterThan(10);
    for (const name of unsafe) {
      const [method = '', path = ''] = name.split(' ');
      const response = await app.request(`http://localhost:3000${path.replace(':id', memberId)}`, {
        method,
        headers: { Cookie: operator.cookie, 'Sec-Fetch-Site': 'same-origin' },
        body: new URLSearchParams({ reason: 'by another’s hand', confirm: 'yes' }),
      });
      expect([name, response.status]).toEqual([name, 403]);
      expect(await response.text()).toContain('Nothing can be changed');
    }
    for (const method of ['PUT', 'DELETE', 'PATCH'])
      expect(
        (
          await app.request('http://localhost:3000/feed', {
            method,
            headers: { Cookie: operator.cookie, 'Sec-Fetch-Site': 'same-origin' },
          })
        ).status,
      ).toBe(403);
    expect((await operator.get('/feed')).status).toBe(200);
  });

  test('is not shown the secret of an authenticator that the member is setting up', async () => {
    const member = await signedIn(app, 'free@example.com');
    await member.post('/account/second-factor/begin', {});
    expect(await (await member.get('/account/second-factor')).text()).toContain('class="secret"');
    await start();
    for (const path of ['/account/second-factor', '/account/second-factor?done=removed']) {
      const response = await operator.get(path);
      expect(response.status).toBe(403);
      expect(await response.text()).not.toContain('class="secret"');
    }
  });

  test('is themselves again by the button, and both moments are on record with the reason', async () => {
    await start();
    const started = await lastAction();
    expect([started?.action, started?.cause]).toEqual(['impersonation.started', 'they see no signal']);
    expect(JSON.parse(started?.actor ?? '')).toEqual({
      kind: 'operator',
      userId: operatorId,
      email: 'operator@example.com',
    });
    const response = await operator.post('/impersonation/end', {});
    expect(response.headers.get('Location')).toBe(`/admin/members/${memberId}`);
    expect(await (await operator.get('/admin/members')).text()).toContain('operator@example.com');
    const ended = await lastAction();
    expect([ended?.action, ended?.cause]).toEqual(['impersonation.ended', 'ended by the operator']);
    expect(JSON.parse(ended?.actor ?? '').email).toBe('operator@example.com');
    expect(bus.published.at(-1)?.message).toMatchObject({ ended: true, sessionId: expect.any(String) });
  });

  test('is themselves again after half an hour, which is put on record once', async () => {
    await start();
    await database.db.update(impersonations).set({ endsAt: sql`now() - interval '1 second'` });
    expect((await operator.get('/admin')).status).toBe(200);
    expect(await recordLapsedImpersonations(database.db)).toBe(1);
    expect(await recordLapsedImpersonations(database.db)).toBe(0);
    expect((await lastAction())?.cause).toBe('over after 30 minutes');
    expect((await start()).status).toBe(303);
    const [row] = await database.db.select().from(impersonations).where(sql`ended_at is null`);
    const minutes = ((row?.endsAt.getTime() ?? 0) - (row?.startedAt.getTime() ?? 0)) / 60_000;
    expect(minutes).toBe(30);
  });

  test('has another session of their own that stays what it is; a session that is over ends it on record', async () => {
    const other = await signedIn(app, 'operator@example.com');
    await start();
    expect((await other.get('/admin')).status).toBe(200);
    await database.db.delete(sessions);
    expect((await operator.get('/feed')).headers.get('Location')).toBe('/sign-in');
    expect(await recordLapsedImpersonations(database.db)).toBe(1);
    expect((await lastAction())?.cause).toContain('session is over');
  });

  test('streams with the member’s tier, which follows the member’s access', async () => {
    const tiers = async () => [
      ...(
        await readSessionTiers(database.db, [{ tier: 'free', userId: operatorId, sessionId: await sessionId() }])
      ).values(),
    ];
    const sessionId = async (): Promise<string> =>
      (await database.db.select().from(sessions).where(eq(sessions.userId, operatorId)))[0]?.tokenHash ?? '';
    expect(await tiers()).toEqual(['premium']);
    await start();
    expect(await tiers()).toEqual(['free']);
    await operator.post('/impersonation/end', {});
    expect(await tiers()).toEqual(['premium']);
  });

  test('is sent where a member with an unproved address is sent, and can still end it', async () => {
    const unproved = await addMember(database.db, { email: 'unproved@example.com' });
    await database.db.update(users).set({ emailVerifiedAt: null }).where(eq(users.id, unproved));
    await start(unproved);
    expect((await operator.get('/feed')).headers.get('Location')).toBe('/verify');
    expect((await operator.get('/live')).status).toBe(401);
    expect(await (await operator.get('/verify')).text()).toContain('You see what unproved@example.com sees');
    expect((await operator.post('/impersonation/end', {})).headers.get('Location')).toBe(`/admin/members/${unproved}`);
    expect((await operator.get('/admin')).status).toBe(200);
  });

  test('is themselves again when the member is banned meanwhile', async () => {
    const other = await addMember(database.db, { email: 'to-be-banned@example.com' });
    await start(other);
    await database.db.update(users).set({ bannedAt: new Date() }).where(eq(users.id, other));
    expect((await operator.get('/admin')).status).toBe(200);
  });

  test('is refused an operator, a banned member, a second one at a time and nobody', async () => {
    const banned = await addMember(database.db, { email: 'banned@example.com' });
    await database.db.update(users).set({ bannedAt: new Date() }).where(eq(users.id, banned));
    expect((await start(operatorId)).status).toBe(422);
    expect((await start(banned)).status).toBe(422);
    expect((await start(crypto.randomUUID())).status).toBe(404);
    await start();
    expect((await start()).status).toBe(403);
    expect(await database.db.select().from(impersonations)).toHaveLength(1);
  });
});
