import { underAct } from './act.ts';
import { type BillingDeps, SYSTEM } from './deps.ts';
import type { Done } from './door.ts';
import { endNow } from './stripe/acts.ts';
import { actOnCustomer, type Synced } from './sync/sync-customer.ts';

/**
 * Ends trials that were had before, so that nobody is charged for what they were not given. They entitle to nothing
 * already; where ending one fails, the next sync tries again.
 */
export const refuseTrials = async (
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
