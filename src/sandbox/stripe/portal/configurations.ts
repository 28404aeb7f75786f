import type { Params } from '../http/params.ts';
import { invalid, missingParam } from '../http/refusal.ts';
import type { World } from '../world.ts';
import type { PortalConfiguration } from './types.ts';

type Features = PortalConfiguration['features'];

const REASONS = [
  'customer_service',
  'low_quality',
  'missing_features',
  'other',
  'switched_service',
  'too_complex',
  'too_expensive',
  'unused',
];
const PRORATIONS = ['always_invoice', 'create_prorations', 'none'] as const;

const NOTHING: Features = {
  customer_update: { allowed_updates: [], enabled: false },
  invoice_history: { enabled: false },
  payment_method_update: { enabled: false },
  subscription_cancel: {
    cancellation_reason: { enabled: false, options: REASONS },
    enabled: false,
    mode: 'at_period_end',
    proration_behavior: 'none',
  },
  subscription_pause: { enabled: false },
  subscription_update: { default_allowed_updates: [], enabled: false, products: null, proration_behavior: 'none' },
};

const productsOf = (
  world: World,
  params: Params | undefined,
): Features['subscription_update']['products'] | undefined =>
  params?.hashes('products')?.map((entry) => {
    const product = world.named('product', entry.required('product'), entry.name('product'));
    const prices = (entry.texts('prices') ?? []).map((id) => world.named('price', id, entry.name('prices')).id);
    return { prices, product: product.id };
  });

const featuresOf = (world: World, sent: Params | undefined, old: Features): Features => {
  const part = (key: keyof Features): Params | undefined => sent?.hash(key);
  const [customer, cancel, update] = [
    part('customer_update'),
    part('subscription_cancel'),
    part('subscription_update'),
  ];
  const reason = cancel?.hash('cancellation_reason');
  const enabled = (key: keyof Features): boolean => part(key)?.flag('enabled') ?? old[key].enabled;
  if (update?.flag('enabled') === true && old.subscription_update.products === null && !update.has('products'))
    throw missingParam('features[subscription_update][products]');
  return {
    customer_update: {
      allowed_updates: customer?.texts('allowed_updates') ?? old.customer_update.allowed_updates,
      enabled: enabled('customer_update'),
    },
    invoice_history: { enabled: enabled('invoice_history') },
    payment_method_update: { enabled: enabled('payment_method_update') },
    subscription_cancel: {
      cancellation_reason: {
        enabled: reason?.flag('enabled') ?? old.subscription_cancel.cancellation_reason.enabled,
        options: reason?.texts('options') ?? old.subscription_cancel.cancellation_reason.options,
      },
      enabled: enabled('subscription_cancel'),
      mode: cancel?.oneOf('mode', ['at_period_end', 'immediately']) ?? old.subscription_cancel.mode,
      proration_behavior: cancel?.oneOf('proration_behavior', PRORATIONS) ?? old.subscription_cancel.proration_behavior,
    },
    subscription_pause: { enabled: enabled('subscription_pause') },
    subscription_update: {
      default_allowed_updates:
        update?.texts('default_allowed_updates') ?? old.subscription_update.default_allowed_updates,
      enabled: enabled('subscription_update'),
      products: productsOf(world, update) ?? old.subscription_update.products,
      proration_behavior: update?.oneOf('proration_behavior', PRORATIONS) ?? old.subscription_update.proration_behavior,
    },
  };
};

const profileOf = (sent: Params | undefined, old: PortalConfiguration['business_profile']): typeof old => {
  const text = (key: keyof typeof old): string | null => {
    const value = sent?.text(key);
    return value === undefined ? old[key] : value;
  };
  return {
    headline: text('headline'),
    privacy_policy_url: text('privacy_policy_url'),
    terms_of_service_url: text('terms_of_service_url'),
  };
};

export const createConfiguration = (world: World, params: Params): PortalConfiguration => {
  if (!params.has('business_profile')) throw missingParam('business_profile');
  const features = params.hash('features');
  if (!features) throw missingParam('features');
  const now = world.now();
  return world.insert(
    'billing_portal.configuration',
    {
      id: world.newId('bpc'),
      object: 'billing_portal.configuration',
      active: true,
      application: null,
      business_profile: profileOf(params.hash('business_profile'), {
        headline: null,
        privacy_policy_url: null,
        terms_of_service_url: null,
      }),
      created: now,
      default_return_url: params.text('default_return_url') ?? null,
      features: featuresOf(world, features, NOTHING),
      // The first one is what a session uses that names none.
      is_default: world.store.all('billing_portal.configuration').length === 0,
      livemode: false,
      login_page: { enabled: params.hash('login_page')?.flag('enabled') ?? false, url: null },
      metadata: params.metadata(),
      updated: now,
    },
    'billing_portal.configuration.created',
  );
};

export const updateConfiguration = (world: World, id: string, params: Params): PortalConfiguration => {
  const old = world.find('billing_portal.configuration', id, 'configuration');
  const active = params.flag('active') ?? old.active;
  if (!active && old.is_default) throw invalid('The default configuration cannot be deactivated.', 'active');
  const returnUrl = params.text('default_return_url');
  return world.update(
    'billing_portal.configuration',
    id,
    {
      active,
      business_profile: profileOf(params.hash('business_profile'), old.business_profile),
      default_return_url: returnUrl === undefined ? old.default_return_url : returnUrl,
      features: featuresOf(world, params.hash('features'), old.features),
      login_page: { ...old.login_page, enabled: params.hash('login_page')?.flag('enabled') ?? old.login_page.enabled },
      metadata: params.metadata(old.metadata),
      updated: world.now(),
    },
    'billing_portal.configuration.updated',
  );
};
