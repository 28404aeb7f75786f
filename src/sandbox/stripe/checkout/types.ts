import type { Address, Metadata } from '../types.ts';

export interface CheckoutLine {
  readonly price: string;
  readonly quantity: number;
}

export interface CheckoutSession {
  readonly id: string;
  readonly object: 'checkout.session';
  readonly after_expiration: null;
  readonly allow_promotion_codes: boolean | null;
  readonly amount_subtotal: number | null;
  readonly amount_total: number | null;
  readonly automatic_tax: {
    readonly enabled: boolean;
    readonly status: 'complete' | 'failed' | 'requires_location_inputs' | null;
  };
  readonly billing_address_collection: 'auto' | 'required' | null;
  readonly cancel_url: string | null;
  readonly client_reference_id: string | null;
  readonly consent: null;
  readonly consent_collection: {
    readonly promotions: 'auto' | 'none' | null;
    readonly terms_of_service: 'none' | 'required' | null;
  } | null;
  readonly created: number;
  readonly currency: string | null;
  readonly currency_conversion: null;
  readonly custom_fields: readonly never[];
  readonly custom_text: { readonly shipping_address: null; readonly submit: { readonly message: string } | null };
  readonly tax_id_collection: { readonly enabled: boolean };
  readonly customer: string | null;
  readonly customer_creation: 'always' | 'if_required' | null;
  readonly customer_details: {
    readonly address: Address | null;
    readonly email: string | null;
    readonly name: string | null;
    readonly phone: string | null;
    readonly tax_exempt: 'exempt' | 'none' | 'reverse' | null;
    readonly tax_ids: readonly { readonly type: string; readonly value: string }[] | null;
  } | null;
  readonly customer_email: string | null;
  readonly expires_at: number;
  readonly invoice: string | null;
  readonly invoice_creation: null;
  readonly livemode: false;
  readonly locale: string | null;
  readonly metadata: Metadata;
  readonly mode: 'payment' | 'setup' | 'subscription';
  readonly payment_intent: string | null;
  readonly payment_link: null;
  readonly payment_method_collection: 'always' | 'if_required' | null;
  readonly payment_method_options: Readonly<Record<string, never>> | null;
  readonly payment_method_types: readonly string[];
  readonly payment_status: 'no_payment_required' | 'paid' | 'unpaid';
  readonly phone_number_collection: { readonly enabled: boolean };
  readonly recovered_from: null;
  readonly setup_intent: string | null;
  readonly shipping_address_collection: null;
  readonly shipping_cost: null;
  readonly shipping_details: null;
  readonly shipping_options: readonly never[];
  readonly status: 'complete' | 'expired' | 'open';
  readonly submit_type: null;
  readonly subscription: string | null;
  readonly success_url: string;
  readonly total_details: {
    readonly amount_discount: number;
    readonly amount_shipping: number;
    readonly amount_tax: number;
  } | null;
  readonly url: string | null;
  readonly internal: {
    readonly lines: readonly CheckoutLine[];
    /** A coupon's id, and the code that named it. */
    readonly coupon: string | null;
    readonly promotionCode: string | null;
    /** Seconds since epoch. */
    readonly trialEnd: number | null;
    readonly trialDays: number | null;
    readonly subscriptionMetadata: Metadata;
    readonly subscriptionDescription: string | null;
    readonly defaultTaxRates: readonly string[];
    readonly missingPaymentMethod: 'cancel' | 'create_invoice' | 'pause';
    readonly saveAddress: boolean;
    readonly saveName: boolean;
    /** The intent that waits for the cardholder's proof. */
    readonly intent: string | null;
    /** What the customer entered with it. */
    readonly entered: {
      readonly paymentMethod: string;
      readonly email: string | null;
      readonly name: string | null;
    } | null;
  };
}
