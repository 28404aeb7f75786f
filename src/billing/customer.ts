import { eq } from 'drizzle-orm';
import { audit } from '../db/queries/audit.ts';
import { billingCustomers } from '../db/schema/subscriptions.ts';
import { users } from '../db/schema/users.ts';
import { underAct } from './act.ts';
import type { BillingDeps } from './deps.ts';
import type { BillingFailure } from './door.ts';
import { createCustomer, findCustomer } from './stripe/acts.ts';

/** `cus_…`, or null for somebody who never began to buy. */
export const customerOf = async ({ db }: Pick<BillingDeps, 'db'>, userId: string): Promise<string | null> => {
  const [bound] = await db
    .select({ customerId: billingCustomers.customerId })
    .from(billingCustomers)
    .where(eq(billingCustomers.userId, userId))
    .limit(1);
  return bound?.customerId ?? null;
};

type Ensured = { readonly ok: true; readonly customerId: string } | BillingFailure;

/** The customer at Stripe that is this account's for ever, made when there is none. Two at once wait for each other. */
export const ensureCustomer = async (deps: BillingDeps, userId: string): Promise<Ensured> => {
  const bound = await customerOf(deps, userId);
  if (bound) return { ok: true, customerId: bound };
  const actor = { kind: 'member', userId } as const;
  return underAct(
    deps,
    { userId, kind: 'create-customer', wish: {}, actor, cause: 'first checkout' },
    async (key): Promise<Ensured> =>
      await deps.db.transaction(async (tx): Promise<Ensured> => {
        const [user] = await tx.select().from(users).where(eq(users.id, userId)).for('update');
        if (!user || user.bannedAt || user.deletedAt) return { ok: false, reason: 'account-closed' };
        const already = await customerOf({ db: tx }, userId);
        if (already) return { ok: true, customerId: already };
        const { stripe } = deps.gateway;
        const person = { userId, email: user.email };
        const customerId = (await findCustomer(stripe, person)) ?? (await createCustomer(stripe, key, person));
        await tx.insert(billingCustomers).values({ userId, customerId });
        await audit(tx, { actor, action: 'customer.bound', userId, after: { customerId }, cause: 'first checkout' });
        return { ok: true, customerId };
      }),
  );
};
