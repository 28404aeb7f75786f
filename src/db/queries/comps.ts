import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Actor } from '../../engine/core/types.ts';
import type { Db } from '../client.ts';
import { comps } from '../schema/comps.ts';
import { type AuditActor, audit } from './audit.ts';
import type { By } from './members/by.ts';

export type CompRow = typeof comps.$inferSelect;

export interface NewComp {
  readonly userId: string;
  readonly tier: CompRow['tier'];
  /** At once where left out. */
  readonly startsAt?: Date;
  /** Exclusive; null for as long as it is not revoked. */
  readonly endsAt: Date | null;
  readonly reason: string;
}

/** Ends whatever was given to somebody, at once. Bought access is not touched. Returns how much there was. */
export const revokeComps = async (db: Db, userId: string, actor: AuditActor, reason: string): Promise<number> =>
  await db.transaction(async (tx) => {
    const ended = await tx
      .update(comps)
      .set({ revokedAt: sql`policy_now()` })
      .where(and(eq(comps.userId, userId), isNull(comps.revokedAt)))
      .returning({ id: comps.id, tier: comps.tier, endsAt: comps.endsAt });
    for (const before of ended) await audit(tx, { actor, action: 'comp.revoked', userId, before, cause: reason });
    return ended.length;
  });

/** Ends one that was given, at once; false when there is none of that id, or it is over already. */
export const revokeComp = async (
  db: Db,
  comp: { readonly id: string; readonly userId: string },
  { actor, reason, address }: By,
): Promise<boolean> =>
  await db.transaction(async (tx) => {
    const lasting = sql`(${comps.endsAt} is null or ${comps.endsAt} > policy_now())`;
    const [ended] = await tx
      .update(comps)
      .set({ revokedAt: sql`policy_now()` })
      .where(and(eq(comps.id, comp.id), eq(comps.userId, comp.userId), isNull(comps.revokedAt), lasting))
      .returning({ id: comps.id, tier: comps.tier, endsAt: comps.endsAt, revokedAt: comps.revokedAt });
    if (!ended) return false;
    const { revokedAt, ...facts } = ended;
    await audit(tx, {
      actor,
      action: 'comp.revoked',
      userId: comp.userId,
      before: { ...facts, revokedAt: null },
      after: { ...facts, revokedAt },
      cause: reason,
      address,
    });
    return true;
  });

/** Gives access beside whatever else there is. */
export const grantComp = async (db: Db, comp: NewComp, actor: Actor, address: string | null = null): Promise<CompRow> =>
  await db.transaction(async (tx) => {
    const [row] = await tx
      .insert(comps)
      .values({ ...comp, actor })
      .returning();
    if (!row) throw new Error('comps: an insert returned no row');
    const { id, tier, endsAt } = row;
    await audit(tx, {
      actor,
      action: 'comp.granted',
      userId: comp.userId,
      after: { id, tier, endsAt },
      cause: comp.reason,
      address,
    });
    return row;
  });
