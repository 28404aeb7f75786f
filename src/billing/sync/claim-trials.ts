import { and, eq, isNull } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { trialsUsed } from '../../db/schema/trials-used.ts';
import { users } from '../../db/schema/users.ts';
import { emailHash } from '../email-hash.ts';
import type { StripeSubscription } from '../stripe/shapes.ts';

const fingerprintOf = (subscription: StripeSubscription): string | null =>
  subscription.default_payment_method?.fingerprint ?? null;

/** Whether the card was used for somebody else's trial; otherwise it is noted with this one. */
const noteCard = async (tx: Db, subscriptionId: string, cardFingerprint: string): Promise<boolean> => {
  const [other] = await tx
    .select({ subscriptionId: trialsUsed.subscriptionId })
    .from(trialsUsed)
    .where(eq(trialsUsed.cardFingerprint, cardFingerprint))
    .limit(1);
  if (other) return other.subscriptionId === subscriptionId;
  await tx
    .update(trialsUsed)
    .set({ cardFingerprint })
    .where(and(eq(trialsUsed.subscriptionId, subscriptionId), isNull(trialsUsed.cardFingerprint)));
  return true;
};

/** True when the trial is this person's to have. Parallel claims on one card wait for each other in the database. */
const claim = async (tx: Db, userId: string, subscription: StripeSubscription): Promise<boolean> => {
  const [mine] = await tx.select().from(trialsUsed).where(eq(trialsUsed.subscriptionId, subscription.id)).limit(1);
  const cardFingerprint = fingerprintOf(subscription);
  if (mine)
    return mine.cardFingerprint !== null || cardFingerprint === null || noteCard(tx, subscription.id, cardFingerprint);
  const [user] = await tx.select({ email: users.email }).from(users).where(eq(users.id, userId)).limit(1);
  if (!user) return false;
  const claimed = await tx
    .insert(trialsUsed)
    .values({ userId, emailHash: emailHash(user.email), cardFingerprint, subscriptionId: subscription.id })
    .onConflictDoNothing()
    .returning({ id: trialsUsed.id });
  return claimed.length > 0;
};

/**
 * The running trials that their person has had before, by account, address or card. Trials that an operator gave at Stripe
 * are not ours to refuse.
 */
export const claimTrials = async (
  tx: Db,
  userId: string,
  subscriptions: readonly StripeSubscription[],
): Promise<ReadonlySet<string>> => {
  const refused = new Set<string>();
  const running = subscriptions
    .filter(({ status, metadata }) => status === 'trialing' && metadata['checkout_id'] !== undefined)
    .sort((a, b) => a.created.getTime() - b.created.getTime());
  for (const subscription of running) if (!(await claim(tx, userId, subscription))) refused.add(subscription.id);
  return refused;
};
