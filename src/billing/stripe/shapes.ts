import { z } from 'zod';

/** What we read of Stripe's objects, as version 2023-08-16 writes them: checked here and trusted from here on. */

const at = z
  .number()
  .int()
  .transform((seconds) => new Date(seconds * 1_000));
const maybeAt = at.nullish().transform((date) => date ?? null);
const cents = z.number().int();
/** An id, or the object where it was expanded. */
const idOf = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)]);
const maybeIdOf = idOf.nullish().transform((id) => id ?? null);

export const price = z.object({
  id: z.string(),
  active: z.boolean(),
  currency: z.string(),
  unit_amount: cents.nullable(),
  lookup_key: z.string().nullish(),
  metadata: z.record(z.string(), z.string()),
  recurring: z.object({ interval: z.string(), interval_count: z.number().int() }).nullable(),
  product: idOf,
});
export type StripePrice = z.infer<typeof price>;

const card = z.object({
  brand: z.string(),
  last4: z.string(),
  fingerprint: z.string().nullish(),
});

/** Only what was expanded tells the card. */
const paymentMethod = z
  .union([z.string(), z.object({ id: z.string(), card: card.nullish() })])
  .nullish()
  .transform((value) => (value && typeof value === 'object' ? (value.card ?? null) : null));

const coupon = z.object({
  id: z.string(),
  percent_off: z.number().nullish(),
  amount_off: cents.nullish(),
  duration: z.enum(['forever', 'once', 'repeating']),
});

const item = z.object({ id: z.string(), quantity: z.number().int().nullish(), price });

export const schedule = z.object({
  id: z.string(),
  status: z.enum(['active', 'canceled', 'completed', 'not_started', 'released']),
  phases: z.array(
    z.object({
      start_date: at,
      end_date: at,
      items: z.array(z.object({ price: idOf, quantity: z.number().nullish() })),
    }),
  ),
});
export type StripeSchedule = z.infer<typeof schedule>;

const STATUSES = [
  'incomplete',
  'incomplete_expired',
  'trialing',
  'active',
  'past_due',
  'canceled',
  'unpaid',
  'paused',
] as const;

export const subscription = z.object({
  id: z.string(),
  customer: idOf,
  status: z.enum(STATUSES),
  created: at,
  current_period_start: at,
  current_period_end: at,
  cancel_at_period_end: z.boolean(),
  cancel_at: maybeAt,
  canceled_at: maybeAt,
  cancellation_details: z.object({ reason: z.string().nullish() }).nullish(),
  ended_at: maybeAt,
  trial_end: maybeAt,
  items: z.object({ data: z.array(item) }),
  discount: z
    .object({ coupon, end: maybeAt })
    .nullish()
    .transform((value) => value ?? null),
  default_payment_method: paymentMethod,
  schedule: z
    .union([z.string().transform(() => null), schedule])
    .nullish()
    .transform((value) => value ?? null),
  pending_update: z
    .object({ expires_at: at, subscription_items: z.array(item).nullish() })
    .nullish()
    .transform((value) => value ?? null),
  latest_invoice: maybeIdOf,
  metadata: z.record(z.string(), z.string()),
});
export type StripeSubscription = z.infer<typeof subscription>;

const intent = z
  .union([z.string(), z.object({ id: z.string(), status: z.string() })])
  .nullish()
  .transform((value) => (value && typeof value === 'object' ? value : null));

export const charge = z.object({
  id: z.string(),
  amount: cents,
  amount_refunded: cents,
  refunded: z.boolean(),
  disputed: z.boolean(),
  paid: z.boolean(),
  customer: maybeIdOf,
  invoice: maybeIdOf,
});
export type StripeCharge = z.infer<typeof charge>;

const expandedCharge = z
  .union([z.string().transform(() => null), charge])
  .nullish()
  .transform((value) => value ?? null);

export const invoice = z.object({
  id: z.string(),
  number: z.string().nullish(),
  subscription: maybeIdOf,
  status: z.enum(['draft', 'open', 'paid', 'uncollectible', 'void']),
  billing_reason: z.string().nullish(),
  currency: z.string(),
  subtotal: cents,
  total_discount_amounts: z.array(z.object({ amount: cents })).nullish(),
  tax: cents.nullish(),
  total: cents,
  amount_due: cents,
  amount_paid: cents,
  amount_remaining: cents,
  attempt_count: z.number().int(),
  next_payment_attempt: maybeAt,
  payment_intent: intent,
  period_start: at,
  period_end: at,
  created: at,
  status_transitions: z.object({ finalized_at: maybeAt, paid_at: maybeAt }),
  hosted_invoice_url: z.string().nullish(),
  charge: expandedCharge,
});
export type StripeInvoice = z.infer<typeof invoice>;

export const dispute = z.object({
  id: z.string(),
  charge: idOf,
  status: z.string(),
  amount: cents,
  created: at,
});
export type StripeDispute = z.infer<typeof dispute>;

export const customer = z.union([
  z.object({ id: z.string(), deleted: z.literal(true) }),
  z.object({
    id: z.string(),
    deleted: z.literal(false).optional(),
    email: z.string().nullish(),
    metadata: z.record(z.string(), z.string()),
    invoice_settings: z.object({ default_payment_method: paymentMethod }).nullish(),
  }),
]);
export type StripeCustomer = z.infer<typeof customer>;

export const checkoutSession = z.object({
  id: z.string(),
  customer: maybeIdOf,
  status: z.enum(['open', 'complete', 'expired']).nullable(),
  url: z.string().nullish(),
  subscription: maybeIdOf,
  expires_at: at,
});
export type StripeCheckoutSession = z.infer<typeof checkoutSession>;

export const refund = z.object({ id: z.string(), amount: cents, status: z.string().nullish() });

export const event = z.object({
  id: z.string(),
  type: z.string(),
  created: at,
  data: z.object({ object: z.record(z.string(), z.unknown()) }),
});
export type StripeEvent = z.infer<typeof event>;
