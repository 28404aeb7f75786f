import { eq } from 'drizzle-orm';
import type { Actor } from '../../../engine/core/types.ts';
import type { Db } from '../../client.ts';
import { sessions } from '../../schema/sessions.ts';
import { audit } from '../audit.ts';

/** Signs somebody out everywhere. Returns how many sessions there were. */
export const revokeSessionsOf = async (db: Db, userId: string, actor: Actor, reason: string): Promise<number> =>
  await db.transaction(async (tx) => {
    const ended = await tx.delete(sessions).where(eq(sessions.userId, userId)).returning({ of: sessions.userId });
    await audit(tx, {
      actor,
      action: 'sessions.revoked',
      userId,
      before: { sessions: ended.length },
      after: { sessions: 0 },
      cause: reason,
    });
    return ended.length;
  });
