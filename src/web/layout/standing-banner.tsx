import type { Standing } from '../../billing/door.ts';
import { entitlementsOf } from '../../billing/plans.ts';
import type { PageFrame } from '../context.ts';
import { dayWords, planQuery } from '../pages/plans/offer.ts';

const wordsOf = ({ kind, tier, accessUntilMs }: Standing): string => {
  const { name } = entitlementsOf(tier);
  switch (kind) {
    case 'action-required':
      return `Your bank wants you to confirm a payment for ${name}.`;
    case 'incomplete':
      return `The first payment for ${name} is not complete, so ${name} has not begun.`;
    case 'past-due':
      return accessUntilMs === null
        ? `The last payment for ${name} failed. Until it is paid you see what Free members see.`
        : `The last payment for ${name} failed. You keep ${name} until ${dayWords(accessUntilMs)}.`;
    case 'unpaid':
      return `${name} is unpaid. Until it is paid you see what Free members see.`;
  }
};

/** On every page of a member until it is mended. */
export const StandingBanner = ({ frame }: { frame: PageFrame }) => {
  const { standing, wish } = frame;
  if (standing)
    return (
      <aside class="standing-banner" aria-label="Payment">
        <strong>Payment</strong>
        <span>{wordsOf(standing)}</span>
        <a href="/account/billing">{standing.kind === 'action-required' ? 'Confirm it' : 'Pay or change the card'}</a>
      </aside>
    );
  if (wish && frame.member?.tier === 'free' && !frame.path.startsWith('/account/billing'))
    return (
      <aside class="standing-banner standing-wish" aria-label="Your choice">
        <span>You chose {entitlementsOf(wish.tier).name} before you signed up.</span>
        <a href={`/account/billing/subscribe?${planQuery(wish)}`}>Go on with it</a>
      </aside>
    );
  return null;
};
