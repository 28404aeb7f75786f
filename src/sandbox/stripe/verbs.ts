import { completeCheckout, resumeCheckout } from './checkout/complete.ts';
import { expireSession } from './checkout/expire.ts';
import { quoteOf, withQuote } from './checkout/quote.ts';
import { advance, ripen } from './clock/due.ts';
import { coupon as couponOf } from './coupons/discount.ts';
import { invalid, Refusal } from './http/refusal.ts';
import { collectInvoice } from './invoices/collect.ts';
import { attachMethod } from './payments/attach.ts';
import { methodOfEntry } from './payments/create-method.ts';
import { decideDispute, openDispute } from './payments/disputes.ts';
import { type Attempt, failProof } from './payments/intents.ts';
import {
  addCard,
  cancelByPortal,
  chooseCard,
  removeCard,
  resumeAddCard,
  resumeByPortal,
  switchByPortal,
} from './portal/acts.ts';
import { changeDetails, removeTaxId } from './portal/details.ts';
import type { CardEntry, Done, PaymentStep, Refused, StripeWorld } from './seam.ts';
import { onOrigin, render } from './store/wire.ts';
import type { World } from './world.ts';

const stepOf = (attempt: Attempt, intentId: string, url: string): PaymentStep => {
  switch (attempt.kind) {
    case 'succeeded':
      return { ok: true, kind: 'redirect', url };
    case 'action':
      return { ok: true, kind: 'challenge', url: attempt.url, intentId };
    case 'failed':
      throw new Refusal(402, attempt.error, true);
  }
};

const payOpen = (world: World, invoiceId: string, card: CardEntry | string, returnUrl: string): PaymentStep => {
  const invoice = world.find('invoice', invoiceId, 'invoice');
  if (invoice.status !== 'open' || invoice.payment_intent === null)
    throw invalid('This invoice is not open for payment.', 'invoice');
  const id = typeof card === 'string' ? card : methodOfEntry(world, card, invoice.customer_email).id;
  // A card that its bank refuses is not put on file; the charge tells the refusal.
  const method = world.named('payment_method', id, 'payment_method');
  if (typeof card === 'string' && method.customer !== invoice.customer)
    throw invalid('This card is not on file.', 'payment_method');
  const attempt = collectInvoice(world, invoiceId, { automatic: false, method, returnUrl });
  if (attempt.kind === 'succeeded' && method.customer === null) attachMethod(world, method.id, invoice.customer);
  return stepOf(attempt, invoice.payment_intent, returnUrl);
};

const confirmPayment = (world: World, id: string, proved: boolean): PaymentStep => {
  const intent = world.find('payment_intent', id, 'intent');
  if (intent.status !== 'requires_action' || intent.payment_method === null)
    throw invalid('This payment is no longer waiting for an answer.', 'intent');
  if (intent.invoice === null && intent.internal.checkout !== null)
    return resumeCheckout(world, intent.internal.checkout, id, proved);
  if (intent.invoice === null) throw invalid('The sandbox has no page for a payment without an invoice.', 'intent');
  const returnUrl = intent.next_action?.redirect_to_url.return_url ?? '';
  const method = world.need('payment_method', intent.payment_method);
  if (!proved) {
    const failed = failProof(world, id);
    world.emit('invoice.payment_failed', world.need('invoice', intent.invoice));
    return stepOf(failed, id, returnUrl);
  }
  const attempt = collectInvoice(world, intent.invoice, { automatic: false, method, proved: true });
  if (attempt.kind === 'succeeded' && method.customer === null && intent.customer !== null)
    attachMethod(world, method.id, intent.customer);
  return stepOf(attempt, id, returnUrl);
};

const confirmSetup = (world: World, id: string, proved: boolean): PaymentStep => {
  const setup = world.find('setup_intent', id, 'intent');
  if (setup.status !== 'requires_action') throw invalid('This card is no longer waiting for an answer.', 'intent');
  if (setup.internal.checkout !== null) return resumeCheckout(world, setup.internal.checkout, id, proved);
  return resumeAddCard(world, id, proved);
};

