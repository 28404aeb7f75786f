import { eq } from 'drizzle-orm';
import { users } from '../db/schema/users.ts';
import { underAct } from './act.ts';
import { type BillingDeps, SYSTEM } from './deps.ts';
import type { Done } from './door.ts';
import { endEverything } from './end-everything.ts';
import { changeEmail, endNow } from './stripe/acts.ts';
import { StripeFailure } from './stripe/client.ts';
import { isOver } from './sync/changes.ts';
import { actOnCustomer, type Synced } from './sync/sync-customer.ts';

/** Ends trials that were had before, so that nobody is charged for what they were not given. They entitle to nothing already. */
const refuseTrials = async (
  deps: BillingDeps,
  customerId: string,
  { userId, refusedTrials }: Synced,
): Promise<void> => {
  for (const subscription of refusedTrials)
    await underAct(
      deps,
      { userId, kind: 'refuse-trial', wish: { subscription }, actor: SYSTEM, cause: 'a trial that was had before' },
      async (): Promise<Done> => {
        await actOnCustomer(
          deps,
          customerId,
          { actor: SYSTEM, cause: 'a trial that was had before' },
          async (picture) => {
            const running = picture.subscriptions.find(({ id }) => id === subscription);
            if (running?.status === 'trialing') await endNow(deps.gateway.stripe, subscription);
          },
        );
        return { ok: true };
      },
    );
};

type User = typeof users.$inferSelect;

/**
 * A checkout that was under way when its account was banned or deleted may still have been paid: nobody pays for what
 * they cannot have.
 */
const endOfClosed = async (deps: BillingDeps, { bannedAt, deletedAt }: User, synced: Synced): Promise<void> => {
  if ((!bannedAt && !deletedAt) || synced.subscriptions.every(isOver)) return;
  const ended = await endEverything(deps, synced.userId, SYSTEM, 'the account is closed');
  if (!ended.ok) deps.log('error', 'a closed account still pays', { userId: synced.userId, reason: ended.reason });
};

/** Stripe mails receipts to the address that the account has now. */
const alignEmail = async (
  deps: BillingDeps,
  customerId: string,
  { email, deletedAt }: User,
  { emailAtStripe }: Synced,
): Promise<void> => {
  if (emailAtStripe === null || deletedAt || email === emailAtStripe) return;
  await changeEmail(deps.gateway.stripe, customerId, email).catch((error: unknown) => {
    if (!(error instanceof StripeFailure)) throw error;
    deps.log('warn', 'Stripe did not take a new address; the next reading tries again', { customerId, error });
  });
};

/** What one reading shows to be wrong at Stripe, put right there. What fails is tried again after the next one. */
export const afterSync = async (deps: BillingDeps, customerId: string, synced: Synced): Promise<void> => {
  await refuseTrials(deps, customerId, synced);
  const [user] = await deps.db.select().from(users).where(eq(users.id, synced.userId)).limit(1);
  if (!user) return;
  await endOfClosed(deps, user, synced);
  await alignEmail(deps, customerId, user, synced);
};
