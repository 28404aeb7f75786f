import type { Tier } from '../../../billing/plans.ts';
import { entitlementsOf } from '../../../billing/plans.ts';
import type { PageFrame } from '../../context.ts';
import { documentOf, Page } from '../../layout/layout.tsx';

/** After paying. `tier` is what the database entitles to now: the page claims nothing else. */
export const donePage = ({ frame, tier }: { frame: PageFrame; tier: Tier }) => {
  const { name } = entitlementsOf(tier);
  const title = tier === 'free' ? 'Your payment is being confirmed' : `You have ${name}`;
  return documentOf(
    <Page frame={frame} title={title}>
      <div class="form-page">
        <section class="panel" aria-labelledby="done-heading">
          <h1 id="done-heading">{title}</h1>
          {tier === 'free' ? (
            <p>
              Your bank has not confirmed it yet. As soon as it does, your plan begins by itself; you need not pay
              again.
            </p>
          ) : (
            <p>Thank you. Your plan has begun, and a mail with the details is on its way to you.</p>
          )}
          <div class="button-row">
            <a class="button" href="/feed">
              Open the feed
            </a>
            <a class="button button-plain" href="/account/billing">
              See your subscription
            </a>
          </div>
        </section>
      </div>
    </Page>,
  );
};
