import { type Context, Hono } from 'hono';
import type { PortalConfiguration } from '../../portal/types.ts';
import type { Done, PaymentStep } from '../../seam.ts';
import type { Subscription } from '../../subscriptions/types.ts';
import { cardTextOf, EMPTY_CARD, readCard } from '../card-entry.ts';
import {
  addressOf,
  failureOf,
  forbiddenPage,
  formOf,
  goOn,
  type Hosted,
  notFoundPage,
  page,
  startingCard,
} from '../hosted.tsx';
import { PATHS } from '../paths.ts';
import { detailsRoutes } from './details-routes.tsx';
import { AddCardPage, CancelPage, offersOf, UpdatePage } from './forms.tsx';
import { type Portal, portalOf } from './portal.ts';
import { PortalPage } from './portal-page.tsx';
import { isLive } from './subscriptions.tsx';

type Form = ReadonlyMap<string, string>;

/** A live subscription of the portal's own customer: nobody else's is shown, whatever the address names. */
const subscriptionOf = (c: Context, { world }: Hosted, { session }: Portal): Subscription | null => {
  const found = world.get('subscription', c.req.param('subscription') ?? '');
  return found && found.customer === session.customer && isLive(found) ? found : null;
};

const front = (c: Context, hosted: Hosted, portal: Portal, problem: string | null): Response => {
  const view = { hosted, ...portal, token: hosted.tokens.of(portal.session.id), problem };
  return page(c, <PortalPage {...view} />, problem === null ? 200 : 402);
};

const act = ({ world }: Hosted, { session }: Portal, form: Form): Done<unknown> | null => {
  const [card, subscription] = [form.get('card') ?? '', form.get('subscription') ?? ''];
  switch (form.get('action')) {
    case 'resume':
      return world.portalResume(session.id, subscription);
    case 'default-card':
      return world.portalDefaultCard(session.id, card);
    case 'remove-card':
      return world.portalRemoveCard(session.id, card);
    default:
      return null;
  }
};

const frontRoutes = (hosted: Hosted): Hono =>
  new Hono()
    .get('/p/session/:id', (c) => {
      const portal = portalOf(c, hosted);
      return portal ? front(c, hosted, portal, failureOf(c, hosted)) : notFoundPage(c);
    })
    .post('/p/session/:id', async (c) => {
      const portal = portalOf(c, hosted);
      if (!portal) return notFoundPage(c);
      const form = await formOf(c, hosted, portal.session.id);
      if (!form) return forbiddenPage(c);
      const done = act(hosted, portal, form);
      if (done && !done.ok) return front(c, hosted, portal, done.error.message);
      return c.redirect(PATHS.portal(portal.session.id), 303);
    });

const showCardForm = (
  c: Context,
  hosted: Hosted,
  { session }: Portal,
  changes: Partial<Parameters<typeof AddCardPage>[0]>,
): Response => {
  const view = {
    portalId: session.id,
    token: hosted.tokens.of(session.id),
    problem: null,
    card: EMPTY_CARD,
    problems: {},
  };
  return page(c, <AddCardPage {...view} {...changes} />, changes.card && c.req.method === 'POST' ? 402 : 200);
};

const cardRoutes = (hosted: Hosted): Hono =>
  new Hono()
    .get('/p/session/:id/card', (c) => {
      const portal = portalOf(c, hosted);
      if (!portal?.configuration.features.payment_method_update.enabled) return notFoundPage(c);
      return showCardForm(c, hosted, portal, { card: startingCard(c, hosted), problem: failureOf(c, hosted) });
    })
    .post('/p/session/:id/card', async (c) => {
      const portal = portalOf(c, hosted);
      if (!portal?.configuration.features.payment_method_update.enabled) return notFoundPage(c);
      const form = await formOf(c, hosted, portal.session.id);
      if (!form) return forbiddenPage(c);
      const card = cardTextOf(form);
      const read = readCard(card, hosted.world.nowSeconds(), false);
      if (!read.ok) return showCardForm(c, hosted, portal, { card, problems: read.problems });
      const back = addressOf(c, PATHS.portal(portal.session.id));
      const step = hosted.world.portalAddCard(portal.session.id, read.card, back);
      return step.ok ? goOn(c, step) : showCardForm(c, hosted, portal, { card, problem: step.error.message });
    });

type Screen = typeof CancelPage;

/** A screen about one subscription: shows it, and does what its form asks for. */
const subscriptionRoutes = (
  hosted: Hosted,
  path: string,
  Screen: Screen,
  isOffered: (features: PortalConfiguration['features']) => boolean,
  carryOut: (c: Context, portal: Portal, subscription: Subscription, form: Form) => Done<unknown> | PaymentStep,
): Hono => {
  const find = (c: Context) => {
    const portal = portalOf(c, hosted);
    const subscription = portal && subscriptionOf(c, hosted, portal);
    return portal && subscription && isOffered(portal.configuration.features) ? { portal, subscription } : null;
  };
  const show = (c: Context, portal: Portal, subscription: Subscription, problem: string | null): Response => {
    const { session, configuration } = portal;
    const view = { hosted, subscription, features: configuration.features, portalId: session.id, problem };
    return page(c, <Screen {...view} token={hosted.tokens.of(session.id)} />, problem === null ? 200 : 402);
  };
  return new Hono()
    .get(path, (c) => {
      const found = find(c);
      return found ? show(c, found.portal, found.subscription, null) : notFoundPage(c);
    })
    .post(path, async (c) => {
      const found = find(c);
      if (!found) return notFoundPage(c);
      const form = await formOf(c, hosted, found.portal.session.id);
      if (!form) return forbiddenPage(c);
      const done = carryOut(c, found.portal, found.subscription, form);
      if (!done.ok) return show(c, found.portal, found.subscription, done.error.message);
      return 'kind' in done ? goOn(c, done) : c.redirect(PATHS.portal(found.portal.session.id), 303);
    });
};

/** The billing portal: plan, cards and invoices, as far as its configuration lets the customer change them. */
export const portalRoutes = (hosted: Hosted): Hono => {
  const { world } = hosted;
  const cancel = subscriptionRoutes(
    hosted,
    '/p/session/:id/cancel/:subscription',
    CancelPage,
    ({ subscription_cancel }) => subscription_cancel.enabled,
    (_, { session }, { id }, form) =>
      world.portalCancel(session.id, id, form.get('feedback') ?? null, form.get('comment')?.trim() || null),
  );
  const update = subscriptionRoutes(
    hosted,
    '/p/session/:id/update/:subscription',
    UpdatePage,
    ({ subscription_update }) => subscription_update.enabled,
    (c, { session, configuration }, { id, items }, form) => {
      const priceId = form.get('price') ?? '';
      const isOffer = offersOf(hosted, configuration.features).some((price) => price.id === priceId);
      if (!isOffer || items.data[0]?.price.id === priceId)
        return { ok: false, error: { type: 'invalid_request_error', message: 'Choose another plan than yours.' } };
      const back = addressOf(c, PATHS.portal(session.id));
      return world.portalSwitch(session.id, { subscriptionId: id, priceId }, back);
    },
  );
  return new Hono()
    .route('/', frontRoutes(hosted))
    .route('/', cardRoutes(hosted))
    .route('/', detailsRoutes(hosted))
    .route('/', cancel)
    .route('/', update);
};
