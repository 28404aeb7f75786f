import { eq, or } from 'drizzle-orm';
import type { AuditActor } from '../db/queries/audit.ts';
import { invoices } from '../db/schema/invoices.ts';
import { failureOf, underAct } from './act.ts';
import type { BillingDeps } from './deps.ts';
import type { BillingFailure } from './door.ts';
import { refundCharge } from './stripe/acts.ts';
import { actOnCustomer } from './sync/sync-customer.ts';

type Refunded = { readonly ok: true; readonly refundId: string; readonly amountCents: number } | BillingFailure;

export interface RefundWish {
  readonly amountCents?: number;
  readonly actor: AuditActor;
  readonly cause: string;
}

/**
 * Gives money back. What was refunded before is part of the wish: the same amount twice is two refunds when the first is
 * done, and one when its answer got lost.
 */
export const refund = async (deps: BillingDeps, chargeOrInvoiceId: string, wish: RefundWish): Promise<Refunded> => {
  const [paid] = await deps.db
    .select()
    .from(invoices)
    .where(or(eq(invoices.id, chargeOrInvoiceId), eq(invoices.chargeId, chargeOrInvoiceId)))
    .limit(1);
  if (!paid?.chargeId) return { ok: false, reason: 'not-found' };
  const { chargeId, customerId, userId } = paid;
  const { actor, cause } = wish;
  try {
    const charge = await deps.gateway.charge(chargeId);
    const left = charge.amount - charge.amount_refunded;
    const amountCents = wish.amountCents ?? left;
    if (!Number.isSafeInteger(amountCents) || amountCents <= 0 || amountCents > left)
      return { ok: false, reason: 'amount' };
    const asked = { charge: chargeId, cents: amountCents, refundedBefore: charge.amount_refunded };
    return await underAct(
      deps,
      { userId, kind: 'refund', wish: asked, actor, cause },
      async (key): Promise<Refunded> => {
        const acted = await actOnCustomer(deps, customerId, { actor, cause: `${cause} (${key})` }, () =>
          refundCharge(deps.gateway.stripe, { key, chargeId, amountCents }),
        );
        if (!acted) return { ok: false, reason: 'not-found' };
        return { ok: true, refundId: acted.result.id, amountCents: acted.result.amountCents };
      },
    );
  } catch (error) {
    return failureOf(deps, 'a refund', error);
  }
};
