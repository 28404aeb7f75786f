import { eq, sql } from 'drizzle-orm';
import { stripeEvents } from '../db/schema/stripe-events.ts';
import { afterSync } from './after-sync.ts';
import { type BillingDeps, SYSTEM } from './deps.ts';
import { StripeFailure } from './stripe/client.ts';
import type { StripeEvent } from './stripe/shapes.ts';
import { subjectOf, verifiedEvent } from './stripe/webhook-event.ts';
import { syncCustomer } from './sync/sync-customer.ts';

const ERROR_LENGTH_MAX = 500;

const customerOfEvent = async ({ gateway }: BillingDeps, event: StripeEvent): Promise<string | null> => {
  const { customer, charge } = subjectOf(event);
  if (customer || !charge) return customer;
  return (await gateway.charge(charge)).customer;
};

/** Takes note of the event, once however often it comes. False: it is done with already. */
const note = async ({ db }: BillingDeps, event: StripeEvent, customerId: string | null): Promise<boolean> => {
  const [row] = await db
    .insert(stripeEvents)
    .values({ id: event.id, type: event.type, customerId, createdAt: event.created, attempts: 1 })
    .onConflictDoUpdate({ target: stripeEvents.id, set: { attempts: sql`${stripeEvents.attempts} + 1` } })
    .returning({ processedAt: stripeEvents.processedAt });
  return row?.processedAt === null;
};

const markDone = async ({ db }: BillingDeps, id: string): Promise<void> => {
  await db
    .update(stripeEvents)
    .set({ processedAt: sql`coalesce(processed_at, now())`, lastError: null })
    .where(eq(stripeEvents.id, id));
};

const work = async (deps: BillingDeps, event: StripeEvent): Promise<void> => {
  const customerId = await customerOfEvent(deps, event);
  if (!(await note(deps, event, customerId))) return;
  const cause = { actor: SYSTEM, cause: `${event.type} ${event.id}`, eventIds: [event.id] };
  const synced = customerId === null ? null : await syncCustomer(deps, customerId, cause);
  if (synced && customerId) await afterSync(deps, customerId, synced);
  // Nobody's, or somebody's whom we do not know: noted, and the reconciliation tells of unknown customers.
  if (synced === null) await markDone(deps, event.id);
};

const noteFailure = async ({ db }: BillingDeps, event: StripeEvent, error: unknown): Promise<void> => {
  const lastError = (error instanceof Error ? error.message : String(error)).slice(0, ERROR_LENGTH_MAX);
  await db.update(stripeEvents).set({ lastError }).where(eq(stripeEvents.id, event.id));
};

/**
 * One delivery of Stripe's. Whatever the event says, it only means "read this customer again": order and number of
 * deliveries leave the same rows. 200 only once that is committed; 500 asks Stripe to deliver it again.
 */
export const receiveWebhook = async (
  deps: BillingDeps,
  rawBody: Uint8Array,
  signature: string | null,
): Promise<200 | 400 | 500> => {
  const event = await verifiedEvent(deps.gateway.stripe, rawBody, signature, deps.webhookSecrets);
  if (event === null) return 400;
  try {
    await work(deps, event);
    return 200;
  } catch (error) {
    deps.log(error instanceof StripeFailure ? 'warn' : 'error', 'a webhook was not taken in; it will come again', {
      event: event.id,
      type: event.type,
      error,
    });
    await noteFailure(deps, event, error).catch(() => {});
    return 500;
  }
};
