import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '../../auth/password.ts';
import type { PageFrame } from '../../context.ts';
import { Field, Problem } from '../../layout/field.tsx';
import { documentOf, Page } from '../../layout/layout.tsx';

export interface ForgotProps {
  readonly frame: PageFrame;
  readonly email: string;
  readonly problem: string | null;
  /** Where a mail went if it has an account; null before one was asked for. */
  readonly sentTo: string | null;
}

export const forgotPage = ({ frame, email, problem, sentTo }: ForgotProps) =>
  documentOf(
    <Page frame={frame} title="Forgotten password">
      <div class="form-page">
        <section class="panel" aria-labelledby="forgot-heading">
          <h1 id="forgot-heading">Forgotten password</h1>
          {sentTo === null ? (
            <p>We mail you a link to choose another.</p>
          ) : (
            <p class="notice" role="status">
              If {sentTo} has an account, a mail with a link is on its way. It works for an hour.
            </p>
          )}
          <Problem text={problem} />
          <form method="post" action="/forgot" class="stack">
            <Field name="email" label="E-mail" type="email" autocomplete="username" value={email} maxlength={254} />
            <button class="button" type="submit">
              {sentTo === null ? 'Send the link' : 'Send it again'}
            </button>
          </form>
          <p class="hint">
            <a href="/sign-in">Back to signing in</a>
          </p>
        </section>
      </div>
    </Page>,
  );

export const NewPassword = ({ label = 'New password' }: { label?: string }) => (
  <Field
    name="password"
    label={label}
    type="password"
    autocomplete="new-password"
    minlength={PASSWORD_LENGTH_MIN}
    maxlength={PASSWORD_LENGTH_MAX}
    hint={`At least ${PASSWORD_LENGTH_MIN} characters. A few unrelated words make a good one.`}
  />
);

export interface ResetProps {
  readonly frame: PageFrame;
  /** Null where the link does not work. */
  readonly token: string | null;
  readonly problem: string | null;
}

export const resetPage = ({ frame, token, problem }: ResetProps) =>
  documentOf(
    <Page frame={frame} title="Choose a new password">
      <div class="form-page">
        <section class="panel" aria-labelledby="reset-heading">
          <h1 id="reset-heading">Choose a new password</h1>
          <Problem text={problem} />
          {token === null ? (
            <p>
              <a class="button" href="/forgot">
                Ask for another link
              </a>
            </p>
          ) : (
            <form method="post" action="/reset" class="stack">
              <input type="hidden" name="token" value={token} />
              <NewPassword />
              <button class="button" type="submit">
                Change the password
              </button>
              <p class="hint">You are signed out everywhere and sign in with the new one.</p>
            </form>
          )}
        </section>
      </div>
    </Page>,
  );
