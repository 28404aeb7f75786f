import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '../../auth/password.ts';
import type { PageFrame } from '../../context.ts';
import { Field, Problem } from '../../layout/field.tsx';
import { documentOf, Page } from '../../layout/layout.tsx';
import { AcceptTerms } from '../terms/page.tsx';

export interface SignUpProps {
  readonly frame: PageFrame;
  readonly email: string;
  readonly problem: string | null;
}

export const signUpPage = ({ frame, email, problem }: SignUpProps) =>
  documentOf(
    <Page frame={frame} title="Create account">
      <div class="form-page">
        <section class="panel" aria-labelledby="sign-up-heading">
          <h1 id="sign-up-heading">Create account</h1>
          <p class="hint">Starts on the Free plan. No card needed.</p>
          <Problem text={problem} />
          <form method="post" action="/sign-up" class="stack">
            <Field name="email" label="E-mail" type="email" autocomplete="username" value={email} maxlength={254} />
            <Field
              name="password"
              label="Password"
              type="password"
              autocomplete="new-password"
              minlength={PASSWORD_LENGTH_MIN}
              maxlength={PASSWORD_LENGTH_MAX}
              hint={`At least ${PASSWORD_LENGTH_MIN} characters. A few unrelated words make a good one.`}
            />
            <AcceptTerms />
            <button class="button" type="submit">
              Create account
            </button>
          </form>
          <p class="hint">
            Already a member? <a href="/sign-in">Sign in</a>.
          </p>
        </section>
      </div>
    </Page>,
  );
