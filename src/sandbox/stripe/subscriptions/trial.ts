import { DAY_SECONDS } from '../clock/months.ts';
import type { World } from '../world.ts';

export const TRIAL_NOTICE_SECONDS = 3 * DAY_SECONDS;

/** Three days before a trial ends, at once when it is shorter. */
export const tellTrialEnd = (world: World, id: string): void => {
  const subscription = world.need('subscription', id);
  const { trial_end, internal, status } = subscription;
  if (status !== 'trialing' || trial_end === null || internal.trialWillEndSent) return;
  if (trial_end - TRIAL_NOTICE_SECONDS > world.now()) return;
  const told = world.update('subscription', id, { internal: { ...internal, trialWillEndSent: true } });
  world.emit('customer.subscription.trial_will_end', told);
};
