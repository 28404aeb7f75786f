import type { Params } from '../http/params.ts';
import { invalid, missingParam, noSuch, Refusal } from '../http/refusal.ts';
import { isPhaseOver, movePhase } from '../schedules/phases.ts';
import { draftUpdate } from '../subscriptions/draft-update.ts';
import { renewSubscription } from '../subscriptions/renew.ts';
import { isLive } from '../subscriptions/status.ts';
import type { Subscription } from '../subscriptions/types.ts';
import type { World } from '../world.ts';
import type { Invoice } from './types.ts';

type Upcoming = Omit<Invoice, 'id' | 'hosted_invoice_url' | 'invoice_pdf'>;

const asUpcoming = ({ id: _, ...invoice }: Invoice, nextAttempt: number | null): Upcoming => ({
  ...invoice,
  lines: { ...invoice.lines, url: '/v1/invoices/upcoming/lines' },
  next_payment_attempt: nextAttempt,
});

/** What the renewal would be, made and taken back. */
const rehearsed = (world: World, subscription: Subscription): Invoice | null =>
  world.store.rehearse(() =>
    world.at(subscription.current_period_end, () => {
      const { pendingInvoice, ...rest } = subscription.internal;
      // A pending update is not looked at: a preview shall not drop it.
      world.store.put('subscription', { ...subscription, internal: { ...rest, pendingInvoice: null } });
      if (subscription.schedule !== null && isPhaseOver(world, subscription.schedule))
        movePhase(world, subscription.id);
      return renewSubscription(world, subscription.id);
    }),
  );

/** `invoice.upcoming`, seven days before a renewal. */
export const tellUpcoming = (world: World, id: string): void => {
  const subscription = world.need('subscription', id);
  const end = subscription.current_period_end;
  world.update('subscription', id, { internal: { ...subscription.internal, upcomingSentFor: end } });
  const invoice = rehearsed(world, subscription);
  if (invoice) world.emit('invoice.upcoming', { ...asUpcoming(invoice, end + 3_600), billing_reason: 'upcoming' });
};

const NONE = new Refusal(404, {
  type: 'invalid_request_error',
  code: 'invoice_upcoming_none',
  message: 'No upcoming invoices for customer.',
});

const subscriptionFor = (world: World, params: Params): Subscription => {
  const [id, customer] = [params.text('subscription'), params.text('customer')];
  if (id) {
    const subscription = world.named('subscription', id, 'subscription');
    if (customer && subscription.customer !== customer) throw noSuch('subscription', id, 'subscription');
    return subscription;
  }
  if (!customer) throw missingParam('customer');
  world.named('customer', customer, 'customer');
  const next = world.store
    .of('subscription', customer)
    .filter(({ status }) => isLive(status) && status !== 'incomplete')
    .sort((a, b) => a.current_period_end - b.current_period_end)[0];
  if (!next) throw NONE;
  return next;
};

/**
 * `GET /v1/invoices/upcoming`: what a change of items would be invoiced at once, or the renewal after it. Done on the
 * real objects and taken back.
 */
export const previewInvoice = (world: World, params: Params): Upcoming => {
  const subscription = subscriptionFor(world, params);
  if (!isLive(subscription.status))
    throw invalid('You cannot preview an invoice of a canceled subscription.', 'subscription');
  const end = subscription.current_period_end;
  const cancels = params.flag('subscription_cancel_at_period_end') ?? subscription.cancel_at_period_end;
  return world.store.rehearse(() => {
    const items = params.hashes('subscription_items');
    if (items) {
      const change = draftUpdate(world, subscription, {
        items,
        prorationBehavior:
          params.oneOf('subscription_proration_behavior', ['always_invoice', 'create_prorations', 'none']) ??
          'create_prorations',
        prorationDate: params.integer('subscription_proration_date') ?? null,
        anchorNow: params.text('subscription_billing_cycle_anchor') === 'now',
        trialEnd: params.instant('subscription_trial_end', world.now()) ?? null,
      });
      if (change.invoice) return asUpcoming(change.invoice, world.now());
      world.store.put('subscription', { ...subscription, ...change.patch });
    }
    if (cancels && !items) throw NONE;
    const invoice = rehearsed(world, world.need('subscription', subscription.id));
    if (!invoice) throw NONE;
    return { ...asUpcoming(invoice, end + 3_600), billing_reason: 'upcoming' as const };
  });
};
