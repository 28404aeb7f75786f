import { isDeepStrictEqual } from 'node:util';
import type Stripe from 'stripe';
import { asking } from '../stripe/client.ts';
import type { Done } from './catalogue.ts';

/** How our configuration is known among others of the account. */
const PORTAL_MARK = { quanticity: 'portal' } as const;

/**
 * Cards, invoices, tax data and cancelling. Plans are changed on our own pages: the portal would raise access before the
 * difference is paid.
 */
const features = {
  customer_update: { enabled: true, allowed_updates: ['address', 'name', 'tax_id'] },
  invoice_history: { enabled: true },
  payment_method_update: { enabled: true },
  subscription_cancel: { enabled: true, mode: 'at_period_end', proration_behavior: 'none' },
} as const satisfies Stripe.BillingPortal.ConfigurationCreateParams['features'];

const wanted = (siteUrl: URL): Stripe.BillingPortal.ConfigurationCreateParams => ({
  business_profile: {
    headline: 'Your QuantiCity subscription',
    privacy_policy_url: new URL('/', siteUrl).href,
    terms_of_service_url: new URL('/', siteUrl).href,
  },
  default_return_url: new URL('/account/billing?back', siteUrl).href,
  features: {
    ...features,
    customer_update: { ...features.customer_update, allowed_updates: [...features.customer_update.allowed_updates] },
  },
  metadata: PORTAL_MARK,
});

const stands = (
  found: Stripe.BillingPortal.Configuration,
  want: Stripe.BillingPortal.ConfigurationCreateParams,
): boolean => {
  const { customer_update, invoice_history, payment_method_update, subscription_cancel } = found.features;
  const has = {
    profile: found.business_profile,
    back: found.default_return_url,
    customer: [customer_update.enabled, [...customer_update.allowed_updates].sort()],
    others: [
      invoice_history.enabled,
      payment_method_update.enabled,
      subscription_cancel.enabled,
      subscription_cancel.mode,
    ],
  };
  return isDeepStrictEqual(has, {
    profile: { ...want.business_profile },
    back: want.default_return_url,
    customer: [true, [...features.customer_update.allowed_updates].sort()],
    others: [true, true, true, features.subscription_cancel.mode],
  });
};

export const findPortal = async (stripe: Stripe): Promise<Stripe.BillingPortal.Configuration | null> => {
  const { data } = await asking(() => stripe.billingPortal.configurations.list({ active: true, limit: 100 }));
  return data.find(({ metadata }) => metadata?.['quanticity'] === PORTAL_MARK.quanticity) ?? null;
};

export const setUpPortal = async (stripe: Stripe, siteUrl: URL): Promise<Done> => {
  const want = wanted(siteUrl);
  const found = await findPortal(stripe);
  if (!found) {
    await asking(() => stripe.billingPortal.configurations.create(want));
    return ['made the configuration of the customer portal'];
  }
  if (stands(found, want)) return [];
  await asking(() => stripe.billingPortal.configurations.update(found.id, want));
  return ['put the configuration of the customer portal right'];
};
