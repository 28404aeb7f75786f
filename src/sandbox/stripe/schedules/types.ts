import type { ProrationBehavior } from '../subscriptions/types.ts';
import type { TaxRate } from '../tax/types.ts';
import type { Metadata } from '../types.ts';

export interface SchedulePhase {
  readonly add_invoice_items: readonly never[];
  readonly application_fee_percent: null;
  readonly automatic_tax: { readonly enabled: boolean };
  readonly billing_cycle_anchor: 'automatic' | 'phase_start' | null;
  readonly billing_thresholds: null;
  readonly collection_method: 'charge_automatically' | 'send_invoice' | null;
  readonly coupon: string | null;
  readonly currency: string;
  readonly default_payment_method: string | null;
  readonly default_tax_rates: readonly TaxRate[];
  readonly description: string | null;
  readonly end_date: number;
  readonly invoice_settings: null;
  readonly items: readonly {
    readonly billing_thresholds: null;
    readonly metadata: Metadata;
    readonly plan: string;
    readonly price: string;
    readonly quantity: number;
    readonly tax_rates: readonly TaxRate[];
  }[];
  readonly metadata: Metadata;
  readonly on_behalf_of: null;
  readonly proration_behavior: ProrationBehavior;
  readonly start_date: number;
  readonly transfer_data: null;
  readonly trial_end: number | null;
}

export interface SubscriptionSchedule {
  readonly id: string;
  readonly object: 'subscription_schedule';
  readonly application: null;
  readonly canceled_at: number | null;
  readonly completed_at: number | null;
  readonly created: number;
  readonly current_phase: { readonly start_date: number; readonly end_date: number } | null;
  readonly customer: string;
  readonly default_settings: {
    readonly application_fee_percent: null;
    readonly automatic_tax: { readonly enabled: boolean };
    readonly billing_cycle_anchor: 'automatic' | 'phase_start';
    readonly billing_thresholds: null;
    readonly collection_method: 'charge_automatically' | 'send_invoice';
    readonly default_payment_method: string | null;
    readonly description: string | null;
    readonly invoice_settings: null;
    readonly on_behalf_of: null;
    readonly transfer_data: null;
  };
  readonly end_behavior: 'cancel' | 'none' | 'release' | 'renew';
  readonly livemode: false;
  readonly metadata: Metadata;
  readonly phases: readonly SchedulePhase[];
  readonly released_at: number | null;
  readonly released_subscription: string | null;
  readonly status: 'active' | 'canceled' | 'completed' | 'not_started' | 'released';
  readonly subscription: string | null;
  readonly test_clock: null;
}
