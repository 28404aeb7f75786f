import type { ProrationBehavior } from '../subscriptions/types.ts';
import type { Metadata } from '../types.ts';

export interface PortalConfiguration {
  readonly id: string;
  readonly object: 'billing_portal.configuration';
  readonly active: boolean;
  readonly application: null;
  readonly business_profile: {
    readonly headline: string | null;
    readonly privacy_policy_url: string | null;
    readonly terms_of_service_url: string | null;
  };
  readonly created: number;
  readonly default_return_url: string | null;
  readonly features: {
    readonly customer_update: { readonly allowed_updates: readonly string[]; readonly enabled: boolean };
    readonly invoice_history: { readonly enabled: boolean };
    readonly payment_method_update: { readonly enabled: boolean };
    readonly subscription_cancel: {
      readonly cancellation_reason: { readonly enabled: boolean; readonly options: readonly string[] };
      readonly enabled: boolean;
      readonly mode: 'at_period_end' | 'immediately';
      readonly proration_behavior: ProrationBehavior;
    };
    readonly subscription_pause: { readonly enabled: boolean };
    readonly subscription_update: {
      readonly default_allowed_updates: readonly string[];
      readonly enabled: boolean;
      readonly products: readonly { readonly prices: readonly string[]; readonly product: string }[] | null;
      readonly proration_behavior: ProrationBehavior;
    };
  };
  readonly is_default: boolean;
  readonly livemode: false;
  readonly login_page: { readonly enabled: boolean; readonly url: string | null };
  readonly metadata: Metadata;
  readonly updated: number;
}

export interface PortalSession {
  readonly id: string;
  readonly object: 'billing_portal.session';
  readonly configuration: string;
  readonly created: number;
  readonly customer: string;
  readonly flow: null;
  readonly livemode: false;
  readonly locale: string | null;
  readonly on_behalf_of: null;
  readonly return_url: string | null;
  readonly url: string;
}
