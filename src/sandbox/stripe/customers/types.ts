import type { Discount } from '../coupons/types.ts';
import type { Address, Metadata } from '../types.ts';

export interface Customer {
  readonly id: string;
  readonly object: 'customer';
  readonly address: Address | null;
  /** Cents; negative is credit that the next invoices use up. */
  readonly balance: number;
  readonly created: number;
  readonly currency: string | null;
  readonly default_source: null;
  readonly delinquent: boolean;
  readonly description: string | null;
  readonly discount: Discount | null;
  readonly email: string | null;
  readonly invoice_prefix: string;
  readonly invoice_settings: {
    readonly custom_fields: null;
    readonly default_payment_method: string | null;
    readonly footer: string | null;
    readonly rendering_options: null;
  };
  readonly livemode: false;
  readonly metadata: Metadata;
  readonly name: string | null;
  readonly next_invoice_sequence: number;
  readonly phone: string | null;
  readonly preferred_locales: readonly string[];
  readonly shipping: { readonly address: Address; readonly name: string; readonly phone: string | null } | null;
  readonly tax_exempt: 'exempt' | 'none' | 'reverse';
  readonly test_clock: null;
}

export interface CustomerBalanceTransaction {
  readonly id: string;
  readonly object: 'customer_balance_transaction';
  readonly amount: number;
  readonly created: number;
  readonly credit_note: null;
  readonly currency: string;
  readonly customer: string;
  readonly description: string | null;
  readonly ending_balance: number;
  readonly invoice: string | null;
  readonly livemode: false;
  readonly metadata: Metadata;
  readonly type: 'adjustment' | 'applied_to_invoice' | 'invoice_too_small' | 'unapplied_from_invoice';
}

export interface TaxId {
  readonly id: string;
  readonly object: 'tax_id';
  readonly country: string | null;
  readonly created: number;
  readonly customer: string;
  readonly livemode: false;
  readonly type: string;
  readonly value: string;
  readonly verification: {
    readonly status: 'pending' | 'unavailable' | 'unverified' | 'verified';
    readonly verified_address: string | null;
    readonly verified_name: string | null;
  } | null;
}
