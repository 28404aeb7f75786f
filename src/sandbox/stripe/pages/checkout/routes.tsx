import { type Context, Hono } from 'hono';
import type { CheckoutSession } from '../../checkout/types.ts';
import { cardTextOf, readCard } from '../card-entry.ts';
import {
  failureOf,
  forbiddenPage,
  formOf,
  goOn,
  type Hosted,
  MERCHANT,
  notFoundPage,
  page,
  startingCard,
} from '../hosted.tsx';
import { Message } from '../layout.tsx';
import { PATHS } from '../paths.ts';
import { CheckoutPage, type CheckoutView } from './checkout-page.tsx';

type Changes = Partial<CheckoutView>;
type Form = ReadonlyMap<string, string>;

const emailOf = ({ world }: Hosted, session: CheckoutSession): string | null =>
  session.customer_details?.email ??
  session.customer_email ??
  (session.customer === null ? null : (world.get('customer', session.customer)?.email ?? null));

/** Addresses are asked for where the merchant wants them, or tax cannot be told without. */
const needsAddress = ({ world }: Hosted, session: CheckoutSession): boolean =>
  session.billing_address_collection === 'required' ||
  (session.automatic_tax.enabled && !(session.customer && world.get('customer', session.customer)?.address?.country));

const closedPage = (c: Context, { status, id, success_url, cancel_url }: CheckoutSession): Response =>
  status === 'complete'
    ? page(
        c,
        <Message
          title="You’re all done here"
          text="This checkout is complete, and nothing more will be charged by it."
          href={success_url.replaceAll('{CHECKOUT_SESSION_ID}', id)}
          link={`Return to ${MERCHANT}`}
        />,
      )
    : page(
        c,
        <Message
          title="This checkout has expired"
          text="Nothing was charged. Start again from the merchant’s site."
          {...(cancel_url ? { href: cancel_url, link: `Return to ${MERCHANT}` } : {})}
        />,
        410,
      );

const show = (c: Context, hosted: Hosted, session: CheckoutSession, changes: Changes, status: 200 | 402): Response => {
  const quote = hosted.world.quoteCheckout(session.id);
  if (!quote.ok) return page(c, <Message title="This checkout cannot go on" text={quote.error.message} />, 400);
  const view: CheckoutView = {
    session,
    quote: quote.value,
    nowSeconds: hosted.world.nowSeconds(),
    token: hosted.tokens.of(session.id),
    email: emailOf(hosted, session),
    typedEmail: '',
    card: startingCard(c, hosted),
    problems: {},
    emailProblem: null,
    problem: failureOf(c, hosted),
    codeProblem: null,
    needsAddress: needsAddress(hosted, session),
    ...changes,
  };
  return page(c, <CheckoutPage {...view} />, status);
};

const applyCode = (c: Context, hosted: Hosted, session: CheckoutSession, code: string): Response => {
  const applied = hosted.world.applyPromotionCode(session.id, code);
  if (applied.ok) return c.redirect(PATHS.checkout(session.id), 303);
  return show(c, hosted, session, { codeProblem: applied.error.message }, 402);
};

const pay = (c: Context, hosted: Hosted, session: CheckoutSession, form: Form): Response => {
  const known = emailOf(hosted, session);
  const typedEmail = (form.get('email') ?? '').trim();
  const isEmail = known !== null || /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(typedEmail);
  const text = cardTextOf(form);
  const read = readCard(text, hosted.world.nowSeconds(), needsAddress(hosted, session));
  const typed = { card: text, typedEmail, problem: null };
  if (!read.ok || !isEmail)
    return show(
      c,
      hosted,
      session,
      { ...typed, problems: read.ok ? {} : read.problems, emailProblem: isEmail ? null : 'Your email is incomplete.' },
      402,
    );
  const step = hosted.world.completeCheckout(session.id, { card: read.card, email: known ?? typedEmail });
  if (step.ok) return goOn(c, step);
  return show(c, hosted, session, { ...typed, problem: step.error.message }, 402);
};

export const checkoutRoutes = (hosted: Hosted): Hono =>
  new Hono()
    .get('/c/pay/:id', (c) => {
      const session = hosted.world.get('checkout.session', c.req.param('id'));
      if (!session) return notFoundPage(c);
      return session.status === 'open' ? show(c, hosted, session, {}, 200) : closedPage(c, session);
    })
    .post('/c/pay/:id', async (c) => {
      const session = hosted.world.get('checkout.session', c.req.param('id'));
      if (!session) return notFoundPage(c);
      const form = await formOf(c, hosted, session.id);
      if (!form) return forbiddenPage(c);
      if (session.status !== 'open') return closedPage(c, session);
      switch (form.get('action')) {
        case 'code':
          return applyCode(c, hosted, session, (form.get('code') ?? '').trim());
        case 'remove-code':
          return applyCode(c, hosted, session, '');
        default:
          return pay(c, hosted, session, form);
      }
    });
