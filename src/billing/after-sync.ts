import { eq } from 'drizzle-orm';
import { users } from '../db/schema/users.ts';
import { underAct } from './act.ts';
import { type BillingDeps, SYSTEM } from './deps.ts';
import type { Done } from './door.ts';
import { changeEmail, endNow } from './stripe/acts.ts';
import { StripeFailure } from './stripe/client.ts';
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

/** Stripe mails receipts to the address that the account has now. */
const alignEmail = async (deps: BillingDeps, customerId: string, { userId, emailAtStripe }: Synced): Promise<void> => {
  if (emailAtStripe === null) return;
  const [user] = await deps.db.select({ email: users.email }).from(users).where(eq(users.id, userId)).limit(1);
  if (!user || user.email === emailAtStripe) return;
  await changeEmail(deps.gateway.stripe, customerId, user.email).catch((error: unknown) => {
    if (!(error instanceof StripeFailure)) throw error;
    deps.log('warn', 'Stripe did not take a new address; the next reading tries again', { customerId, error });
  });
};

/** What one reading shows to be wrong at Stripe, put right there. What fails is tried again after the next one. */
export const afterSync = async (deps: BillingDeps, customerId: string, synced: Synced): Promise<void> => {
  await refuseTrials(deps, customerId, synced);
  await alignEmail(deps, customerId, synced);
};
