import type { Child } from 'hono/jsx';
import { TERMS_VERSION } from '../../auth/terms.ts';
import type { PageFrame } from '../../context.ts';
import { Problem } from '../../layout/field.tsx';
import { documentOf, Page } from '../../layout/layout.tsx';

/** The box to tick, wherever the terms are accepted. */
export const AcceptTerms = () => (
  <label class="check">
    <input type="checkbox" name="terms" value="accepted" required />
    <span>
      I understand that QuantiCity gives information and not advice, that options can lose everything paid for them, and
      that simulated results are hypothetical. I accept the <a href="/terms">terms</a> and have read the{' '}
      <a href="/disclosures">disclosures</a>.
    </span>
  </label>
);

export const acceptTermsPage = ({ frame, problem }: { frame: PageFrame; problem: string | null }) =>
  documentOf(
    <Page frame={frame} title="New terms">
      <div class="form-page">
        <section class="panel" aria-labelledby="accept-heading">
          <h1 id="accept-heading">Our terms have changed</h1>
          <p>
            This is version {TERMS_VERSION} of the <a href="/terms">terms</a> and <a href="/disclosures">disclosures</a>
            . Accept it to go on. What you have paid for stays yours; to leave, sign out or write to us.
          </p>
          <Problem text={problem} />
          <form method="post" action="/terms/accept" class="stack">
            <input type="hidden" name="version" value={TERMS_VERSION} />
            <AcceptTerms />
            <button class="button" type="submit">
              Accept and go on
            </button>
          </form>
        </section>
      </div>
    </Page>,
  );

const Paper = ({ frame, title, children }: { frame: PageFrame; title: string; children: Child }) => (
  <Page frame={frame} title={title}>
    <article class="panel paper">
      <h1>{title}</h1>
      <p class="hint">Version {TERMS_VERSION}</p>
      {children}
    </article>
  </Page>
);

export const termsPage = ({ frame }: { frame: PageFrame }) =>
  documentOf(
    <Paper frame={frame} title="Terms">
      <h2>What you get</h2>
      <p>
        Information about short-dated options: signals, reports and a record of both. Every member of a plan gets the
        same, at the time and in the detail that the plan says. Nobody’s circumstances are looked at, and nothing is
        traded for you.
      </p>
      <h2>What you pay</h2>
      <p>
        Paid plans are charged ahead, for a month or a year, and renew by themselves until you cancel. You cancel
        yourself, on the billing page, without a call or a letter; you keep what you have paid for until its end. Prices
        are told before you pay and changed only with notice.
      </p>
      <h2>What you may do</h2>
      <p>
        Use it for yourself. Accounts, keys and invitations are personal: passing on signals, in whole or in part, ends
        the account. Automatic reading goes through the API, within its limits.
      </p>
      <h2>What we may do</h2>
      <p>
        Stop publishing at any moment when the market or our own machines make it unsafe. Close an account that breaks
        these terms; what was paid for and not used is then given back, except where signals were passed on.
      </p>
      <h2>Your data</h2>
      <p>
        We keep your address, what you accepted and when, your sessions, your subscription as the payment provider
        reports it, and a record of changes to your access. Cards are seen by the payment provider alone. You can
        download all of it and delete the account on your account page; invoices stay as long as tax law asks.
      </p>
    </Paper>,
  );

export const disclosuresPage = ({ frame }: { frame: PageFrame }) =>
  documentOf(
    <Paper frame={frame} title="Disclosures">
      <h2>Information, not advice</h2>
      <p>
        QuantiCity publishes impersonal information to all members of a plan alike. It is no recommendation to you. We
        do not answer what you should do, and nobody who writes in our name and does is one of us.
      </p>
      <h2>Risk</h2>
      <p>
        Options are risky and do not suit everybody. Options that expire within days often expire worthless; you can
        lose all that you paid within minutes. Before you trade any, read “Characteristics and Risks of Standardized
        Options”, which your broker must give you. Trade with money that you can lose.
      </p>
      <h2>Simulated results</h2>
      <p>
        Results marked simulated or paper are hypothetical. They were not earned with real money and have inherent
        limits: no simulation shows the whole effect of liquidity, slippage and nerves, and they are made with the
        benefit of hindsight. No account will or is likely to achieve profits or losses like those shown.
      </p>
      <h2>Our own trading</h2>
      <p>
        QuantiCity, or people who work for it, may hold and trade the contracts that signals are about, before and after
        they are published.
      </p>
      <h2>Delay</h2>
      <p>
        Premium sees a signal when it is made, Basic a minute later, Free five minutes later and in less detail. By then
        prices have moved: the entry shown is not the one you will get.
      </p>
    </Paper>,
  );
