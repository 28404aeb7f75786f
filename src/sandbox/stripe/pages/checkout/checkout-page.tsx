import { Problem } from '../../../hosted/document.tsx';
import type { CheckoutSession } from '../../checkout/types.ts';
import type { CheckoutQuote } from '../../seam.ts';
import type { CardProblems, CardText } from '../card-entry.ts';
import { CardForm, TestCards } from '../card-form.tsx';
import { MERCHANT } from '../hosted.tsx';
import { Page, Token } from '../layout.tsx';
import { PATHS } from '../paths.ts';
import { day, money, perInterval } from '../words.ts';

export interface CheckoutView {
  readonly session: CheckoutSession;
  readonly quote: CheckoutQuote;
  readonly nowSeconds: number;
  readonly token: string;
  /** Of the customer; null when the customer types it. */
  readonly email: string | null;
  readonly typedEmail: string;
  readonly card: CardText;
  readonly problems: CardProblems;
  readonly emailProblem: string | null;
  /** Of the payment as a whole. */
  readonly problem: string | null;
  readonly codeProblem: string | null;
  readonly needsAddress: boolean;
}

const DAY_SECONDS = 86_400;

const renewal = ({ lines, renewalCents, currency }: CheckoutQuote): string => {
  const { interval = null, intervalCount = 1 } = lines.find((line) => line.interval !== null) ?? {};
  return `${money(renewalCents, currency)} ${perInterval(interval, intervalCount)}`;
};

const PromotionCode = ({ session, quote, token, codeProblem }: CheckoutView) => {
  const action = PATHS.checkout(session.id);
  const applied = quote.promotionCode ?? quote.discountName;
  if (quote.discountCents > 0 || applied !== null)
    return (
      <form method="post" action={action} class="code">
        <Token value={token} />
        <span class="tag">{applied ?? 'Discount'}</span>
        {session.allow_promotion_codes ? (
          <button class="link" type="submit" name="action" value="remove-code">
            Remove the code
          </button>
        ) : null}
      </form>
    );
  if (!session.allow_promotion_codes) return null;
  return (
    <form method="post" action={action} class="code">
      <Token value={token} />
      <label for="code">Promotion code</label>
      <div class="joined">
        <input
          id="code"
          name="code"
          maxlength={100}
          autocomplete="off"
          aria-invalid={codeProblem ? 'true' : undefined}
          aria-describedby={codeProblem ? 'problem-code' : undefined}
        />
        <button class="button quiet" type="submit" name="action" value="code">
          Apply
        </button>
      </div>
      {codeProblem ? (
        <p class="field-problem" id="problem-code" role="alert">
          {codeProblem}
        </p>
      ) : null}
    </form>
  );
};

const Summary = (view: CheckoutView) => {
  const { session, quote, nowSeconds } = view;
  const { currency, trialEnd, lines } = quote;
  const product = lines[0]?.description ?? MERCHANT;
  const trialDays = trialEnd === null ? 0 : Math.round((trialEnd - nowSeconds) / DAY_SECONDS);
  return (
    <section class="summary" aria-label="Order summary">
      {session.cancel_url ? (
        <p>
          <a href={session.cancel_url}>{`← Back to ${MERCHANT}`}</a>
        </p>
      ) : (
        <p>{MERCHANT}</p>
      )}
      <h1>{trialEnd === null ? `Subscribe to ${product}` : `Try ${product}`}</h1>
      <p class="amount">{trialEnd === null ? money(quote.dueCents, currency) : `${trialDays} days free`}</p>
      <p class="soft">
        {trialEnd === null ? `Then ${renewal(quote)}` : `Then ${renewal(quote)}, from ${day(trialEnd)}`}
      </p>
      <dl class="sums">
        {lines.map((line) => (
          <div>
            <dt>
              {line.description}
              {line.quantity > 1 ? ` × ${line.quantity}` : ''}
              <small>Billed {perInterval(line.interval, line.intervalCount)}</small>
            </dt>
            <dd>{trialEnd === null ? money(line.amountCents, currency) : `${trialDays} days free`}</dd>
          </div>
        ))}
        <div>
          <dt>Subtotal</dt>
          <dd>{money(quote.subtotalCents, currency)}</dd>
        </div>
        {quote.discountCents > 0 ? (
          <div>
            <dt>{quote.discountName ?? 'Discount'}</dt>
            <dd>−{money(quote.discountCents, currency)}</dd>
          </div>
        ) : null}
        {quote.taxCents > 0 || session.automatic_tax.enabled ? (
          <div>
            <dt>Tax{view.needsAddress && quote.taxCents === 0 ? <small>Worked out from your address</small> : null}</dt>
            <dd>{money(quote.taxCents, currency)}</dd>
          </div>
        ) : null}
        <div class="total">
          <dt>Total due today</dt>
          <dd>{money(quote.dueCents, currency)}</dd>
        </div>
      </dl>
      <PromotionCode {...view} />
    </section>
  );
};

const Email = ({ email, typedEmail, emailProblem }: CheckoutView) =>
  email === null ? (
    <div class="field">
      <label for="email">Email</label>
      <input
        id="email"
        name="email"
        type="email"
        autocomplete="email"
        maxlength={512}
        value={typedEmail}
        aria-invalid={emailProblem ? 'true' : undefined}
        aria-describedby={emailProblem ? 'problem-email' : undefined}
      />
      {emailProblem ? (
        <p class="field-problem" id="problem-email">
          {emailProblem}
        </p>
      ) : null}
    </div>
  ) : (
    <dl class="facts">
      <div>
        <dt>Email</dt>
        <dd>{email}</dd>
      </div>
    </dl>
  );

/** Checkout as the customer sees it: what it costs beside the card's form. */
export const CheckoutPage = (view: CheckoutView) => {
  const { session, quote, token, card, problems, problem, needsAddress } = view;
  const isTrial = quote.trialEnd !== null;
  const button = isTrial ? 'Start trial' : 'Subscribe';
  const path = PATHS.checkout(session.id);
  return (
    <Page title="Checkout" split>
      <Summary {...view} />
      <section class="card" aria-label="Payment details">
        <h2>Pay with card</h2>
        <Problem text={problem} />
        <TestCards path={path} />
        <form method="post" action={path} novalidate>
          <Token value={token} />
          <Email {...view} />
          <CardForm text={card} problems={problems} needsAddress={needsAddress} />
          <button class="button" type="submit" name="action" value="pay">
            {button}
          </button>
          <p class="terms">
            {`By choosing ${button} you agree that ${MERCHANT} charges your card ${
              isTrial ? `${renewal(quote)} once the trial ends` : `now and ${renewal(quote)}`
            }, until you cancel. You can cancel at any time.`}
          </p>
        </form>
      </section>
    </Page>
  );
};
