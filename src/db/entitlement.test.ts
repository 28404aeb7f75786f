import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { eq, sql } from 'drizzle-orm';
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts';
import { audit, auditOfUser } from './queries/audit.ts';
import { grantComp, revokeComps } from './queries/comps.ts';
import { createUser, giveTier, type UserTier, userByEmail } from './queries/users.ts';
import { comps } from './schema/comps.ts';
import { billingCustomers, subscriptions } from './schema/subscriptions.ts';
import { users } from './schema/users.ts';

const ACTOR = { kind: 'system', name: 'test' } as const;
const DAY_MS = 86_400_000;

let database: TestDatabase;
let made = 0;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const newUser = async (): Promise<{ readonly id: string; tier(): Promise<UserTier | undefined> }> => {
  made += 1;
  const email = `member${made}@example.com`;
  const id = await createUser(database.db, { email, passwordHash: 'x' });
  if (id === null) throw new Error(`${email}: taken`);
  return { id, tier: async () => (await userByEmail(database.db, email))?.tier };
};
const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS);
const subscribe = async (userId: string, tier: 'premium' | 'basic', accessUntil: Date | null): Promise<void> => {
  made += 1;
  const customerId = `cus_${userId}`;
  await database.db.insert(billingCustomers).values({ userId, customerId }).onConflictDoNothing();
  await database.db.insert(subscriptions).values({
    id: `sub_${made}`,
    customerId,
    userId,
    tier,
    billingInterval: 'month',
    status: 'active',
    priceId: 'price_1',
    currentPeriodStart: inDays(-1),
    currentPeriodEnd: inDays(29),
    cancelAtPeriodEnd: false,
    createdAt: inDays(-1),
    accessUntil,
  });
};

describe('what somebody is entitled to', () => {
  test('is Free without anything bought or given', async () => {
    expect(await (await newUser()).tier()).toBe('free');
  });

  test('is what was bought, until its end and not a moment longer', async () => {
    const user = await newUser();
    await subscribe(user.id, 'basic', inDays(1));
    expect(await user.tier()).toBe('basic');
    await database.db
      .update(subscriptions)
      .set({ accessUntil: sql`policy_now()` })
      .where(eq(subscriptions.userId, user.id));
    expect(await user.tier()).toBe('free');
  });

  test('is nothing for a subscription that entitles to nothing', async () => {
    const user = await newUser();
    await subscribe(user.id, 'premium', null);
    expect(await user.tier()).toBe('free');
  });

  test('is the highest of several', async () => {
    const user = await newUser();
    await subscribe(user.id, 'basic', inDays(1));
    await grantComp(database.db, { userId: user.id, tier: 'premium', endsAt: inDays(1), reason: 'press' }, ACTOR);
    expect(await user.tier()).toBe('premium');
    await revokeComps(database.db, user.id, ACTOR, 'over');
    expect(await user.tier()).toBe('basic');
  });

  test('lapses with a comp, which neither begins early nor outlives its end', async () => {
    const user = await newUser();
    const comp = await grantComp(
      database.db,
      { userId: user.id, tier: 'basic', endsAt: inDays(1), reason: 'a week' },
      ACTOR,
    );
    expect(await user.tier()).toBe('basic');
    await database.db
      .update(comps)
      .set({ startsAt: inDays(0.5) })
      .where(eq(comps.id, comp.id));
    expect(await user.tier()).toBe('free');
    await database.db
      .update(comps)
      .set({ startsAt: inDays(-2), endsAt: inDays(-1) })
      .where(eq(comps.id, comp.id));
    expect(await user.tier()).toBe('free');
  });

  test('is Free for who is banned, whatever was bought and given', async () => {
    const user = await newUser();
    await subscribe(user.id, 'premium', inDays(1));
    await giveTier(database.db, user.id, 'premium', ACTOR, 'a friend');
    await database.db.update(users).set({ bannedAt: new Date() }).where(eq(users.id, user.id));
    expect(await user.tier()).toBe('free');
  });
});

describe('the audit log', () => {
  test('tells who gave and took what, newest first', async () => {
    const user = await newUser();
    await giveTier(database.db, user.id, 'basic', ACTOR, 'first');
    await giveTier(database.db, user.id, 'premium', ACTOR, 'second');
    const rows = await auditOfUser(database.db, user.id);
    expect(rows.map(({ action, cause }) => `${action}: ${cause}`)).toEqual([
      'comp.granted: second',
      'comp.revoked: second',
      'comp.granted: first',
    ]);
    expect(JSON.parse(rows[0]?.actor ?? 'null')).toEqual(ACTOR);
  });

  test('goes with its change or not at all', async () => {
    const user = await newUser();
    const failing = database.db.transaction(async (tx) => {
      await audit(tx, { actor: ACTOR, action: 'a.tried', userId: user.id, cause: 'to fail' });
      throw new Error('the change failed');
    });
    await expect(failing).rejects.toThrow('the change failed');
    expect(await auditOfUser(database.db, user.id)).toEqual([]);
  });

  test('cannot be changed, emptied or forged, and its chain has no gap however many write at once', async () => {
    const user = await newUser();
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        audit(database.db, { actor: ACTOR, action: `act.${i}`, userId: user.id, cause: 'at once' }),
      ),
    );
    for (const statement of ['update audit_log set cause = null', 'delete from audit_log', 'truncate audit_log'])
      await expect(database.sql.unsafe(statement)).rejects.toThrow('append-only');
    const [chain] = await database.sql<{ rows: number; gaps: number; broken: number }[]>`
      select count(*)::int as rows,
        (count(*) filter (where position <> place))::int as gaps,
        (count(*) filter (where previous_hash <> previous or hash <> audit_row_hash(previous, position, at, actor, action, user_id, "before", "after", cause, address)))::int as broken
      from (
        select a.*, row_number() over (order by position) as place,
          coalesce(lag(hash) over (order by position), repeat('0', 64)) as previous
        from audit_log a
      ) chained`;
    expect(chain?.rows).toBeGreaterThan(20);
    expect(chain).toMatchObject({ gaps: 0, broken: 0 });
  });
});
