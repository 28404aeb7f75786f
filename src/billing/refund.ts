import { eq, or } from 'drizzle-orm';
import type { AuditActor } from '../db/queries/audit.ts';
import { invoices } from '../db/schema/invoices.ts';
import { underAct } from './act.ts';
import type { BillingDeps } from './deps.ts';
import type { BillingFailure } from './door.ts';
import { refundOnce } from './stripe/acts.ts';
import { actOnCustomer } from './sync/sync-customer.ts';

type Refunded = { readonly ok: true; readonly refundId: string; readonly amountCents: number } | BillingFailure;

export interface RefundWish {
  readonly amountCents?: number;
  readonly actor: AuditActor;
  readonly cause: string;
}

/** What may go back; null when that is nothing, or less than is wished for. */
const amountLeft = async (
  { gateway }: BillingDeps,
  chargeId: string,
  wished: number | undefined,
): Promise<number | null> => {
  const charge = await gateway.charge(chargeId);
  const left = charge.amount - charge.amount_refunded;
  const amount = wished ?? left;
  return Number.isSafeInteger(amount) && amount > 0 && amount <= left ? amount : null;
};

/**
 * Gives money back. The same wish again is the same refund while nobody knows what became of the first, and another one
 * once it is known to be done.
 */
export const refund = async (deps: BillingDeps, chargeOrInvoiceId: string, wish: RefundWish): Promise<Refunded> => {
  const [paid] = await deps.db
    .select()
    .from(invoices)
    .where(or(eq(invoices.id, chargeOrInvoiceId), eq(invoices.chargeId, chargeOrInvoiceId)))
    .limit(1);
  if (!paid?.chargeId) return { ok: false, reason: 'not-found' };
  const { chargeId, customerId, userId } = paid;
  const { actor, cause, amountCents } = wish;
  const asked = { charge: chargeId, cents: amountCents ?? null };
  const act = { userId, kind: 'refund', wish: asked, actor, cause, findable: true } as const;
  return await underAct(deps, act, async (key): Promise<Refunded> => {
    const acted = await actOnCustomer(deps, customerId, { actor, cause: `${cause} (${key})` }, () =>
      refundOnce(deps.gateway.stripe, { key, chargeId, amountOf: () => amountLeft(deps, chargeId, amountCents) }),
    );
    if (!acted) return { ok: false, reason: 'not-found' };
    const { result } = acted;
    return result
      ? { ok: true, refundId: result.id, amountCents: result.amountCents }
      : { ok: false, reason: 'amount' };
  });
};
