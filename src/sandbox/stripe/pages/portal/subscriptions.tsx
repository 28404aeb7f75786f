import type { PortalConfiguration } from '../../portal/types.ts';
import type { Subscription } from '../../subscriptions/types.ts';
import type { Hosted } from '../hosted.tsx';
import { Token } from '../layout.tsx';
import { PATHS } from '../paths.ts';
import { day, money, perInterval } from '../words.ts';

const ENDED: readonly Subscription['status'][] = ['canceled', 'incomplete_expired'];
export const isLive = ({ status }: Subscription): boolean => !ENDED.includes(status);

export const liveSubscriptions = ({ world }: Hosted, customerId: string): readonly Subscription[] =>
  world.all('subscription').filter((subscription) => subscription.customer === customerId && isLive(subscription));

/** The product's name and what it costs, such as `Basic` and `$97.00 per month`. */
export const planOf = (
  { world }: Hosted,
  { items }: Subscription,
): { readonly name: string; readonly price: string } => {
  const [item] = items.data;
  if (!item) return { name: 'Subscription', price: '' };
  const { product, unit_amount, currency, recurring } = item.price;
  return {
    name: world.get('product', product)?.name ?? 'Subscription',
    price: `${money(unit_amount * item.quantity, currency)} ${perInterval(recurring?.interval ?? null, recurring?.interval_count)}`,
  };
};

/** How it stands, in a few words and a sentence. */
const standing = (subscription: Subscription): { readonly tag: string | null; readonly text: string } => {
  const { status, cancel_at, cancel_at_period_end, current_period_end, trial_end } = subscription;
  const ends = cancel_at ?? (cancel_at_period_end ? current_period_end : null);
  if (status === 'past_due' || status === 'unpaid')
    return { tag: 'Past due', text: 'The last payment did not go through. Pay the open invoice or change your card.' };
  if (status === 'incomplete') return { tag: 'Incomplete', text: 'The first payment is still open.' };
  if (status === 'paused') return { tag: 'Paused', text: 'Add a card to go on.' };
  if (ends !== null)
    return { tag: `Cancels ${day(ends)}`, text: `Your plan ends on ${day(ends)}. Nothing more is charged.` };
  if (status === 'trialing' && trial_end !== null)
    return { tag: 'Trial', text: `Your trial ends on ${day(trial_end)}; the first payment is taken then.` };
  return { tag: null, text: `Your plan renews on ${day(current_period_end)}.` };
};

interface Props {
  readonly hosted: Hosted;
  readonly subscription: Subscription;
  readonly portalId: string;
  readonly features: PortalConfiguration['features'];
  readonly token: string;
}

/** One subscription, and what the portal's settings let its owner do with it. */
export const SubscriptionCard = ({ hosted, subscription, portalId, features, token }: Props) => {
  const { name, price } = planOf(hosted, subscription);
  const { tag, text } = standing(subscription);
  const path = PATHS.portal(portalId);
  const isCanceling = subscription.cancel_at_period_end || subscription.cancel_at !== null;
  const scheduled = subscription.schedule
    ? hosted.world.get('subscription_schedule', subscription.schedule)
    : undefined;
  return (
    <section class="card plan">
      <h2>{name}</h2>
      {tag ? <span class="tag">{tag}</span> : null}
      <p class="amount">{price}</p>
      <p class="soft">{text}</p>
      {scheduled?.status === 'active' && scheduled.phases.length > 1 ? (
        <p class="soft">A change of plan is waiting for the end of this period.</p>
      ) : null}
      <div class="choices">
        {features.subscription_update.enabled && !isCanceling && subscription.schedule === null ? (
          <a class="button" href={`${path}/update/${subscription.id}`}>
            Update plan
          </a>
        ) : null}
        {isCanceling ? (
          <form method="post" action={path}>
            <Token value={token} />
            <input type="hidden" name="subscription" value={subscription.id} />
            <button class="button" type="submit" name="action" value="resume">
              Don’t cancel plan
            </button>
          </form>
        ) : features.subscription_cancel.enabled ? (
          <a class="button quiet" href={`${path}/cancel/${subscription.id}`}>
            Cancel plan
          </a>
        ) : null}
      </div>
    </section>
  );
};
