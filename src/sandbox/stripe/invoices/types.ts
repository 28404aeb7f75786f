import type { Price } from '../catalog/types.ts';
import type { Discount } from '../coupons/types.ts';
import type { Plan } from '../subscriptions/types.ts';
import type { TaxRate } from '../tax/types.ts';
import type { Address, ErrorBody, ListOf, Metadata, Period } from '../types.ts';

export interface TaxAmount {
  readonly amount: number;
  readonly inclusive: boolean;
  readonly tax_rate: string;
  readonly taxability_reason: 'standard_rated' | 'reverse_charge' | 'customer_exempt' | 'not_collecting' | null;
  readonly taxable_amount: number | null;
}

export interface DiscountAmount {
  readonly amount: number;
  readonly discount: string;
}

export interface LineItem {
  readonly id: string;
  readonly object: 'line_item';
  readonly amount: number;
  readonly amount_excluding_tax: number;
  readonly currency: string;
  readonly description: string | null;
  readonly discount_amounts: readonly DiscountAmount[];
  readonly discountable: boolean;
  readonly discounts: readonly string[];
  readonly invoice_item?: string;
  readonly livemode: false;
  readonly metadata: Metadata;
  readonly period: Period;
  readonly plan: Plan | null;
  readonly price: Price | null;
  readonly proration: boolean;
  readonly proration_details: {
    readonly credited_items: {
      readonly invoice: string;
      readonly invoice_line_items: readonly string[];
    } | null;
  };
  readonly quantity: number | null;
  readonly subscription: string | null;
  readonly subscription_item?: string;
  readonly tax_amounts: readonly TaxAmount[];
  readonly tax_rates: readonly TaxRate[];
  readonly type: 'invoiceitem' | 'subscription';
  readonly unit_amount_excluding_tax: string | null;
}

export type BillingReason =
  | 'automatic_pending_invoice_item_invoice'
  | 'manual'
  | 'subscription_create'
  | 'subscription_cycle'
  | 'subscription_update'
  | 'upcoming';

export interface Invoice {
  readonly id: string;
  readonly object: 'invoice';
  readonly account_country: 'US';
  readonly account_name: string;
  readonly account_tax_ids: null;
  readonly amount_due: number;
  readonly amount_paid: number;
  readonly amount_remaining: number;
  readonly amount_shipping: 0;
  readonly application: null;
  readonly application_fee_amount: null;
  readonly attempt_count: number;
  readonly attempted: boolean;
  readonly auto_advance: boolean;
  readonly automatic_tax: {
    readonly enabled: boolean;
    readonly status: 'complete' | 'failed' | 'requires_location_inputs' | null;
  };
  readonly billing_reason: BillingReason;
  readonly charge: string | null;
  readonly collection_method: 'charge_automatically' | 'send_invoice';
  readonly created: number;
  readonly currency: string;
  readonly custom_fields: null;
  readonly customer: string;
  readonly customer_address: Address | null;
  readonly customer_email: string | null;
  readonly customer_name: string | null;
  readonly customer_phone: string | null;
  readonly customer_shipping: null;
  readonly customer_tax_exempt: 'exempt' | 'none' | 'reverse';
  readonly customer_tax_ids: readonly { readonly type: string; readonly value: string }[];
  readonly default_payment_method: string | null;
  readonly default_source: null;
  readonly default_tax_rates: readonly TaxRate[];
  readonly description: string | null;
  readonly discount: Discount | null;
  readonly discounts: readonly string[];
  readonly due_date: number | null;
  readonly effective_at: number | null;
  readonly ending_balance: number | null;
  readonly footer: string | null;
  readonly from_invoice: null;
  readonly hosted_invoice_url: string | null;
  readonly invoice_pdf: string | null;
  readonly last_finalization_error: ErrorBody | null;
  readonly latest_revision: null;
  readonly lines: ListOf<LineItem>;
  readonly livemode: false;
  readonly metadata: Metadata;
  readonly next_payment_attempt: number | null;
  readonly number: string | null;
  readonly on_behalf_of: null;
  readonly paid: boolean;
  readonly paid_out_of_band: boolean;
  readonly payment_intent: string | null;
  readonly payment_settings: {
    readonly default_mandate: null;
    readonly payment_method_options: null;
    readonly payment_method_types: readonly string[] | null;
  };
  readonly period_end: number;
  readonly period_start: number;
  readonly post_payment_credit_notes_amount: 0;
  readonly pre_payment_credit_notes_amount: 0;
  readonly quote: null;
  readonly receipt_number: string | null;
  readonly rendering_options: null;
  readonly shipping_cost: null;
  readonly shipping_details: null;
  readonly starting_balance: number;
  readonly statement_descriptor: null;
  readonly status: 'draft' | 'open' | 'paid' | 'uncollectible' | 'void';
  readonly status_transitions: {
    readonly finalized_at: number | null;
    readonly marked_uncollectible_at: number | null;
    readonly paid_at: number | null;
    readonly voided_at: number | null;
  };
  readonly subscription: string | null;
  readonly subscription_details: { readonly metadata: Metadata | null };
  readonly subscription_proration_date?: number;
  readonly subtotal: number;
  readonly subtotal_excluding_tax: number;
  readonly tax: number | null;
  readonly test_clock: null;
  readonly total: number;
  readonly total_discount_amounts: readonly DiscountAmount[];
  readonly total_excluding_tax: number;
  readonly total_tax_amounts: readonly TaxAmount[];
  readonly transfer_data: null;
  readonly webhooks_delivered_at: number | null;
  readonly internal: {
    /** When a draft finalises by itself; null when somebody must ask for it. */
    readonly finalizesAt: number | null;
    /** When the first attempt failed: the retries count from there. */
    readonly firstFailedAt: number | null;
    readonly retries: number;
    /** Whether failed payments are tried again and end the subscription at last. */
    readonly dunning: boolean;
  };
}

export interface InvoiceItem {
  readonly id: string;
  readonly object: 'invoiceitem';
  readonly amount: number;
  readonly currency: string;
  readonly customer: string;
  readonly date: number;
  readonly description: string | null;
  readonly discountable: boolean;
  readonly discounts: readonly string[];
  readonly invoice: string | null;
  readonly livemode: false;
  readonly metadata: Metadata;
  readonly period: Period;
  readonly plan: Plan | null;
  readonly price: Price | null;
  readonly proration: boolean;
  readonly quantity: number;
  readonly subscription: string | null;
  readonly subscription_item?: string;
  readonly tax_rates: readonly TaxRate[];
  readonly test_clock: null;
  readonly unit_amount: number | null;
  readonly unit_amount_decimal: string | null;
}
