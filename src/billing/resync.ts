import type { AuditActor } from '../db/queries/audit.ts';
import { failureOf } from './act.ts';
import { afterSync } from './after-sync.ts';
import { customerOf } from './customer.ts';
import type { BillingDeps } from './deps.ts';
import type { Done } from './door.ts';
import { syncCustomer } from './sync/sync-customer.ts';

/** Reads everything about one person from Stripe again. */
export const resync = async (deps: BillingDeps, userId: string, actor: AuditActor): Promise<Done> => {
  const customerId = await customerOf(deps, userId);
  if (!customerId) return { ok: true };
  try {
    const synced = await syncCustomer(deps, customerId, { actor, cause: 'asked to read Stripe again' });
    if (synced) await afterSync(deps, customerId, synced);
    return { ok: true };
  } catch (error) {
    return failureOf(deps, 'reading a customer again', error);
  }
};
