import { Problem } from '../../../hosted/document.tsx';
import type { Invoice } from '../../invoices/types.ts';
import type { PaymentMethod } from '../../payments/types.ts';
import type { PortalConfiguration, PortalSession } from '../../portal/types.ts';
import { type Hosted, MERCHANT } from '../hosted.tsx';
import { Page, Token } from '../layout.tsx';
import { PATHS } from '../paths.ts';
import { brandName, expiry, money, shortDay } from '../words.ts';
import { liveSubscriptions, SubscriptionCard } from './subscriptions.tsx';

export interface PortalView {
  readonly hosted: Hosted;
  readonly session: PortalSession;
  readonly configuration: PortalConfiguration;
  readonly token: string;
  readonly problem: string | null;
}

const Cards = ({ hosted, session, configuration, token }: PortalView) => {
  const { world } = hosted;
  const customer = world.get('customer', session.customer);
  const methods = world.cardsOf(session.customer);
  const mayChange = configuration.features.payment_method_update.enabled;
  // A checkout puts its card on the subscription alone.
  const charged = new Set([
    customer?.invoice_settings.default_payment_method,
    ...liveSubscriptions(hosted, session.customer).map(({ default_payment_method }) => default_payment_method),
  ]);
  const isDefault = ({ id }: PaymentMethod): boolean => charged.has(id);
  return (
    <section class="card">
      <h2>Payment methods</h2>
      {methods.length === 0 ? <p class="soft">No card is on file.</p> : null}
      <ul class="rows">
        {methods.map((method) => (
          <li>
            <span>
              {`${brandName(method.card.brand)} •••• ${method.card.last4}`}{' '}
              <small>{`Expires ${expiry(method.card.exp_month, method.card.exp_year)}`}</small>
            </span>
            {isDefault(method) ? <span class="tag">Default</span> : null}
            {mayChange && !isDefault(method) ? (
              <form method="post" action={PATHS.portal(session.id)}>
                <Token value={token} />
                <input type="hidden" name="card" value={method.id} />
                <button class="link" type="submit" name="action" value="default-card">
                  Make default<span class="unseen">{` the card ending in ${method.card.last4}`}</span>
                </button>
                <button class="link" type="submit" name="action" value="remove-card">
                  Remove<span class="unseen">{` the card ending in ${method.card.last4}`}</span>
                </button>
              </form>
            ) : null}
          </li>
        ))}
      </ul>
      {mayChange ? (
        <p>
          <a class="button quiet" href={`${PATHS.portal(session.id)}/card`}>
            Add payment method
          </a>
        </p>
      ) : null}
    </section>
  );
};

const STATUS: Readonly<Record<Invoice['status'], string>> = {
  draft: 'Draft',
  open: 'Open',
  paid: 'Paid',
  uncollectible: 'Uncollectible',
  void: 'Void',
};

const Invoices = ({ hosted, session }: PortalView) => {
  const invoices = hosted.world
    .all('invoice')
    .filter(({ customer, status }) => customer === session.customer && status !== 'draft')
    .toReversed();
  return (
    <section class="card">
      <h2>Invoice history</h2>
      {invoices.length === 0 ? (
        <p class="soft">There are no invoices yet.</p>
      ) : (
        <ul class="rows invoices">
          {invoices.map(({ id, created, total, currency, status, number }) => (
            <li>
              <a href={PATHS.invoice(id)}>
                {shortDay(created)}
                <span class="unseen">{`, invoice ${number ?? id}`}</span>
              </a>
              <span>{money(total, currency)}</span>
              <span class="tag">{STATUS[status]}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
};

const Details = ({ hosted, session, configuration }: PortalView) => {
  const customer = hosted.world.get('customer', session.customer);
  const address = customer?.address;
  const { enabled, allowed_updates } = configuration.features.customer_update;
  const place = [address?.line1, address?.city, address?.state, address?.postal_code, address?.country];
  return (
    <section class="card">
      <h2>Billing information</h2>
      <dl class="facts">
        <div>
          <dt>Name</dt>
          <dd>{customer?.name ?? 'Not given'}</dd>
        </div>
        <div>
          <dt>Email</dt>
          <dd>{customer?.email ?? 'Not given'}</dd>
        </div>
        <div>
          <dt>Address</dt>
          <dd>{place.filter(Boolean).join(', ') || 'Not given'}</dd>
        </div>
      </dl>
      {enabled && allowed_updates.length > 0 ? (
        <p>
          <a class="button quiet" href={`${PATHS.portal(session.id)}/details`}>
            Update information
          </a>
        </p>
      ) : null}
    </section>
  );
};

/** The billing portal's front page. */
export const PortalPage = (view: PortalView) => {
  const { hosted, session, configuration, token, problem } = view;
  const subscriptions = liveSubscriptions(hosted, session.customer);
  return (
    <Page title="Billing">
      {session.return_url ? (
        <p>
          <a href={session.return_url}>{`← Return to ${MERCHANT}`}</a>
        </p>
      ) : null}
      <h1>{configuration.business_profile.headline ?? `Your billing with ${MERCHANT}`}</h1>
      <Problem text={problem} />
      {subscriptions.length === 0 ? (
        <section class="card">
          <h2>No current plan</h2>
          <p class="soft">You have no subscription.</p>
        </section>
      ) : null}
      {subscriptions.map((subscription) => (
        <SubscriptionCard
          hosted={hosted}
          subscription={subscription}
          portalId={session.id}
          features={configuration.features}
          token={token}
        />
      ))}
      <Cards {...view} />
      <Details {...view} />
      {configuration.features.invoice_history.enabled ? <Invoices {...view} /> : null}
    </Page>
  );
};
