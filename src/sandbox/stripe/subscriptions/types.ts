import type { Price } from '../catalog/types.ts';
import type { Discount } from '../coupons/types.ts';
import type { TaxRate } from '../tax/types.ts';
import type { ListOf, Metadata } from '../types.ts';

export type SubscriptionStatus =
  | 'active'
  | 'canceled'
  | 'incomplete'
  | 'incomplete_expired'
  | 'past_due'
  | 'paused'
  | 'trialing'
  | 'unpaid';

export type ProrationBehavior = 'always_invoice' | 'create_prorations' | 'none';
export type PaymentBehavior =
  | 'allow_incomplete'
  | 'default_incomplete'
  | 'error_if_incomplete'
  | 'pending_if_incomplete';

/** The old form of a price that Stripe still shows beside it. */
export interface Plan {
  readonly id: string;
  readonly object: 'plan';
  readonly active: boolean;
  readonly aggregate_usage: null;
  readonly amount: number;
  readonly amount_decimal: string;
  readonly billing_scheme: 'per_unit';
  readonly created: number;
  readonly currency: string;
  readonly interval: string;
  readonly interval_count: number;
  readonly livemode: false;
  readonly metadata: Metadata;
  readonly nickname: string | null;
  readonly product: string;
  readonly tiers_mode: null;
  readonly transform_usage: null;
  readonly trial_period_days: null;
  readonly usage_type: 'licensed';
}

export interface SubscriptionItem {
  readonly id: string;
  readonly object: 'subscription_item';
  readonly billing_thresholds: null;
  readonly created: number;
  readonly metadata: Metadata;
  readonly plan: Plan;
  readonly price: Price;
  readonly quantity: number;
  readonly subscription: string;
  readonly tax_rates: readonly TaxRate[];
}

export interface Subscription {
  readonly id: string;
  readonly object: 'subscription';
  readonly application: null;
  readonly application_fee_percent: null;
  readonly automatic_tax: { readonly enabled: boolean };
  readonly billing_cycle_anchor: number;
  readonly billing_thresholds: null;
  readonly cancel_at: number | null;
  readonly cancel_at_period_end: boolean;
  readonly canceled_at: number | null;
  readonly cancellation_details: {
    readonly comment: string | null;
    readonly feedback: string | null;
    readonly reason: 'cancellation_requested' | 'payment_disputed' | 'payment_failed' | null;
  };
  readonly collection_method: 'charge_automatically' | 'send_invoice';
  readonly created: number;
  readonly currency: string;
  readonly current_period_end: number;
  readonly current_period_start: number;
  readonly customer: string;
  readonly days_until_due: number | null;
  readonly default_payment_method: string | null;
  readonly default_source: null;
  readonly default_tax_rates: readonly TaxRate[];
  readonly description: string | null;
  readonly discount: Discount | null;
  readonly ended_at: number | null;
  readonly items: ListOf<SubscriptionItem>;
  readonly latest_invoice: string | null;
  readonly livemode: false;
  readonly metadata: Metadata;
  readonly next_pending_invoice_item_invoice: null;
  readonly on_behalf_of: null;
  readonly pause_collection: null;
  readonly payment_settings: {
    readonly payment_method_options: null;
    readonly payment_method_types: readonly string[] | null;
    readonly save_default_payment_method: 'off' | 'on_subscription';
  };
  readonly pending_invoice_item_interval: null;
  readonly pending_setup_intent: string | null;
  readonly pending_update: {
    readonly billing_cycle_anchor: number | null;
    readonly expires_at: number;
    readonly subscription_items: readonly SubscriptionItem[] | null;
    readonly trial_end: number | null;
    readonly trial_from_plan: boolean | null;
  } | null;
  readonly plan: Plan | null;
  readonly quantity: number | null;
  readonly schedule: string | null;
  readonly start_date: number;
  readonly status: SubscriptionStatus;
  readonly test_clock: null;
  readonly transfer_data: null;
  readonly trial_end: number | null;
  readonly trial_settings: {
    readonly end_behavior: { readonly missing_payment_method: 'cancel' | 'create_invoice' | 'pause' };
  };
  readonly trial_start: number | null;
  readonly internal: {
    /** The period end that `invoice.upcoming` was sent for. */
    readonly upcomingSentFor: number | null;
    readonly trialWillEndSent: boolean;
    /** Whether a cancel before the period's end gives credit for what is unused. */
    readonly prorateCancel: boolean;
    /** The invoice whose payment applies the pending update. */
    readonly pendingInvoice: string | null;
    /** The period before an update that awaits its payment, for the pending one. */
    readonly pendingPeriod: { readonly start: number; readonly end: number } | null;
    readonly offSession: boolean;
  };
}
