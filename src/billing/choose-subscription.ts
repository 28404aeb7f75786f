import { tierRank } from './plans.ts';
import { type CustomerPicture, type PlanOfPrice, planOfPrice } from './stripe/gateway.ts';
import type { StripeInvoice, StripeSubscription } from './stripe/shapes.ts';

export interface Held {
  readonly subscription: StripeSubscription;
  readonly plan: PlanOfPrice;
  readonly itemId: string;
  readonly priceId: string;
}

const isLiving = ({ status }: StripeSubscription): boolean => status !== 'canceled' && status !== 'incomplete_expired';

/** The one that acts are about: the named one, else the highest that goes on. Null when there is none. */
export const heldIn = (picture: CustomerPicture, subscriptionId?: string): Held | null => {
  const held = picture.subscriptions.filter(isLiving).flatMap((subscription): Held[] => {
    const [item] = subscription.items.data;
    const plan = item ? planOfPrice(item.price) : null;
    return item && plan ? [{ subscription, plan, itemId: item.id, priceId: item.price.id }] : [];
  });
  const wanted =
    subscriptionId === undefined ? held : held.filter(({ subscription }) => subscription.id === subscriptionId);
  const byWeight = (a: Held, b: Held): number =>
    tierRank(b.plan.tier) - tierRank(a.plan.tier) ||
    b.subscription.created.getTime() - a.subscription.created.getTime();
  return wanted.sort(byWeight)[0] ?? null;
};

export const openInvoicesOf = (picture: CustomerPicture, subscriptionId: string): readonly StripeInvoice[] =>
  picture.invoices.filter(({ subscription, status }) => subscription === subscriptionId && status === 'open');

/** The schedule that decides how it goes on; null when nothing is scheduled. */
export const scheduleOf = ({ schedule }: StripeSubscription): StripeSubscription['schedule'] =>
  schedule && (schedule.status === 'active' || schedule.status === 'not_started') ? schedule : null;
