import { createCustomer } from '../customers/write.ts';
import { Params } from '../http/params.ts';
import { invalid, Refusal } from '../http/refusal.ts';
import { collectInvoice } from '../invoices/collect.ts';
import { finalizeInvoice } from '../invoices/finalize.ts';
import { attachMethod } from '../payments/attach.ts';
import { cardByFingerprint } from '../payments/cards.ts';
import { methodOfEntry } from '../payments/create-method.ts';
import { attemptIntent, createIntent, failProof, markSetUp, needsProof } from '../payments/intents.ts';
import { attemptSetup, createSetup, failSetupProof } from '../payments/setup-intents.ts';
import type { PaymentMethod } from '../payments/types.ts';
import type { CheckoutEntry, PaymentStep } from '../seam.ts';
import { tellTrialEnd } from '../subscriptions/trial.ts';
import type { World } from '../world.ts';
import { draftCheckout, quoteOf } from './quote.ts';
import type { CheckoutSession } from './types.ts';

const openSession = (world: World, id: string): CheckoutSession => {
  const session = world.find('checkout.session', id, 'session');
  if (session.status === 'complete') throw invalid('This checkout session was already completed.', 'session');
  if (session.status === 'expired' || session.expires_at <= world.now())
    throw invalid('This checkout session has expired.', 'session');
  return session;
};

const buyerOf = (world: World, session: CheckoutSession, email: string | null, name: string | null): string => {
  if (session.customer !== null) return session.customer;
  const params = new Params({ ...(email ? { email } : {}), ...(name ? { name } : {}) });
  return createCustomer(world, params).id;
};

/** What the session was told to keep of what the customer entered. Tax needs an address in any case. */
const saveEntered = (world: World, session: CheckoutSession, customer: string, method: PaymentMethod): void => {
  const { address, name } = method.billing_details;
  const before = world.named('customer', customer, 'customer');
  const takesAddress = session.internal.saveAddress || (session.automatic_tax.enabled && before.address === null);
  world.update(
    'customer',
    customer,
    {
      ...(takesAddress && address.country !== null ? { address } : {}),
      ...(session.internal.saveName && name !== null ? { name } : {}),
    },
    'customer.updated',
  );
};

/**
 * Makes the subscription with its first payment, and completes the session. The card is known to go through. That a
 * trial's session ends as `no_payment_required` is our reading of the specification.
 */
const finish = (
  world: World,
  session: CheckoutSession,
  customer: string,
  method: PaymentMethod,
  email: string | null,
  proof: { readonly intent: string | null; readonly proved: boolean },
): PaymentStep => {
  attachMethod(world, method.id, customer);
  const { subscription, invoice } = draftCheckout(world, session, customer, method.id);
  const final = finalizeInvoice(world, invoice.id, proof.intent);
  if (final.status === 'open') {
    const attempt = collectInvoice(world, invoice.id, { automatic: false, method, proved: proof.proved });
    if (attempt.kind !== 'succeeded') throw new Error('a card that should have gone through at checkout');
  } else markSetUp(world, method.id);
  tellTrialEnd(world, subscription.id);
  const { address, name } = method.billing_details;
  const owner = world.named('customer', customer, 'customer');
  const done = world.update('checkout.session', session.id, {
    amount_subtotal: final.subtotal,
    amount_total: final.total,
    automatic_tax: final.automatic_tax,
    customer,
    customer_details: {
      address: address.country === null && address.postal_code === null ? null : address,
      email: owner.email ?? email,
      name: name ?? owner.name,
      phone: owner.phone,
      tax_exempt: owner.tax_exempt,
      tax_ids: [],
    },
    invoice: invoice.id,
    payment_status: final.amount_due > 0 ? 'paid' : 'no_payment_required',
    status: 'complete',
    subscription: subscription.id,
    total_details: {
      amount_discount: final.total_discount_amounts.reduce((sum, { amount }) => sum + amount, 0),
      amount_shipping: 0,
      amount_tax: final.tax ?? 0,
    },
    url: null,
    internal: { ...session.internal, intent: null, entered: null },
  });
  world.emit('checkout.session.completed', done);
  return { ok: true, kind: 'redirect', url: session.success_url.replaceAll('{CHECKOUT_SESSION_ID}', session.id) };
};

/**
 * The customer pays. A bank that asks for his proof comes first; a declined card leaves the session open, with the failed
 * charge on record and no subscription.
 */
export const completeCheckout = (world: World, id: string, entry: CheckoutEntry): PaymentStep => {
  const session = openSession(world, id);
  const email = session.customer_email ?? entry.email;
  const method = methodOfEntry(world, entry.card, email);
  const customer = buyerOf(world, session, email, entry.card.name);
  if (session.customer === null) world.update('checkout.session', id, { customer });
  saveEntered(world, session, customer, method);
  const current = world.need('checkout.session', id);
  const due = quoteOf(world, current).dueCents;
  const { decline, attaches } = cardByFingerprint(method.card.fingerprint);
  const fails = due > 0 ? decline !== null : decline !== null && !attaches;
  if (!fails && !needsProof(method))
    return finish(world, current, customer, method, email, { intent: null, proved: false });

  const setUp = { customer, checkout: id };
  const intent =
    due > 0
      ? createIntent(world, {
          ...setUp,
          amount: due,
          currency: current.currency ?? 'usd',
          description: 'Subscription creation',
          invoice: null,
          setupFutureUsage: 'off_session',
        }).id
      : createSetup(world, setUp).id;
  const how = { proved: false, returnUrl: current.success_url };
  const attempt = due > 0 ? attemptIntent(world, intent, method, how) : attemptSetup(world, intent, method, how);
  if (attempt.kind === 'failed') throw new Refusal(402, attempt.error, true);
  if (attempt.kind === 'succeeded') throw new Error('a card that should have been refused at checkout');
  world.update('checkout.session', id, {
    internal: { ...current.internal, intent, entered: { paymentMethod: method.id, email, name: entry.card.name } },
  });
  return { ok: true, kind: 'challenge', url: attempt.url, intentId: intent };
};

/** The cardholder is back from his bank. */
export const resumeCheckout = (world: World, id: string, intentId: string, proved: boolean): PaymentStep => {
  const session = openSession(world, id);
  const { intent, entered } = session.internal;
  if (intent !== intentId || !entered) throw invalid('This payment is no longer waiting for an answer.', 'intent');
  const method = world.need('payment_method', entered.paymentMethod);
  const isSetup = intentId.startsWith('seti_');
  const forget = (): void => {
    world.update('checkout.session', id, { internal: { ...session.internal, intent: null, entered: null } });
  };
  if (!proved) {
    const attempt = isSetup ? failSetupProof(world, intentId) : failProof(world, intentId);
    forget();
    throw attempt.kind === 'failed' ? new Refusal(402, attempt.error, true) : new Error('a failure that did not fail');
  }
  const { decline, attaches } = cardByFingerprint(method.card.fingerprint);
  const fails = isSetup ? decline !== null && !attaches : decline !== null;
  if (isSetup || fails) {
    const how = { proved: true, returnUrl: null };
    const attempt = isSetup ? attemptSetup(world, intentId, method, how) : attemptIntent(world, intentId, method, how);
    if (attempt.kind === 'failed') {
      forget();
      throw new Refusal(402, attempt.error, true);
    }
  }
  return finish(world, session, session.customer ?? '', world.need('payment_method', method.id), entered.email, {
    intent: isSetup ? null : intentId,
    proved: true,
  });
};
