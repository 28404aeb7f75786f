import type { BillingState } from '../../../billing/door.ts';
import {
  type BillingInterval,
  entitlementsOf,
  PAID_TIERS,
  type PaidTier,
  priceOf,
  TIERS,
  type Tier,
} from '../../../billing/plans.ts';
import { dollars } from '../../../billing/terms.ts';
import type { PageFrame } from '../../context.ts';
import { documentOf, Page } from '../../layout/layout.tsx';
import { includedIn, planQuery, priceWords } from './offer.ts';

export interface PlansProps {
  readonly frame: PageFrame;
  readonly interval: BillingInterval;
  /** Null for a stranger. */
  readonly state: BillingState | null;
  /** Days that a newcomer's first subscription costs nothing. */
  readonly trialDays: number;
}

const IntervalChoice = ({ interval }: { interval: BillingInterval }) => (
  <nav class="interval-choice" aria-label="How to pay">
    <a href="/plans" aria-current={interval === 'month' ? 'true' : undefined}>
      Monthly
    </a>
    <a href="/plans?interval=year" aria-current={interval === 'year' ? 'true' : undefined}>
      Yearly <span class="saving">two months free</span>
    </a>
  </nav>
);

const isOver = (state: BillingState | null): boolean =>
  !state?.subscription || ['canceled', 'incomplete_expired'].includes(state.subscription.status);

const Action = ({ tier, interval, state, trialDays }: { tier: PaidTier } & Omit<PlansProps, 'frame'>) => {
  const { name } = entitlementsOf(tier);
  const query = planQuery({ tier, interval });
  const current = isOver(state) ? null : state?.subscription;
  if (current?.tier === tier && current.interval === interval)
    return (
      <a class="button button-plain" href="/account/billing">
        Your plan
      </a>
    );
  if (current)
    return (
      <a class="button" href={`/account/billing/change?${query}`}>
        Switch to {name}
      </a>
    );
  return (
    <a class="button" href={state ? `/account/billing/subscribe?${query}` : `/plans/choose?${query}`}>
      {trialDays > 0 ? `Try ${name} for ${trialDays} days` : `Subscribe to ${name}`}
    </a>
  );
};

const PaidPrice = ({ tier, interval, trialDays }: { tier: PaidTier; interval: BillingInterval; trialDays: number }) => (
  <>
    <p class="plan-price">
      <strong>{dollars(priceOf(tier, interval).cents)}</strong> a {interval}
    </p>
    <p class="hint">
      {interval === 'year'
        ? `${dollars(Math.round(priceOf(tier, 'year').cents / 12))} a month, paid once a year.`
        : `Or ${priceWords(tier, 'year')}.`}
      {trialDays > 0 ? ` Free for the first ${trialDays} days.` : ''}
    </p>
  </>
);

const Plan = ({ tier, ...props }: { tier: Tier } & PlansProps) => {
  const paid = PAID_TIERS.find((one) => one === tier);
  return (
    <li class={`plan plan-${tier}`}>
      <h2>{entitlementsOf(tier).name}</h2>
      {paid ? (
        <PaidPrice tier={paid} interval={props.interval} trialDays={props.trialDays} />
      ) : (
        <>
          <p class="plan-price">
            <strong>$0</strong>
          </p>
          <p class="hint">No card needed.</p>
        </>
      )}
      <ul>
        {includedIn(tier).map((line) => (
          <li>{line}</li>
        ))}
      </ul>
      <div class="plan-action">
        {paid ? <Action tier={paid} {...props} /> : null}
        {!paid && !props.state ? (
          <a class="button button-plain" href="/sign-up">
            Start free
          </a>
        ) : null}
      </div>
    </li>
  );
};

export const plansPage = (props: PlansProps) =>
  documentOf(
    <Page frame={props.frame} title="Plans" wide>
      <div class="page-heading">
        <div>
          <h1>Plans</h1>
          <p class="hint">One set of signals. Plans differ in how soon and how exactly you hear of them.</p>
        </div>
        <IntervalChoice interval={props.interval} />
      </div>
      <ul class="plan-list">
        {TIERS.map((tier) => (
          <Plan tier={tier} {...props} />
        ))}
      </ul>
      <section class="plan-terms" aria-labelledby="plan-terms-heading">
        <h2 id="plan-terms-heading">Before you pay</h2>
        <ul>
          <li>
            Prices are in US dollars{props.frame.options.billing.taxAdded ? '; tax is added where it is due' : ''}.
          </li>
          <li>A subscription renews by itself, at the same price, until you cancel.</li>
          <li>You cancel yourself, at any time, with one click on your billing page, and keep what is paid for.</li>
          <li>A higher plan begins when its difference is paid. A lower one begins with your next period.</li>
          {props.trialDays > 0 ? <li>There is one trial for each person and card.</li> : null}
          <li>If a payment fails you keep your plan for {props.frame.options.billing.graceDays} days to mend it.</li>
        </ul>
      </section>
    </Page>,
  );
