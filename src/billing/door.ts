import type { AuditActor } from '../db/queries/audit.ts';
import type { BillingInterval, PaidTier, Tier } from './plans.ts';

/** Why billing did not do what it was asked for. Nothing was changed, unless it says otherwise. */
export type BillingReason =
  /** There is a subscription already, or one whose first payment is under way: change that one. */
  | 'already-subscribed'
  | 'no-subscription'
  /** A payment is due: it comes first. */
  | 'payment-due'
  /** It is to end, and must be resumed before it is changed. */
  | 'cancel-scheduled'
  | 'nothing-to-resume'
  | 'same-plan'
  /** No such coupon code, or none that may be used now. */
  | 'unknown-code'
  /** Banned, or the account is gone. */
  | 'account-closed'
  /** No such checkout, charge or invoice of this person. */
  | 'not-found'
  /** More than was paid, or nothing. */
  | 'amount'
  /** Stripe was asked to end it, and still says that it goes on. */
  | 'not-ended'
  /** Stripe refused; what it said is in the log and the audit. */
  | 'refused'
  /** Stripe could not be reached, or did not say what became of it; asking again is safe. */
  | 'unavailable';

export interface BillingFailure {
  readonly ok: false;
  readonly reason: BillingReason;
}
export type Redirection = { readonly ok: true; readonly url: string } | BillingFailure;
export type Done = { readonly ok: true } | BillingFailure;

export interface PlanChoice {
  readonly tier: PaidTier;
  readonly interval: BillingInterval;
}

/** What became of a request for another plan. */
export type PlanChange =
  | { readonly ok: true; readonly outcome: 'changed' }
  /** Comes with the next period; paid access stays as it is until then. */
  | { readonly ok: true; readonly outcome: 'scheduled'; readonly atMs: number }
  /** The bank wants it confirmed, or the card was declined: nothing changes until it is paid at `payUrl`. */
  | { readonly ok: true; readonly outcome: 'payment-needed'; readonly payUrl: string | null }
  | BillingFailure;

/** What a change of plan would mean, before it is asked for. */
export type ChangePreview =
  /** To be paid now, by Stripe's reckoning of this second; taxes included. Below zero: kept for later invoices. */
  | { readonly ok: true; readonly when: 'at-once'; readonly dueCents: number; readonly trialEndMs: number | null }
  | { readonly ok: true; readonly when: 'at-period-end'; readonly atMs: number }
  | BillingFailure;

/** What a member has to know on every page until it is mended. */
export interface Standing {
  readonly kind: 'past-due' | 'unpaid' | 'incomplete' | 'action-required';
  readonly tier: PaidTier;
  /** Until when their plan is kept nevertheless; null: it is not. */
  readonly accessUntilMs: number | null;
  /** Stripe's page where the invoice is paid or confirmed. */
  readonly payUrl: string | null;
}

export type SubscriptionStatus =
  | 'incomplete'
  | 'incomplete_expired'
  | 'trialing'
  | 'active'
  | 'past_due'
  | 'canceled'
  | 'unpaid'
  | 'paused';

export interface SubscriptionState extends PlanChoice {
  readonly id: string;
  readonly status: SubscriptionStatus;
  /** What a period costs now, discounts taken off, tax not. */
  readonly amountCents: number;
  readonly currentPeriodEndMs: number;
  /** When it ends by cancellation; null while it renews. */
  readonly cancelAtMs: number | null;
  readonly trialEndMs: number | null;
  /** Exclusive end of what has been bought; null when it entitles to nothing. */
  readonly accessUntilMs: number | null;
  /** Until when a missed payment is borne with; null while none is missed, or when nothing is borne with. */
  readonly graceEndsMs: number | null;
  /** A change that comes with the next period. */
  readonly next: (PlanChoice & { readonly atMs: number }) | null;
  /** An upgrade that waits for its payment. */
  readonly pending: (PlanChoice & { readonly expiresMs: number }) | null;
  /** `Visa ending in 4242`; null when none is known. */
  readonly card: string | null;
}

