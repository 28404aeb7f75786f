import type { BillingState, InvoiceState, SubscriptionState } from '../../../billing/door.ts';
import { entitlementsOf } from '../../../billing/plans.ts';
import { dollars } from '../../../billing/terms.ts';
import type { PageFrame } from '../../context.ts';
import { documentOf } from '../../layout/layout.tsx';
import { AccountShell } from '../account/shell.tsx';
import { dayWords, shortDayWords } from '../plans/offer.ts';
import { compWords, invoiceWords, wordsOf } from './words.ts';

export interface BillingProps {
  readonly frame: PageFrame;
  readonly state: BillingState;
  readonly said: string | null;
  readonly problem: string | null;
}

const Post = ({ to, label, plain, id }: { to: string; label: string; plain?: boolean; id?: string }) => (
  <form method="post" action={to}>
    {id ? <input type="hidden" name="subscription" value={id} /> : null}
    <button class={plain ? 'button button-plain' : 'button'} type="submit">
      {label}
    </button>
  </form>
);

const isOver = ({ status }: SubscriptionState): boolean => status === 'canceled' || status === 'incomplete_expired';

const Acts = ({ subscription }: { subscription: SubscriptionState }) => {
  if (isOver(subscription))
    return (
      <a class="button" href="/plans">
        See the plans
      </a>
    );
  const { name } = entitlementsOf(subscription.tier);
  const back = subscription.cancelAtMs !== null || subscription.next !== null;
  const mayChange = ['active', 'trialing'].includes(subscription.status) && subscription.cancelAtMs === null;
  return (
    <>
      {mayChange ? (
        <a class="button" href="/plans">
          Change plan
        </a>
      ) : null}
      {back ? <Post to="/account/billing/resume" label={`Keep ${name}`} id={subscription.id} /> : null}
      {subscription.cancelAtMs === null ? (
        <Post to="/account/billing/cancel" label="Cancel subscription" plain id={subscription.id} />
      ) : null}
    </>
  );
};

const Pending = ({ subscription, payUrl }: { subscription: SubscriptionState; payUrl: string | null }) =>
  subscription.pending === null ? null : (
    <p class="notice notice-problem">
      Your change to {entitlementsOf(subscription.pending.tier).name} waits for its payment until{' '}
      {dayWords(subscription.pending.expiresMs)}. {payUrl ? <a href={payUrl}>Pay or confirm it</a> : null}
    </p>
  );

const Subscription = ({ state }: BillingProps) => {
  const { subscription, invoices, nowMs } = state;
  const given = compWords(state);
  const words = subscription && wordsOf(subscription, nowMs);
  const open = invoices.find(({ status }) => status === 'open');
  return (
    <section class={words?.urgent ? 'panel panel-urgent' : 'panel'} aria-labelledby="plan-heading">
      <h2 id="plan-heading">{words?.heading ?? entitlementsOf(state.tier).name}</h2>
      <p>{words?.text ?? 'You have no subscription.'}</p>
      {given ? <p>{given}</p> : null}
      {subscription ? <Pending subscription={subscription} payUrl={open?.hostedUrl ?? null} /> : null}
      <div class="button-row">
        {words?.urgent && open?.hostedUrl ? (
          <a class="button" href={open.hostedUrl}>
            {open.actionRequired ? 'Confirm the payment' : `Pay ${dollars(open.amountDueCents)}`}
          </a>
        ) : null}
        {subscription ? (
          <Acts subscription={subscription} />
        ) : (
          <a class="button" href="/plans">
            See the plans
          </a>
        )}
      </div>
    </section>
  );
};

const PayingTwice = ({ others }: { others: readonly SubscriptionState[] }) =>
  others.length === 0 ? null : (
    <section class="panel panel-urgent" aria-labelledby="twice-heading">
      <h2 id="twice-heading">You have more than one subscription</h2>
      <p>You need one. Cancel the others; if you were charged for more than one, write to us and you get that back.</p>
      <ul class="plain-list">
        {others.map((other) => (
          <li>
            <span>
              {entitlementsOf(other.tier).name}, {dollars(other.amountCents)} a {other.interval}
            </span>
            {other.cancelAtMs === null ? (
              <Post to="/account/billing/cancel" label="Cancel this one" plain id={other.id} />
            ) : (
              <span>ends on {dayWords(other.cancelAtMs)}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );

const Payment = ({ subscription }: { subscription: SubscriptionState }) => (
  <section class="panel" aria-labelledby="card-heading">
    <h2 id="card-heading">Card and invoice details</h2>
    <p>{subscription.card ?? 'No card is on file.'}</p>
    <p class="hint">
      Cards, names and tax numbers are kept by Stripe, who takes the payments. We never see a card number.
    </p>
    <Post to="/account/billing/portal" label="Change card or details" plain />
  </section>
);

const InvoiceRow = ({ invoice }: { invoice: InvoiceState }) => (
  <tr>
    <td>{shortDayWords(invoice.createdMs)}</td>
    <td class="invoice-number">{invoice.number ?? '–'}</td>
    <td class="figure">{dollars(invoice.totalCents)}</td>
    <td>{invoiceWords(invoice)}</td>
    <td>
      {invoice.hostedUrl ? (
        <a href={invoice.hostedUrl} aria-label={`See invoice ${invoice.number ?? invoice.id}`}>
          See
        </a>
      ) : null}
    </td>
  </tr>
);

const Invoices = ({ invoices }: { invoices: readonly InvoiceState[] }) => (
  <section class="panel" aria-labelledby="invoices-heading">
    <h2 id="invoices-heading">Invoices</h2>
    {invoices.length === 0 ? (
      <p class="empty">There are none yet.</p>
    ) : (
      <div class="table-scroll">
        <table class="invoice-table">
          <thead>
            <tr>
              <th scope="col">Date</th>
              <th scope="col" class="invoice-number">
                Number
              </th>
              <th scope="col" class="figure">
                Amount
              </th>
              <th scope="col">State</th>
              <th scope="col">
                <span class="visually-hidden">Invoice</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {invoices.map((invoice) => (
              <InvoiceRow invoice={invoice} />
            ))}
          </tbody>
        </table>
      </div>
    )}
  </section>
);

export const billingPage = (props: BillingProps) => {
  const { frame, state, said, problem } = props;
  return documentOf(
    <AccountShell frame={frame} title="Billing" problem={problem} notice={said}>
      <Subscription {...props} />
      <PayingTwice others={state.others} />
      {state.subscription ? <Payment subscription={state.subscription} /> : null}
      <Invoices invoices={state.invoices} />
    </AccountShell>,
  );
};
