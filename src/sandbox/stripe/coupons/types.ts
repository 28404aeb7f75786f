import type { Metadata } from '../types.ts';

export interface Coupon {
  readonly id: string;
  readonly object: 'coupon';
  /** Cents. */
  readonly amount_off: number | null;
  readonly created: number;
  readonly currency: string | null;
  readonly duration: 'forever' | 'once' | 'repeating';
  readonly duration_in_months: number | null;
  readonly livemode: false;
  readonly max_redemptions: number | null;
  readonly metadata: Metadata;
  readonly name: string | null;
  readonly percent_off: number | null;
  readonly redeem_by: number | null;
  readonly times_redeemed: number;
  readonly valid: boolean;
  /** Shown only when expanded. */
  readonly internal?: { readonly appliesTo: readonly string[] };
}

export interface PromotionCode {
  readonly id: string;
  readonly object: 'promotion_code';
  readonly active: boolean;
  readonly code: string;
  readonly coupon: Coupon;
  readonly created: number;
  readonly customer: string | null;
  readonly expires_at: number | null;
  readonly livemode: false;
  readonly max_redemptions: number | null;
  readonly metadata: Metadata;
  readonly restrictions: {
    readonly first_time_transaction: boolean;
    readonly minimum_amount: number | null;
    readonly minimum_amount_currency: string | null;
  };
  readonly times_redeemed: number;
}

export interface Discount {
  readonly id: string;
  readonly object: 'discount';
  readonly checkout_session: string | null;
  readonly coupon: Coupon;
  readonly customer: string;
  readonly end: number | null;
  readonly invoice: string | null;
  readonly invoice_item: string | null;
  readonly promotion_code: string | null;
  readonly start: number;
  readonly subscription: string | null;
}