export interface InvoiceState {
  readonly id: string;
  readonly number: string | null;
  readonly status: 'draft' | 'open' | 'paid' | 'uncollectible' | 'void';
  readonly totalCents: number;
  readonly amountDueCents: number;
  readonly amountPaidCents: number;
  readonly refundedCents: number;
  readonly createdMs: number;
  readonly hostedUrl: string | null;
  /** The bank wants the payment confirmed. */
  readonly actionRequired: boolean;
}

/** Everything the billing pages show, from our own rows: no call to Stripe. */
export interface BillingState {
  /** What they may see now, bought or given. */
  readonly tier: Tier;
  /** The one that counts: the living one of the highest tier, else the last one. Null when there never was one. */
  readonly subscription: SubscriptionState | null;
  /** More living ones than one: they pay twice. */
  readonly others: readonly SubscriptionState[];
  /** Newest first. */
  readonly invoices: readonly InvoiceState[];
  /** Whether a trial is still to be had, as far as is known before a card is. */
  readonly trialDays: number;
  readonly comp: { readonly tier: PaidTier; readonly endsMs: number | null } | null;
  /** The clock by which access is judged. */
  readonly nowMs: number;
}

/** What one pass over every customer found. Kept in `billing_reconciliations`. */
export interface ReconcileReport {
  readonly startedMs: number;
  readonly finishedMs: number;
  readonly customersChecked: number;
  /** Customers whose rows differed from Stripe: mended by the same pass. */
  readonly drifted: number;
  readonly findings: readonly ReconcileFinding[];
}

export interface ReconcileFinding {
  readonly kind:
    | 'drift'
    | 'two-subscriptions'
    | 'unknown-subscription'
    | 'unbound-customer'
    | 'missing-event'
    | 'unprocessed-event'
    | 'sync-failed';
  /** `cus_…`, `sub_…` or `evt_…` that it is about. */
  readonly about: string;
  readonly userId: string | null;
  readonly detail: string;
}

/** The only way to people's money. Every verb re-reads Stripe and leaves our rows as Stripe says. */
export interface Billing {
  /** Where to pay. One checkout is open at a time; asked again for the same it is the same. */
  startCheckout(userId: string, wish: PlanChoice & { readonly couponCode?: string }): Promise<Redirection>;
  /** Coming back from paying: reads what Stripe says. A forged or foreign id changes nothing. */
  finishCheckout(
    userId: string,
    sessionId: string,
  ): Promise<{ readonly ok: true; readonly tier: Tier } | BillingFailure>;
  openPortal(userId: string): Promise<Redirection>;
  previewChange(userId: string, wish: PlanChoice): Promise<ChangePreview>;
  /** More at once, after its payment; less with the next period. */
  changePlan(userId: string, wish: PlanChoice): Promise<PlanChange>;
  /**
   * At the end of what is paid; at once, its unpaid invoices voided, when the current period is not paid. The subscription
   * that counts, unless another of the same person is named.
   */
  cancel(userId: string, subscriptionId?: string): Promise<Done>;
  /** Takes back a cancellation or a scheduled change. */
  resume(userId: string, subscriptionId?: string): Promise<Done>;
  billingStateOf(userId: string): Promise<BillingState>;
  /** Null: nothing is amiss. From our own rows. */
  standingOf(userId: string): Promise<Standing | null>;
  /**
   * Ends every subscription at Stripe now, open checkouts and unpaid invoices too, and reads back that nothing goes on.
   * Deletion calls it before anything else is done, and goes on only when it says `ok`; a ban right after access is gone.
   */
  endEverything(userId: string, actor: AuditActor, cause: string): Promise<Done>;
  /** Gives money back; `amountCents` left out: all that is left of it. For operators. */
  refund(
    chargeOrInvoiceId: string,
    wish: { readonly amountCents?: number; readonly actor: AuditActor; readonly cause: string },
  ): Promise<{ readonly ok: true; readonly refundId: string; readonly amountCents: number } | BillingFailure>;
  /** Reads everything about one person from Stripe again. */
  resync(userId: string, actor: AuditActor): Promise<Done>;
  /** 200: taken in; 400: not Stripe's; 500: not committed, deliver again. */
  receiveWebhook(rawBody: Uint8Array, signatureHeader: string | null): Promise<200 | 400 | 500>;
  reconcile(): Promise<ReconcileReport>;
}
