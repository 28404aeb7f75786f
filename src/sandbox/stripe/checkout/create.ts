import { DAY_SECONDS } from '../clock/months.ts';
import { coupon as couponOf } from '../coupons/discount.ts';
import type { Params } from '../http/params.ts';
import { invalid, missingParam } from '../http/refusal.ts';
import { HOSTED } from '../store/wire.ts';
import { recurringPrice } from '../subscriptions/items.ts';
import type { World } from '../world.ts';
import { BLANK_SESSION } from './blank.ts';
import { withQuote } from './quote.ts';
import type { CheckoutLine, CheckoutSession } from './types.ts';

const LIFE_SECONDS = DAY_SECONDS;
const LIFE_LEAST_SECONDS = 30 * 60;
/** A trial that ends at an instant must last this long at checkout. */
const TRIAL_LEAST_SECONDS = 48 * 3_600;

const linesOf = (world: World, params: Params): readonly CheckoutLine[] => {
  const sent = params.hashes('line_items');
  if (!sent || sent.length === 0) throw missingParam('line_items');
  return sent.map((line) => {
    if (line.has('price_data')) throw invalid('The sandbox takes prices by id only.', line.name('price_data'));
    const id = line.text('price');
    if (!id) throw missingParam(line.name('price'));
    const quantity = line.integer('quantity');
    if (quantity === undefined) throw missingParam(line.name('quantity'));
    if (quantity < 1) throw invalid('Quantity must be at least 1.', line.name('quantity'), 'parameter_invalid_integer');
    return { price: recurringPrice(world, id, line.name('price')).id, quantity };
  });
};

const urlOf = (params: Params, key: string): string | null => {
  const url = params.text(key);
  if (!url) return null;
  if (!/^https?:\/\//.test(url)) throw invalid('Not a valid URL', key, 'url_invalid');
  return url;
};

const expiryOf = (world: World, params: Params): number => {
  const now = world.now();
  const at = params.integer('expires_at');
  if (at === undefined) return now + LIFE_SECONDS;
  if (at < now + LIFE_LEAST_SECONDS || at > now + LIFE_SECONDS)
    throw invalid(
      'The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.',
      'expires_at',
    );
  return at;
};

const trialOf = (world: World, data: Params | undefined): { end: number | null; days: number | null } => {
  const [end, days] = [data?.integer('trial_end') ?? null, data?.integer('trial_period_days') ?? null];
  if (end !== null && days !== null)
    throw invalid(
      'You may only specify one of these parameters: trial_end, trial_period_days.',
      'subscription_data[trial_end]',
    );
  if (days !== null && (days < 1 || days > 730))
    throw invalid(
      'The minimum number of trial period days is 1, the maximum 730.',
      'subscription_data[trial_period_days]',
      'parameter_invalid_integer',
    );
  if (end !== null && end < world.now() + TRIAL_LEAST_SECONDS)
    throw invalid('The `trial_end` date has to be at least 2 days in the future.', 'subscription_data[trial_end]');
  return { end, days };
};

const discountOf = (
  world: World,
  params: Params,
  customer: string | null,
): Pick<CheckoutSession['internal'], 'coupon' | 'promotionCode'> => {
  const [first, ...more] = params.hashes('discounts') ?? [];
  if (!first) return { coupon: null, promotionCode: null };
  if (more.length > 0) throw invalid('You may only specify up to 1 discount.', 'discounts');
  if (params.flag('allow_promotion_codes') === true)
    throw invalid(
      'You may only specify one of these parameters: allow_promotion_codes, discounts.',
      'allow_promotion_codes',
    );
  const chosen = couponOf(
    world,
    { coupon: first.text('coupon'), promotionCode: first.text('promotion_code') },
    customer,
  );
  return { coupon: chosen.coupon.id, promotionCode: chosen.promotionCode?.id ?? null };
};

const consentOf = (params: Params): CheckoutSession['consent_collection'] => {
  const sent = params.hash('consent_collection');
  if (!sent) return null;
  return {
    promotions: sent.oneOf('promotions', ['auto', 'none']) ?? null,
    terms_of_service: sent.oneOf('terms_of_service', ['none', 'required']) ?? null,
  };
};

/** What is said beside the button. */
const submitTextOf = (params: Params): { readonly message: string } | null => {
  const message = params.hash('custom_text')?.hash('submit')?.text('message');
  return message ? { message } : null;
};

/** `POST /v1/checkout/sessions` in mode subscription, the one mode a subscription business uses. */
export const createSession = (world: World, params: Params): CheckoutSession => {
  const mode = params.oneOf('mode', ['payment', 'setup', 'subscription']);
  if (mode !== 'subscription') throw invalid('The sandbox has checkout sessions of mode subscription only.', 'mode');
  const successUrl = urlOf(params, 'success_url');
  if (successUrl === null) throw missingParam('success_url');
  const customer = params.text('customer') ?? null;
  if (customer !== null) world.named('customer', customer, 'customer');
  const email = params.text('customer_email') ?? null;
  if (customer !== null && email !== null)
    throw invalid('You may only specify one of these parameters: customer, customer_email.', 'customer');
  const data = params.hash('subscription_data');
  const trial = trialOf(world, data);
  const id = world.newId('cs_test');
  const update = params.hash('customer_update');
  const session: CheckoutSession = {
    ...BLANK_SESSION,
    id,
    object: 'checkout.session',
    allow_promotion_codes: params.flag('allow_promotion_codes') ?? null,
    automatic_tax: { enabled: params.hash('automatic_tax')?.flag('enabled') ?? false, status: null },
    billing_address_collection: params.oneOf('billing_address_collection', ['auto', 'required']) ?? null,
    cancel_url: urlOf(params, 'cancel_url'),
    client_reference_id: params.text('client_reference_id') ?? null,
    created: world.now(),
    consent_collection: consentOf(params),
    custom_text: { shipping_address: null, submit: submitTextOf(params) },
    tax_id_collection: { enabled: params.hash('tax_id_collection')?.flag('enabled') ?? false },
    customer,
    customer_creation: customer === null ? 'always' : null,
    customer_email: email,
    expires_at: expiryOf(world, params),
    locale: params.text('locale') ?? null,
    metadata: params.metadata(),
    mode,
    payment_method_collection: params.oneOf('payment_method_collection', ['always', 'if_required']) ?? 'always',
    payment_method_types: params.texts('payment_method_types') ?? ['card'],
    phone_number_collection: { enabled: params.hash('phone_number_collection')?.flag('enabled') ?? false },
    success_url: successUrl,
    url: `${HOSTED}/c/pay/${id}`,
    internal: {
      lines: linesOf(world, params),
      ...discountOf(world, params, customer),
      trialEnd: trial.end,
      trialDays: trial.days,
      subscriptionMetadata: data?.metadata() ?? {},
      subscriptionDescription: data?.text('description') ?? null,
      defaultTaxRates: data?.texts('default_tax_rates') ?? [],
      missingPaymentMethod:
        data
          ?.hash('trial_settings')
          ?.hash('end_behavior')
          ?.oneOf('missing_payment_method', ['cancel', 'create_invoice', 'pause']) ?? 'create_invoice',
      saveAddress: update?.text('address') === 'auto',
      saveName: update?.text('name') === 'auto',
      intent: null,
      entered: null,
    },
  };
  world.store.put('checkout.session', session);
  return withQuote(world, id);
};
