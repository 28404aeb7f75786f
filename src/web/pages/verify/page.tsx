import { PASSWORD_LENGTH_MAX } from '../../auth/password.ts';
import type { PageFrame } from '../../context.ts';
import { Field, Problem } from '../../layout/field.tsx';
import { documentOf, Page } from '../../layout/layout.tsx';

export interface VerifyProps {
  readonly frame: PageFrame;
  /** Out of the mailed link; null where there is none, or none that works. */
  readonly token: string | null;
  /** Where the mail went; null when this browser asked for none. */
  readonly email: string | null;
  /** Whether this browser has yet to show that it is whoever signed up. */
  readonly asksPassword: boolean;
  readonly problem: string | null;
  readonly sent: boolean;
}

const ByLink = ({ token, asksPassword }: { token: string; asksPassword: boolean }) => (
  <form method="post" action="/verify" class="stack">
    <input type="hidden" name="token" value={token} />
    {asksPassword ? (
      <Field
        name="password"
        label="Password"
        type="password"
        autocomplete="current-password"
        maxlength={PASSWORD_LENGTH_MAX}
        hint="The one you chose when you signed up. It shows that the account is yours, and not somebody else’s who used your address."
      />
    ) : null}
    <button class="button" type="submit">
      Confirm this address
    </button>
  </form>
);

const ByCode = ({ email }: { email: string }) => (
  <>
    <p>
      A mail is on its way to <strong>{email}</strong>. Open the link in it, or enter its code here.
    </p>
    <form method="post" action="/verify" class="stack">
      <Field
        name="code"
        label="Code from the mail"
        type="text"
        autocomplete="one-time-code"
        inputmode="numeric"
        maxlength={12}
        hint="Six digits."
      />
      <button class="button" type="submit">
        Confirm
      </button>
    </form>
    <form method="post" action="/verify/resend" class="stack">
      <button class="button button-plain" type="submit">
        Send another mail
      </button>
      <p class="hint">Look into the spam folder first. The link and the code work for a day.</p>
    </form>
  </>
);

export const verifyPage = ({ frame, token, email, asksPassword, problem, sent }: VerifyProps) =>
  documentOf(
    <Page frame={frame} title="Confirm your address">
      <div class="form-page">
        <section class="panel" aria-labelledby="verify-heading">
          <h1 id="verify-heading">Confirm your address</h1>
          <Problem text={problem} />
          {sent ? (
            <p class="notice" role="status">
              Another mail is on its way.
            </p>
          ) : null}
          {token !== null ? <ByLink token={token} asksPassword={asksPassword} /> : null}
          {token === null && email !== null ? <ByCode email={email} /> : null}
          <p class="hint">
            {frame.member ? null : (
              <>
                Confirmed already? <a href="/sign-in">Sign in</a>.{' '}
              </>
            )}
            Wrong address? <a href="/sign-up">Sign up</a> with the right one.
          </p>
        </section>
      </div>
    </Page>,
  );
