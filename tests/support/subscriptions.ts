import type { Db } from '../../src/db/client.ts';
import { billingCustomers, subscriptions } from '../../src/db/schema/subscriptions.ts';

const DAY_MS = 86_400_000;

let made = 0;

type Row = typeof subscriptions.$inferSelect;

/** A row as a sync with Stripe leaves it: by default one that runs, and gives access for thirty days more. */
export const addSubscription = async (
  db: Db,
  facts: Pick<Row, 'userId' | 'tier'> & Partial<Row>,
): Promise<{ readonly id: string; readonly customerId: string }> => {
  made += 1;
  const now = Date.now();
  const end = new Date(now + 30 * DAY_MS);
  const { userId } = facts;
  const customerId = `cus_${userId.replaceAll('-', '').slice(0, 14)}`;
  await db.insert(billingCustomers).values({ userId, customerId }).onConflictDoNothing();
  const row = {
    id: `sub_test${made}`,
    customerId,
    billingInterval: 'month',
    status: 'active',
    priceId: 'price_1',
    currentPeriodStart: new Date(now),
    currentPeriodEnd: end,
    cancelAtPeriodEnd: false,
    createdAt: new Date(now),
    accessUntil: end,
    ...facts,
  } as const;
  await db.insert(subscriptions).values(row);
  return { id: row.id, customerId };
};
