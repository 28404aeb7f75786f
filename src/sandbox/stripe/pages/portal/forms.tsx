import { Problem } from '../../../hosted/document.tsx';
import type { Price } from '../../catalog/types.ts';
import type { PortalConfiguration } from '../../portal/types.ts';
import type { Subscription } from '../../subscriptions/types.ts';
import type { CardProblems, CardText } from '../card-entry.ts';
import { CardForm, TestCards } from '../card-form.tsx';
import { type Hosted, MERCHANT } from '../hosted.tsx';
import { Page, Token } from '../layout.tsx';
import { PATHS } from '../paths.ts';
import { day, money, perInterval } from '../words.ts';
import { planOf } from './subscriptions.tsx';

interface FormPage {
  readonly portalId: string;
  readonly token: string;
  readonly problem: string | null;
}
interface SubscriptionForm extends FormPage {
  readonly hosted: Hosted;
  readonly subscription: Subscription;
  readonly features: PortalConfiguration['features'];
}

const Back = ({ portalId }: { portalId: string }) => (
  <p>
    <a href={PATHS.portal(portalId)}>← Back to billing</a>
  </p>
);

const FEEDBACK: Readonly<Record<string, string>> = {
  too_expensive: 'It’s too expensive',
  missing_features: 'I need more features',
  switched_service: 'I found an alternative',
  unused: 'I no longer need it',
  customer_service: 'Customer service was less than expected',
  too_complex: 'Ease of use was less than expected',
  low_quality: 'Quality was less than expected',
  other: 'Other reason',
};

export const CancelPage = ({ hosted, subscription, features, portalId, token, problem }: SubscriptionForm) => {
  const { mode, cancellation_reason } = features.subscription_cancel;
  const { name, price } = planOf(hosted, subscription);
  const options = cancellation_reason.options.flatMap((option) => {
    const text = FEEDBACK[option];
    return text === undefined ? [] : [{ option, text }];
  });
  return (
    <Page title="Cancel your plan">
      <Back portalId={portalId} />
      <section class="card">
        <h1>Cancel your plan</h1>
        <Problem text={problem} />
        <p>
          <strong>{name}</strong>, {price}.{' '}
          {mode === 'at_period_end'
            ? `It stays yours until ${day(subscription.trial_end ?? subscription.current_period_end)}, and nothing more is charged.`
            : 'It ends at once.'}
        </p>
        <form method="post" action={`${PATHS.portal(portalId)}/cancel/${subscription.id}`}>
          <Token value={token} />
          {cancellation_reason.enabled && options.length > 0 ? (
            <fieldset>
              <legend>Why do you cancel? (Optional)</legend>
              {options.map(({ option, text }) => (
                <label class="option">
                  <input type="radio" name="feedback" value={option} /> {text}
                </label>
              ))}
              <div class="field">
                <label for="comment">Anything else?</label>
                <textarea id="comment" name="comment" maxlength={500} rows={2} />
              </div>
            </fieldset>
          ) : null}
          <div class="choices">
            <button class="button" type="submit">
              Cancel plan
            </button>
            <a class="button quiet" href={PATHS.portal(portalId)}>
              Go back
            </a>
          </div>
        </form>
      </section>
    </Page>
  );
};

/** Prices that the portal's settings offer, this subscription's own among them. */
export const offersOf = ({ world }: Hosted, features: PortalConfiguration['features']): readonly Price[] =>
  (features.subscription_update.products ?? []).flatMap(({ prices }) =>
    prices.flatMap((id) => {
      const price = world.get('price', id);
      return price?.active ? [price] : [];
    }),
  );

const EFFECT: Readonly<Record<PortalConfiguration['features']['subscription_update']['proration_behavior'], string>> = {
  always_invoice: 'The difference for the rest of this period is charged now.',
  create_prorations: 'The difference for the rest of this period is put on your next invoice.',
  none: 'The new price holds from the next period on.',
};

export const UpdatePage = ({ hosted, subscription, features, portalId, token, problem }: SubscriptionForm) => {
  const current = subscription.items.data[0]?.price.id;
  return (
    <Page title="Update your plan">
      <Back portalId={portalId} />
      <section class="card">
        <h1>Update your plan</h1>
        <Problem text={problem} />
        <form method="post" action={`${PATHS.portal(portalId)}/update/${subscription.id}`}>
          <Token value={token} />
          <fieldset>
            <legend>Plans</legend>
            {offersOf(hosted, features).map(({ id, product, unit_amount, currency, recurring }) => (
              <label class="option">
                <input type="radio" name="price" value={id} required checked={id === current} />
                <span>
                  {hosted.world.get('product', product)?.name ?? 'Plan'},{' '}
                  {`${money(unit_amount, currency)} ${perInterval(recurring?.interval ?? null, recurring?.interval_count)}`}
                  {id === current ? ' (your plan)' : ''}
                </span>
              </label>
            ))}
          </fieldset>
          <p class="soft">{EFFECT[features.subscription_update.proration_behavior]}</p>
          <div class="choices">
            <button class="button" type="submit">
              Confirm
            </button>
            <a class="button quiet" href={PATHS.portal(portalId)}>
              Go back
            </a>
          </div>
        </form>
      </section>
    </Page>
  );
};

export const AddCardPage = ({
  portalId,
  token,
  problem,
  card,
  problems,
}: FormPage & { readonly card: CardText; readonly problems: CardProblems }) => (
  <Page title="Add payment method">
    <Back portalId={portalId} />
    <section class="card">
      <h1>Add payment method</h1>
      <Problem text={problem} />
      <TestCards path={`${PATHS.portal(portalId)}/card`} />
      <form method="post" action={`${PATHS.portal(portalId)}/card`} novalidate>
        <Token value={token} />
        <CardForm text={card} problems={problems} />
        <button class="button" type="submit">
          Add card
        </button>
        <p class="terms">{`${MERCHANT} will charge this card for your plan from now on.`}</p>
      </form>
    </section>
  </Page>
);
