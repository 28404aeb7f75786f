import { DAY_SECONDS } from '../clock/months.ts';
import { tellUpcoming } from '../invoices/upcoming.ts';
import { movePhase } from '../schedules/phases.ts';
import type { World } from '../world.ts';
import { endSubscription, expireIncomplete } from './end.ts';
import { dropPending, PENDING_SECONDS } from './pending.ts';
import { renewSubscription } from './renew.ts';
import { TRIAL_NOTICE_SECONDS, tellTrialEnd } from './trial.ts';
import type { Subscription } from './types.ts';

const UPCOMING_SECONDS = 7 * DAY_SECONDS;
const RUNNING: readonly Subscription['status'][] = ['active', 'trialing', 'past_due', 'unpaid'];

/** `invoice.upcoming` is told once for each period that will be renewed. */
const upcomingAt = ({ status, cancel_at, current_period_end: end, internal }: Subscription): number | null =>
  status === 'unpaid' || internal.upcomingSentFor === end || (cancel_at !== null && cancel_at <= end)
    ? null
    : end - UPCOMING_SECONDS;

const trialNoticeAt = ({ status, trial_end, internal }: Subscription): number | null =>
  status === 'trialing' && trial_end !== null && !internal.trialWillEndSent ? trial_end - TRIAL_NOTICE_SECONDS : null;

const phaseEnd = (world: World, { schedule }: Subscription): number | null => {
  const found = schedule === null ? undefined : world.store.get('subscription_schedule', schedule);
  return found?.status === 'active' ? (found.current_phase?.end_date ?? null) : null;
};

/** When something next falls due for the subscription, seconds since epoch. */
export const subscriptionDue = (world: World, subscription: Subscription): number | null => {
  if (subscription.status === 'incomplete') return subscription.created + PENDING_SECONDS;
  if (!RUNNING.includes(subscription.status)) return subscription.status === 'paused' ? subscription.cancel_at : null;
  const times = [
    subscription.cancel_at,
    subscription.current_period_end,
    subscription.pending_update?.expires_at ?? null,
    phaseEnd(world, subscription),
    trialNoticeAt(subscription),
    upcomingAt(subscription),
  ].filter((at) => at !== null);
  return Math.min(...times);
};

/** Does the first of what is due by now; what is left stays due. */
export const actOnSubscription = (world: World, id: string): void => {
  const subscription = world.need('subscription', id);
  const now = world.now();
  const isDue = (at: number | null): boolean => at !== null && at <= now;
  if (subscription.status === 'incomplete') expireIncomplete(world, id);
  else if (isDue(subscription.pending_update?.expires_at ?? null)) dropPending(world, id);
  else if (isDue(subscription.cancel_at))
    endSubscription(world, id, subscription.cancellation_details.reason ?? 'cancellation_requested', {
      prorate: subscription.internal.prorateCancel && !isDue(subscription.current_period_end),
    });
  else if (isDue(phaseEnd(world, subscription))) movePhase(world, id);
  else if (isDue(subscription.current_period_end)) renewSubscription(world, id);
  else if (isDue(trialNoticeAt(subscription))) tellTrialEnd(world, id);
  else tellUpcoming(world, id);
};
