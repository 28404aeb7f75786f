import { eq } from 'drizzle-orm';
import type { Db } from '../../client.ts';
import { sessions } from '../../schema/sessions.ts';
import { audit } from '../audit.ts';
import type { By } from './by.ts';

/** Signs somebody out everywhere. Returns how many sessions there were. */
export const revokeSessionsOf = async (db: Db, userId: string, { actor, reason, address }: By): Promise<number> =>
  await db.transaction(async (tx) => {
    const ended = await tx.delete(sessions).where(eq(sessions.userId, userId)).returning({ of: sessions.userId });
    await audit(tx, {
      actor,
      action: 'sessions.revoked',
      userId,
      before: { sessions: ended.length },
      after: { sessions: 0 },
      cause: reason,
      address,
    });
    return ended.length;
  });