const applyCode = (world: World, sessionId: string, code: string): void => {
  const session = world.find('checkout.session', sessionId, 'session');
  if (session.allow_promotion_codes !== true)
    throw invalid('This checkout takes no promotion codes.', 'promotion_code');
  const found = world.store
    .all('promotion_code')
    .find((one) => one.active && one.code.toLowerCase() === code.trim().toLowerCase());
  if (code.trim() !== '' && !found) throw invalid('This code is invalid.', 'promotion_code', 'promotion_code_invalid');
  if (found) couponOf(world, { promotionCode: found.id }, session.customer);
  world.update('checkout.session', sessionId, { internal: { ...session.internal, promotionCode: found?.id ?? null } });
  withQuote(world, sessionId);
};

/** The world as pages, webhooks and tests see it: each verb a transaction of its own, each refusal a value. */
export const verbsOf = (world: World, origin: () => string): StripeWorld => {
  const refusedOr = <Result>(work: () => Result): Result | Refused => {
    ripen(world);
    try {
      return world.store.transaction(work);
    } catch (error) {
      if (error instanceof Refusal) return { ok: false, error: error.body };
      throw error;
    }
  };
  const step = (work: () => PaymentStep): PaymentStep => {
    const result = refusedOr(work);
    return result.ok ? { ...result, url: onOrigin(result.url, origin()) } : result;
  };
  const done = <Value>(work: () => Value): Done<Value> => refusedOr(() => ({ ok: true as const, value: work() }));
  return {
    nowSeconds: () => world.now(),
    advance: (seconds) => advance(world, seconds),
    onEvent: (listener) => world.onEvent(listener),
    get: (table, id) => world.store.get(table, id),
    all: (table) => world.store.all(table),
    render: (object) => onOrigin(render(object), origin()),
    setPendingWebhooks: (eventId, pending) => {
      const event = world.store.get('event', eventId);
      if (event) world.store.transaction(() => world.store.put('event', { ...event, pending_webhooks: pending }));
    },
    rollSecret: (endpointId) =>
      world.store.transaction(() => {
        const secret = world.newId('whsec');
        world.update('webhook_endpoint', endpointId, { internal: { secret } });
        return secret;
      }),
    quoteCheckout: (id) => done(() => quoteOf(world, world.find('checkout.session', id, 'session'))),
    applyPromotionCode: (id, code) => done(() => applyCode(world, id, code)),
    completeCheckout: (id, entry) => step(() => completeCheckout(world, id, entry)),
    expireCheckout: (id) => done(() => void expireSession(world, id)),
    confirmIntent: (id, proved) =>
      step(() => (id.startsWith('seti_') ? confirmSetup(world, id, proved) : confirmPayment(world, id, proved))),
    payInvoice: (id, card, returnUrl) => step(() => payOpen(world, id, card, returnUrl)),
    cardsOf: (customer) => [...world.store.of('payment_method', customer)].reverse(),
    portalAddCard: (id, card, returnUrl) => step(() => addCard(world, id, card, returnUrl)),
    portalDefaultCard: (id, methodId) => done(() => chooseCard(world, id, methodId)),
    portalRemoveCard: (id, methodId) => done(() => removeCard(world, id, methodId)),
    portalChangeDetails: (id, change) => done(() => changeDetails(world, id, change)),
    portalRemoveTaxId: (id, taxId) => done(() => removeTaxId(world, id, taxId)),
    portalCancel: (id, subscription, feedback, comment) =>
      done(() => cancelByPortal(world, id, subscription, feedback, comment)),
    portalResume: (id, subscription) => done(() => resumeByPortal(world, id, subscription)),
    portalSwitch: (id, change, returnUrl) => step(() => switchByPortal(world, id, change, returnUrl)),
    closeDispute: (id, won) =>
      done(() => {
        world.find('dispute', id, 'dispute');
        decideDispute(world, id, won);
      }),
    openDispute: (chargeId) =>
      done(() => {
        const charge = world.find('charge', chargeId, 'charge');
        if (!charge.paid || charge.disputed) throw invalid('This charge cannot be disputed.', 'charge');
        return openDispute(world, chargeId, 'fraudulent').id;
      }),
  };
};
