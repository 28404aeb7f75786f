import { coupon as couponOf, startDiscount } from '../coupons/discount.ts';
import type { Params } from '../http/params.ts';
import { invalid } from '../http/refusal.ts';
import { attachMethod } from '../payments/attach.ts';
import type { Address } from '../types.ts';
import type { World } from '../world.ts';
import { addTaxId } from './tax-ids.ts';
import type { Customer, CustomerBalanceTransaction } from './types.ts';

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const EMPTY_ADDRESS: Address = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };

const emailOf = (params: Params): string | null | undefined => {
  const email = params.text('email');
  if (email && !EMAIL.test(email)) throw invalid(`Invalid email address: ${email}`, 'email', 'email_invalid');
  return email;
};

const shippingOf = (params: Params, old: Customer['shipping']): Customer['shipping'] => {
  if (params.form['shipping'] === '') return null;
  const sent = params.hash('shipping');
  if (!sent) return old;
  return {
    address: sent.address('address', old?.address ?? null) ?? EMPTY_ADDRESS,
    name: sent.required('name'),
    phone: sent.text('phone') ?? null,
  };
};

/** Moves the customer's balance and keeps the entry of it. Negative cents are credit. */
export const moveBalance = (
  world: World,
  customerId: string,
  amountCents: number,
  type: CustomerBalanceTransaction['type'],
  invoice: string | null,
  description: string | null = null,
  currency = 'usd',
): CustomerBalanceTransaction => {
  const balance = world.named('customer', customerId, 'customer').balance + amountCents;
  world.update('customer', customerId, { balance, currency }, 'customer.updated');
  return world.insert('customer_balance_transaction', {
    id: world.newId('cbtxn'),
    object: 'customer_balance_transaction',
    amount: amountCents,
    created: world.now(),
    credit_note: null,
    currency,
    customer: customerId,
    description,
    ending_balance: balance,
    invoice,
    livemode: false,
    metadata: {},
    type,
  });
};

const applySettings = (world: World, id: string, params: Params): void => {
  const settings = params.hash('invoice_settings');
  if (!settings) return;
  const customer = world.named('customer', id, 'customer');
  const method = settings.text('default_payment_method');
  if (method) {
    const found = world.named('payment_method', method, settings.name('default_payment_method'));
    if (found.customer !== id)
      throw invalid(
        `The customer does not have a payment method with the ID ${method}. The payment method must be attached to the customer.`,
        settings.name('default_payment_method'),
        'resource_missing',
      );
  }
  const footer = settings.text('footer');
  world.store.put('customer', {
    ...customer,
    invoice_settings: {
      ...customer.invoice_settings,
      default_payment_method: method === undefined ? customer.invoice_settings.default_payment_method : method,
      footer: footer === undefined ? customer.invoice_settings.footer : footer,
    },
  });
};

const applyDiscount = (world: World, id: string, params: Params): void => {
  const [code, promotion] = [params.text('coupon'), params.text('promotion_code')];
  if (code === null || promotion === null) {
    world.store.put('customer', { ...world.named('customer', id, 'customer'), discount: null });
    return;
  }
  if (!code && !promotion) return;
  const chosen = couponOf(world, { coupon: code, promotionCode: promotion }, id);
  const discount = startDiscount(world, chosen, { customer: id, subscription: null, checkoutSession: null });
  world.store.put('customer', { ...world.named('customer', id, 'customer'), discount });
};

/** The customer's own fields out of a create or update, over what they were. */
const fieldsOf = (params: Params, old: Customer): Customer => {
  const text = (key: 'description' | 'name' | 'phone'): string | null => {
    const value = params.text(key);
    return value === undefined ? old[key] : value;
  };
  const email = emailOf(params);
  return {
    ...old,
    address: params.address('address', old.address),
    description: text('description'),
    email: email === undefined ? old.email : email,
    metadata: params.metadata(old.metadata),
    name: text('name'),
    phone: text('phone'),
    preferred_locales: params.texts('preferred_locales') ?? old.preferred_locales,
    shipping: shippingOf(params, old.shipping),
    tax_exempt: params.oneOf('tax_exempt', ['exempt', 'none', 'reverse']) ?? old.tax_exempt,
  };
};

export const createCustomer = (world: World, params: Params): Customer => {
  const id = world.newId('cus');
  const blank: Customer = {
    id,
    object: 'customer',
    address: null,
    balance: 0,
    created: world.now(),
    currency: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: params.text('invoice_prefix') ?? world.newId('prefix'),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: {},
    name: null,
    next_invoice_sequence: params.integer('next_invoice_sequence') ?? 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  };
  world.store.put('customer', fieldsOf(params, blank));
  const method = params.text('payment_method');
  if (method) attachMethod(world, method, id);
  applySettings(world, id, params);
  applyDiscount(world, id, params);
  world.emit('customer.created', world.named('customer', id, 'customer'));
  for (const entry of params.hashes('tax_id_data') ?? [])
    addTaxId(world, id, entry.required('type'), entry.required('value'));
  const balance = params.integer('balance') ?? 0;
  if (balance !== 0) moveBalance(world, id, balance, 'adjustment', null);
  return world.named('customer', id, 'customer');
};

export const updateCustomer = (world: World, id: string, params: Params): Customer => {
  const before = world.find('customer', id, 'customer');
  world.store.put('customer', fieldsOf(params, before));
  applySettings(world, id, params);
  applyDiscount(world, id, params);
  const changed = world.named('customer', id, 'customer');
  // One event about all of it: back to the old row, and once to the new.
  world.store.put('customer', before);
  world.update('customer', id, changed, 'customer.updated');
  const balance = params.integer('balance');
  if (balance !== undefined && balance !== before.balance)
    moveBalance(world, id, balance - before.balance, 'adjustment', null);
  return world.named('customer', id, 'customer');
};
