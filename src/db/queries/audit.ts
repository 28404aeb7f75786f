import { desc, eq } from 'drizzle-orm';
import type { Actor } from '../../engine/core/types.ts';
import type { Db } from '../client.ts';
import { auditLog } from '../schema/audit.ts';

export type AuditRow = typeof auditLog.$inferSelect;

/** Who changed something of an account: besides whoever commands the engine, the member in person. */
export type AuditActor = Actor | { readonly kind: 'member'; readonly userId: string };

/** A change of somebody's account or access. `before` and `after` are plain JSON and hold no secrets. */
export interface AuditEntry {
  readonly actor: AuditActor;
  /** `noun.verb-past`: `comp.granted`, `subscription.synced`. */
  readonly action: string;
  readonly userId: string | null;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly cause: string;
  readonly address?: string | null;
}

const text = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

/** In the transaction of the change itself: one is not without the other. */
export const audit = async (tx: Db, entry: AuditEntry): Promise<void> => {
  await tx.insert(auditLog).values({
    actor: JSON.stringify(entry.actor),
    action: entry.action,
    userId: entry.userId,
    before: text(entry.before),
    after: text(entry.after),
    cause: entry.cause,
    address: entry.address ?? null,
    // The database's own: see the migration.
    position: 0,
    at: new Date(0),
    previousHash: '',
    hash: '',
  });
};

/** Newest first. */
export const auditOfUser = (db: Db, userId: string, limit = 200): Promise<AuditRow[]> =>
  db.select().from(auditLog).where(eq(auditLog.userId, userId)).orderBy(desc(auditLog.position)).limit(limit);
