import type { Params } from '../http/params.ts';
import { invalid, noSuch, Refusal } from '../http/refusal.ts';
import type { CardEntry } from '../seam.ts';
import type { Address } from '../types.ts';
import type { World } from '../world.ts';
import { cardById, cardByNumber, fingerprintOf, isLuhn, REAL_CARD, type TestCard } from './cards.ts';
import type { BillingDetails, PaymentMethod } from './types.ts';

const EMPTY: Address = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };
const NO_DETAILS: BillingDetails = { address: EMPTY, email: null, name: null, phone: null };

interface Expiry {
  readonly month: number;
  /** Four digits. */
  readonly year: number;
}

const makeMethod = (world: World, card: TestCard, expiry: Expiry, details: BillingDetails): PaymentMethod =>
  world.insert('payment_method', {
    id: world.newId('pm'),
    object: 'payment_method',
    billing_details: details,
    card: {
      brand: card.brand,
      checks: {
        address_line1_check: null,
        address_postal_code_check: details.address.postal_code === null ? null : 'pass',
        cvc_check: card.decline?.code === 'incorrect_cvc' ? 'fail' : null,
      },
      country: 'US',
      exp_month: expiry.month,
      exp_year: expiry.year,
      fingerprint: fingerprintOf(card.number),
      funding: card.funding,
      generated_from: null,
      last4: card.number.slice(-4),
      networks: { available: [card.brand], preferred: null },
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: world.now(),
    customer: null,
    livemode: false,
    metadata: {},
    type: 'card',
    internal: { setUp: false },
  });

const yearOf = (world: World): number => new Date(world.now() * 1_000).getUTCFullYear();

/** A fresh payment method of one of Stripe's test ids (`pm_card_visa`). */
export const methodOfTestId = (world: World, id: string): PaymentMethod | undefined => {
  const card = cardById(id);
  return card && makeMethod(world, card, { month: 8, year: yearOf(world) + 1 }, NO_DETAILS);
};

const cardError = (code: string, message: string, param: string): Refusal =>
  new Refusal(402, { type: 'card_error', code, message, param });

/** What a person typed into a card form, checked as Stripe checks it before any bank is asked. */
export const methodOfEntry = (world: World, entry: CardEntry, email: string | null): PaymentMethod => {
  const number = entry.number.replaceAll(/[\s-]/g, '');
  if (!/^\d{12,19}$/.test(number) || !isLuhn(number))
    throw cardError('incorrect_number', 'Your card number is incorrect.', 'number');
  const now = new Date(world.now() * 1_000);
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth() + 1];
  if (!Number.isInteger(entry.expMonth) || entry.expMonth < 1 || entry.expMonth > 12)
    throw cardError('invalid_expiry_month', "Your card's expiration month is invalid.", 'exp_month');
  if (!Number.isInteger(entry.expYear) || entry.expYear < year || entry.expYear > year + 50)
    throw cardError('invalid_expiry_year', "Your card's expiration year is invalid.", 'exp_year');
  if (entry.expYear === year && entry.expMonth < month)
    throw cardError('invalid_expiry_month', "Your card's expiration month is invalid.", 'exp_month');
  const card = cardByNumber(number);
  const digits = card?.brand === 'amex' ? /^\d{3,4}$/ : /^\d{3}$/;
  if (!digits.test(entry.cvc)) throw cardError('invalid_cvc', "Your card's security code is invalid.", 'cvc');
  if (!card)
    throw new Refusal(402, {
      type: 'card_error',
      code: REAL_CARD.code,
      message: REAL_CARD.message,
      ...(REAL_CARD.declineCode === null ? {} : { decline_code: REAL_CARD.declineCode }),
    });
  return makeMethod(
    world,
    card,
    { month: entry.expMonth, year: entry.expYear },
    {
      address: entry.address ?? { ...EMPTY, postal_code: entry.postalCode, country: entry.country },
      email,
      name: entry.name,
      phone: null,
    },
  );
};

const detailsOf = (params: Params): BillingDetails => {
  const sent = params.hash('billing_details');
  if (!sent) return NO_DETAILS;
  return {
    address: sent.address('address') ?? EMPTY,
    email: sent.text('email') ?? null,
    name: sent.text('name') ?? null,
    phone: sent.text('phone') ?? null,
  };
};

/** `POST /v1/payment_methods` with a card's number, which Stripe allows of test cards, or a test token (`tok_visa`). */
export const createMethod = (world: World, params: Params): PaymentMethod => {
  if (params.text('type') !== 'card') throw invalid('The sandbox has payment methods of type card only.', 'type');
  const sent = params.hash('card');
  const details = detailsOf(params);
  const token = sent?.text('token');
  if (token) {
    const card = cardById(token.replace(/^tok_/, 'pm_card_'));
    if (!card) throw noSuch('token', token, 'card[token]');
    return makeMethod(world, card, { month: 8, year: yearOf(world) + 1 }, details);
  }
  const entered = sent ?? params;
  const method = methodOfEntry(
    world,
    {
      number: entered.required('number'),
      expMonth: entered.integer('exp_month') ?? Number.NaN,
      expYear: entered.integer('exp_year') ?? Number.NaN,
      cvc: entered.text('cvc') ?? '123',
      name: null,
      postalCode: null,
      country: null,
    },
    null,
  );
  return world.update('payment_method', method.id, { billing_details: details, metadata: params.metadata() });
};
