import type { ChangePreview } from '../../../billing/door.ts';
import { entitlementsOf } from '../../../billing/plans.ts';
import { dollars, termsOf } from '../../../billing/terms.ts';
import type { PageFrame } from '../../context.ts';
import { Problem } from '../../layout/field.tsx';
import { documentOf, Page } from '../../layout/layout.tsx';
import { type AskedPlan, dayWords, priceWords } from '../plans/offer.ts';

const Asked = ({ plan }: { plan: AskedPlan }) => (
  <>
    <input type="hidden" name="tier" value={plan.tier} />
    <input type="hidden" name="interval" value={plan.interval} />
  </>
);

/** The law of most places: clear terms before the card is asked for, and an express yes. */
const Agreement = ({ text }: { text: string }) => (
  <label class="check">
    <input type="checkbox" name="agreed" value="yes" required />
    <span>{text}</span>
  </label>
);

export interface SubscribeProps {
  readonly frame: PageFrame;
  readonly plan: AskedPlan;
  readonly trialDays: number;
  readonly couponCode: string;
  readonly problem: string | null;
}

export const subscribePage = ({ frame, plan, trialDays, couponCode, problem }: SubscribeProps) => {
  const { name } = entitlementsOf(plan.tier);
  return documentOf(
    <Page frame={frame} title={`Subscribe to ${name}`}>
      <div class="form-page">
        <section class="panel" aria-labelledby="subscribe-heading">
          <h1 id="subscribe-heading">Subscribe to {name}</h1>
          <p class="plan-price">
            <strong>{trialDays > 0 ? `${trialDays} days free` : priceWords(plan.tier, plan.interval)}</strong>
            {trialDays > 0 ? ` then ${priceWords(plan.tier, plan.interval)}` : ''}
          </p>
          <Problem text={problem} />
          <p>{termsOf({ ...plan, trialDays })}</p>
          <form method="post" action="/account/billing/checkout" class="stack">
            <Asked plan={plan} />
            <div class="field">
              <label for="field-code">Coupon code, if you have one</label>
              <input id="field-code" name="code" type="text" value={couponCode} maxlength={100} autocomplete="off" />
            </div>
            <Agreement text="I agree to these terms, and that it renews until I cancel." />
            <button class="button" type="submit">
              Go to payment
            </button>
          </form>
          <p class="hint">
            You pay at Stripe; we never see your card. <a href="/plans">Back to the plans</a>
          </p>
        </section>
      </div>
    </Page>,
  );
};

export interface ChangeProps {
  readonly frame: PageFrame;
  readonly plan: AskedPlan;
  readonly preview: Extract<ChangePreview, { ok: true }>;
}

const meaningOf = (plan: AskedPlan, preview: ChangeProps['preview']): readonly string[] => {
  const { name } = entitlementsOf(plan.tier);
  const price = priceWords(plan.tier, plan.interval);
  if (preview.when === 'at-period-end')
    return [
      `Nothing is charged now, and you keep what you have until ${dayWords(preview.atMs)}.`,
      `From then on you have ${name} and pay ${price}, until you cancel. You can take this back until then.`,
    ];
  if (preview.trialEndMs !== null)
    return [
      `${name} begins at once, and nothing is charged until your trial ends on ${dayWords(preview.trialEndMs)}.`,
      `From then on it costs ${price}, until you cancel.`,
    ];
  if (preview.dueCents > 0)
    return [
      `About ${dollars(preview.dueCents)} is charged to your card now: ${name} for the rest of the period, less what you have paid for it already.`,
      `${name} begins as soon as that is paid. From the next period on it costs ${price}, until you cancel.`,
    ];
  return [
    `${name} begins at once, and nothing is charged now.`,
    ...(preview.dueCents < 0 ? [`${dollars(-preview.dueCents)} is kept for your next invoices.`] : []),
    `It costs ${price}, until you cancel.`,
  ];
};

export const changePage = ({ frame, plan, preview }: ChangeProps) => {
  const { name } = entitlementsOf(plan.tier);
  return documentOf(
    <Page frame={frame} title={`Switch to ${name}`}>
      <div class="form-page">
        <section class="panel" aria-labelledby="change-heading">
          <h1 id="change-heading">
            Switch to {name}, paid by the {plan.interval}
          </h1>
          {meaningOf(plan, preview).map((text) => (
            <p>{text}</p>
          ))}
          <form method="post" action="/account/billing/change" class="stack">
            <Asked plan={plan} />
            <Agreement text="I agree to this change." />
            <button class="button" type="submit">
              Switch to {name}
            </button>
          </form>
          <p class="hint">
            <a href="/account/billing">Leave it as it is</a>
          </p>
        </section>
      </div>
    </Page>,
  );
};
