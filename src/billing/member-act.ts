import { underAct } from './act.ts';
import { customerOf } from './customer.ts';
import type { BillingDeps } from './deps.ts';
import type { Done } from './door.ts';
import type { CustomerPicture } from './stripe/gateway.ts';
import { actOnCustomer } from './sync/sync-customer.ts';

/** What a member asks of a subscription of theirs: under a key of its own, and under the customer's lock. */
export const memberAct = async (
  deps: BillingDeps,
  ask: { readonly userId: string; readonly kind: 'cancel' | 'resume'; readonly subscriptionId: string | undefined },
  perform: (picture: CustomerPicture, key: string) => Promise<Done>,
): Promise<Done> => {
  const { userId, kind, subscriptionId } = ask;
  const customerId = await customerOf(deps, userId);
  if (!customerId) return { ok: false, reason: 'no-subscription' };
  const actor = { kind: 'member', userId } as const;
  const wish = { subscription: subscriptionId ?? null };
  return underAct(
    deps,
    { userId, kind, wish, actor, cause: 'asked for at the billing page' },
    async (key): Promise<Done> => {
      const acted = await actOnCustomer(deps, customerId, { actor, cause: `${kind} ${key}` }, (picture) =>
        perform(picture, key),
      );
      return acted?.result ?? { ok: false, reason: 'no-subscription' };
    },
  );
};
