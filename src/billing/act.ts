import { and, eq, isNull, sql } from 'drizzle-orm';
import { type AuditActor, audit } from '../db/queries/audit.ts';
import { billingActs } from '../db/schema/billing-acts.ts';
import type { BillingDeps } from './deps.ts';
import type { BillingFailure, BillingReason } from './door.ts';
import { StripeFailure } from './stripe/client.ts';

type Kind = (typeof billingActs.$inferSelect)['kind'];

export interface Act {
  readonly userId: string;
  readonly kind: Kind;
  readonly wish: Readonly<Record<string, string | number | null>>;
  readonly actor: AuditActor;
  readonly cause: string;
  /** Left open whenever nobody knows what became of it: the next try finds it by its own mark at Stripe. */
  readonly findable?: true;
}

/** Stripe forgets keys after a day; an act that old is asked for anew. */
const KEY_LIFE = sql`interval '23 hours'`;

/** Null: of the same wish another was under way, and was settled while we looked. */
const tryClaim = async ({ db }: BillingDeps, act: Act): Promise<string | null> =>
  await db.transaction(async (tx) => {
    const { userId, kind, wish, actor, cause } = act;
    const same = and(
      eq(billingActs.userId, userId),
      eq(billingActs.kind, kind),
      isNull(billingActs.settledAt),
      sql`md5(${billingActs.wish}::text) = md5(${JSON.stringify(wish)}::jsonb::text)`,
    );
    await tx
      .update(billingActs)
      .set({ settledAt: sql`now()`, outcome: 'forgotten' })
      .where(and(same, sql`${billingActs.beganAt} < now() - ${KEY_LIFE}`));
    const [begun] = await tx
      .insert(billingActs)
      .values({ userId, kind, wish, actor })
      .onConflictDoNothing()
      .returning({ id: billingActs.id });
    if (begun) {
      await audit(tx, { actor, action: `billing.${kind}-asked`, userId, after: wish, cause });
      return begun.id;
    }
    const [underWay] = await tx.select({ id: billingActs.id }).from(billingActs).where(same).limit(1);
    return underWay?.id ?? null;
  });

const CLAIMS_MAX = 10;

/** The key under which it is done at most once: of the same wish that is still under way, else a new one. */
const claim = async (deps: BillingDeps, act: Act): Promise<string> => {
  for (let tries = 0; tries < CLAIMS_MAX; tries += 1) {
    const key = await tryClaim(deps, act);
    if (key) return key;
  }
  throw new Error(`billing_acts: ${act.kind} of ${act.userId} was settled by others ${CLAIMS_MAX} times over`);
};

const settle = async ({ db }: BillingDeps, key: string, outcome: string): Promise<void> => {
  await db
    .update(billingActs)
    .set({ settledAt: sql`now()`, outcome })
    .where(and(eq(billingActs.id, key), isNull(billingActs.settledAt)));
};

const REASON: Readonly<Record<StripeFailure['kind'], BillingReason>> = {
  refused: 'refused',
  declined: 'payment-due',
  unavailable: 'unavailable',
};

/** What to tell of a failure of Stripe's; anything else is thrown on. */
export const failureOf = (deps: BillingDeps, what: string, error: unknown): BillingFailure => {
  if (!(error instanceof StripeFailure)) throw error;
  const { kind, code, status, message } = error;
  deps.log(kind === 'declined' ? 'info' : 'error', `Stripe: ${what} failed`, { kind, code, status, message });
  return { ok: false, reason: REASON[kind] };
};

/**
 * Writes down what Stripe is to be asked before it is asked, and hands `work` the key for it. `work` looks at Stripe first:
 * after a lost answer it finds what is done already. A key whose answer never came is used again; Stripe repeats its own
 * failures (5xx) under a key, so after one of those the next try gets another.
 */
export const underAct = async <T extends { readonly ok: boolean }>(
  deps: BillingDeps,
  act: Act,
  work: (key: string) => Promise<T>,
): Promise<T | BillingFailure> => {
  const key = await claim(deps, act);
  try {
    const result = await work(key);
    await settle(deps, key, 'reason' in result ? String(result.reason) : 'done');
    return result;
  } catch (error) {
    const failure = failureOf(deps, act.kind, error);
    const unknown = error instanceof StripeFailure && error.kind === 'unavailable';
    const mayTryAgain = unknown && (act.findable === true || (error.status ?? 0) < 500);
    if (!mayTryAgain) await settle(deps, key, failure.reason);
    return failure;
  }
};
