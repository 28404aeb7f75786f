import { and, eq, gt, isNull, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../client.ts';
import { impersonations } from '../schema/impersonations.ts';
import { users } from '../schema/users.ts';
import { type AuditActor, audit } from './audit.ts';
import { lockUser } from './members/ban.ts';
import type { By } from './members/by.ts';
import { SESSION_USER, type SessionUser } from './sessions.ts';
import type { UserRow } from './users.ts';

export type ImpersonationRow = typeof impersonations.$inferSelect;

/** Nobody looks through another's eyes for longer. */
export const IMPERSONATION_MINUTES = 30;

export interface NewImpersonation {
  readonly by: By;
  readonly memberId: string;
  /** The operator's session, by its token's hash. */
  readonly sessionId: string;
}

const refusalOf = (member: UserRow | null): string | null => {
  if (!member || member.deletedAt) return 'There is no such account.';
  if (member.role === 'operator') return 'Operators are not impersonated.';
  return member.bannedAt ? 'A banned member sees nothing: there is nothing to look at.' : null;
};

/** Why it was refused, in words; null once it has begun. */
export const startImpersonation = async (db: Db, wish: NewImpersonation): Promise<string | null> =>
  await db.transaction(async (tx) => {
    const { memberId, sessionId } = wish;
    const { actor, reason, address } = wish.by;
    const refusal = refusalOf(await lockUser(tx, memberId));
    if (refusal) return refusal;
    const endsAt = sql`now() + ${IMPERSONATION_MINUTES} * interval '1 minute'`;
    const [row] = await tx
      .insert(impersonations)
      .values({ operatorId: actor.userId, memberId, sessionId, reason, endsAt })
      .onConflictDoNothing()
      .returning();
    if (!row) return 'This session is already looking through somebody’s eyes.';
    const after = { impersonation: row.id, operator: actor.userId, endsAt: row.endsAt.toISOString() };
    await audit(tx, { actor, action: 'impersonation.started', userId: memberId, after, cause: reason, address });
    return null;
  });

/** What the session of an operator looks at now, and whose eyes it looks through; null when it is its own. */
export const activeImpersonation = async (
  db: Db,
  sessionId: string,
): Promise<{ readonly row: ImpersonationRow; readonly member: SessionUser } | null> => {
  const [found] = await db
    .select({ row: impersonations, member: SESSION_USER })
    .from(impersonations)
    .innerJoin(users, eq(users.id, impersonations.memberId))
    .where(
      and(
        eq(impersonations.sessionId, sessionId),
        isNull(impersonations.endedAt),
        gt(impersonations.endsAt, sql`now()`),
        isNull(users.bannedAt),
        isNull(users.deletedAt),
      ),
    )
    .limit(1);
  return found ?? null;
};

interface Ending {
  readonly actor: AuditActor;
  readonly cause: string;
  readonly address?: string | null;
}

const endWhere = async (db: Db, condition: SQL, ending: Ending): Promise<number> =>
  await db.transaction(async (tx) => {
    const ended = await tx
      .update(impersonations)
      .set({ endedAt: sql`now()` })
      .where(and(isNull(impersonations.endedAt), condition))
      .returning();
    for (const row of ended) {
      const { id: impersonation, operatorId: operator, memberId, startedAt, endedAt } = row;
      const facts = { impersonation, operator, startedAt: startedAt.toISOString() };
      await audit(tx, {
        ...ending,
        action: 'impersonation.ended',
        userId: memberId,
        before: { ...facts, endedAt: null },
        after: { ...facts, endedAt: endedAt?.toISOString() ?? null },
      });
    }
    return ended.length;
  });

export const endImpersonation = (db: Db, sessionId: string, by: Omit<By, 'reason'>): Promise<number> =>
  endWhere(db, sql`${impersonations.sessionId} = ${sessionId}`, { ...by, cause: 'ended by the operator' });

/** Puts on record the end of those whose time, or whose operator's session, is over. They ended by themselves already. */
export const recordLapsedImpersonations = async (db: Db): Promise<number> => {
  const timeUp = sql`${impersonations.endsAt} <= now()`;
  const orphaned = sql`not exists (select 1 from sessions s where s.token_hash = ${impersonations.sessionId})`;
  const actor = { kind: 'system', name: 'impersonation' } as const;
  const byTime = await endWhere(db, timeUp, { actor, cause: `over after ${IMPERSONATION_MINUTES} minutes` });
  return byTime + (await endWhere(db, orphaned, { actor, cause: 'the operator’s session is over' }));
};
