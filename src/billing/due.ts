import { sql } from 'drizzle-orm';
import { afterSync } from './after-sync.ts';
import { type BillingDeps, SYSTEM } from './deps.ts';
import { StripeFailure } from './stripe/client.ts';
import { syncCustomer } from './sync/sync-customer.ts';

const AT_ONCE_MAX = 50;

/**
 * Customers of whom something must have changed since they were read, by what was read then: a period that has ended, a
 * trial, a cancellation, a scheduled change, a grace that is over, a renewal that must have been charged (an hour after it
 * began). Their webhooks are two minutes late or lost.
 */
const dueCustomers = async ({ db }: BillingDeps): Promise<readonly string[]> => {
  const rows = await db.execute<{ customer_id: string }>(sql`
    select distinct s.customer_id
    from subscriptions s join billing_customers c on c.customer_id = s.customer_id, lateral (values
      (s.current_period_end), (s.current_period_start + interval '70 minutes'), (s.trial_end), (s.cancel_at), (s.next_at),
      (s.pending_expires_at), (s.access_until)
    ) as happens(at)
    where s.status not in ('canceled', 'incomplete_expired')
      and happens.at > c.synced_at and happens.at <= policy_now() - interval '2 minutes'
    limit ${AT_ONCE_MAX}`);
  return rows.map((row) => row.customer_id);
};

/** Reads those again, so that a lost webhook costs minutes. Returns how many. */
export const syncDue = async (deps: BillingDeps): Promise<number> => {
  const due = await dueCustomers(deps);
  for (const customerId of due) {
    try {
      const synced = await syncCustomer(deps, customerId, { actor: SYSTEM, cause: 'something fell due' });
      if (synced) await afterSync(deps, customerId, synced);
    } catch (error) {
      if (!(error instanceof StripeFailure)) throw error;
      deps.log('warn', 'a customer could not be read; the next pass tries again', { customerId, error });
    }
  }
  return due.length;
};
