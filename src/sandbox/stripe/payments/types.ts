import type { Address, ErrorBody, Metadata } from '../types.ts';

export interface BillingDetails {
  readonly address: Address;
  readonly email: string | null;
  readonly name: string | null;
  readonly phone: string | null;
}

export interface PaymentMethod {
  readonly id: string;
  readonly object: 'payment_method';
  readonly billing_details: BillingDetails;
  readonly card: {
    readonly brand: string;
    readonly checks: {
      readonly address_line1_check: string | null;
      readonly address_postal_code_check: string | null;
      readonly cvc_check: string | null;
    };
    readonly country: string;
    readonly exp_month: number;
    readonly exp_year: number;
    readonly fingerprint: string;
    readonly funding: 'credit' | 'debit' | 'prepaid';
    readonly generated_from: null;
    readonly last4: string;
    readonly networks: { readonly available: readonly string[]; readonly preferred: null };
    readonly three_d_secure_usage: { readonly supported: boolean };
    readonly wallet: null;
  };
  readonly created: number;
  readonly customer: string | null;
  readonly livemode: false;
  readonly metadata: Metadata;
  readonly type: 'card';
  /** `setUp`: the cardholder proved himself once, so that later charges may do without. */
  readonly internal: { readonly setUp: boolean };
}

export interface NextAction {
  readonly type: 'redirect_to_url';
  readonly redirect_to_url: { readonly return_url: string | null; readonly url: string };
}

export interface PaymentIntent {
  readonly id: string;
  readonly object: 'payment_intent';
  readonly amount: number;
  readonly amount_capturable: number;
  readonly amount_details: { readonly tip: Readonly<Record<string, never>> };
  readonly amount_received: number;
  readonly application: null;
  readonly application_fee_amount: null;
  readonly automatic_payment_methods: null;
  readonly canceled_at: number | null;
  readonly cancellation_reason:
    | 'abandoned'
    | 'automatic'
    | 'duplicate'
    | 'fraudulent'
    | 'requested_by_customer'
    | 'void_invoice'
    | null;
  readonly capture_method: 'automatic';
  readonly client_secret: string;
  readonly confirmation_method: 'automatic';
  readonly created: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly description: string | null;
  readonly invoice: string | null;
  readonly last_payment_error: ErrorBody | null;
  readonly latest_charge: string | null;
  readonly livemode: false;
  readonly metadata: Metadata;
  readonly next_action: NextAction | null;
  readonly on_behalf_of: null;
  readonly payment_method: string | null;
  readonly payment_method_options: {
    readonly card: {
      readonly installments: null;
      readonly mandate_options: null;
      readonly network: null;
      readonly request_three_d_secure: 'automatic';
    };
  };
  readonly payment_method_types: readonly string[];
  readonly processing: null;
  readonly receipt_email: string | null;
  readonly review: null;
  readonly setup_future_usage: 'off_session' | 'on_session' | null;
  readonly shipping: null;
  readonly statement_descriptor: null;
  readonly statement_descriptor_suffix: null;
  readonly status: 'canceled' | 'requires_action' | 'requires_confirmation' | 'requires_payment_method' | 'succeeded';
  readonly transfer_data: null;
  readonly transfer_group: null;
  /** The checkout session that a confirmation of this intent completes. */
  readonly internal: { readonly checkout: string | null };
}

export interface SetupIntent {
  readonly id: string;
  readonly object: 'setup_intent';
  readonly application: null;
  readonly automatic_payment_methods: null;
  readonly cancellation_reason: 'abandoned' | 'duplicate' | 'requested_by_customer' | null;
  readonly client_secret: string;
  readonly created: number;
  readonly customer: string | null;
  readonly description: string | null;
  readonly flow_directions: null;
  readonly last_setup_error: ErrorBody | null;
  readonly latest_attempt: null;
  readonly livemode: false;
  readonly mandate: null;
  readonly metadata: Metadata;
  readonly next_action: NextAction | null;
  readonly on_behalf_of: null;
  readonly payment_method: string | null;
  readonly payment_method_options: {
    readonly card: {
      readonly mandate_options: null;
      readonly network: null;
      readonly request_three_d_secure: 'automatic';
    };
  };
  readonly payment_method_types: readonly string[];
  readonly single_use_mandate: null;
  readonly status: 'canceled' | 'requires_action' | 'requires_confirmation' | 'requires_payment_method' | 'succeeded';
  readonly usage: 'off_session' | 'on_session';
  /** What a confirmation of this intent goes on with: a checkout, or a new card of the portal. */
  readonly internal: { readonly checkout: string | null; readonly portal: string | null };
}

export interface Charge {
  readonly id: string;
  readonly object: 'charge';
  readonly amount: number;
  readonly amount_captured: number;
  readonly amount_refunded: number;
  readonly application: null;
  readonly application_fee: null;
  readonly application_fee_amount: null;
  readonly balance_transaction: string | null;
  readonly billing_details: BillingDetails;
  readonly calculated_statement_descriptor: string;
  readonly captured: boolean;
  readonly created: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly description: string | null;
  readonly disputed: boolean;
  readonly failure_balance_transaction: null;
  readonly failure_code: string | null;
  readonly failure_message: string | null;
  readonly fraud_details: Readonly<Record<string, never>>;
  readonly invoice: string | null;
  readonly livemode: false;
  readonly metadata: Metadata;
  readonly on_behalf_of: null;
  readonly outcome: {
    readonly network_status: string;
    readonly reason: string | null;
    readonly risk_level: string;
    readonly risk_score: number;
    readonly seller_message: string;
    readonly type: string;
  };
  readonly paid: boolean;
  readonly payment_intent: string;
  readonly payment_method: string;
  readonly payment_method_details: {
    readonly card: Omit<PaymentMethod['card'], 'generated_from' | 'networks' | 'three_d_secure_usage'> & {
      readonly installments: null;
      readonly mandate: null;
      readonly network: string;
      readonly network_token: null;
      readonly three_d_secure: {
        readonly authentication_flow: 'challenge' | 'frictionless' | null;
        readonly result: 'authenticated' | 'failed' | null;
        readonly result_reason: string | null;
        readonly version: string | null;
      } | null;
    };
    readonly type: 'card';
  };
  readonly receipt_email: string | null;
  readonly receipt_number: string | null;
  readonly receipt_url: string | null;
  readonly refunded: boolean;
  readonly review: null;
  readonly shipping: null;
  readonly source_transfer: null;
  readonly statement_descriptor: null;
  readonly statement_descriptor_suffix: null;
  readonly status: 'failed' | 'pending' | 'succeeded';
  readonly transfer_data: null;
  readonly transfer_group: null;
  readonly internal: { readonly dispute: string | null };
}
