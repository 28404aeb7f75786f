import { currentCode } from '../../auth/second-factor/totp.ts';
import type { DemoUser, PageFrame } from '../../context.ts';
import { Field, Problem } from '../../layout/field.tsx';
import { documentOf, Page } from '../../layout/layout.tsx';

const DemoUsers = ({ users }: { users: readonly DemoUser[] }) => (
  <section class="panel demo-users" aria-labelledby="demo-heading">
    <h2 id="demo-heading">Demo accounts</h2>
    <p class="hint">Only because this is a sandbox. One click signs you in.</p>
    <ul>
      {users.map((user) => (
        <li>
          <form method="post" action="/sandbox/sign-in">
            <input type="hidden" name="email" value={user.email} />
            <button class="button-wide" type="submit">
              <strong>{user.label}</strong>
              <span>{user.email}</span>
            </button>
          </form>
          {user.totpSecret ? (
            <p class="hint">
              By hand: password <code>{user.password}</code>, code now <code>{currentCode(user.totpSecret)}</code>
            </p>
          ) : null}
        </li>
      ))}
    </ul>
  </section>
);

export interface SignInProps {
  readonly frame: PageFrame;
  readonly email: string;
  readonly problem: string | null;
  readonly notice: string | null;
}

export const signInPage = ({ frame, email, problem, notice }: SignInProps) =>
  documentOf(
    <Page frame={frame} title="Sign in">
      <div class="form-page">
        <section class="panel" aria-labelledby="sign-in-heading">
          <h1 id="sign-in-heading">Sign in</h1>
          {notice === null ? null : (
            <p class="notice" role="status">
              {notice}
            </p>
          )}
          <Problem text={problem} />
          <form method="post" action="/sign-in" class="stack">
            <Field name="email" label="E-mail" type="email" autocomplete="username" value={email} />
            <Field name="password" label="Password" type="password" autocomplete="current-password" />
            <button class="button" type="submit">
              Sign in
            </button>
          </form>
          <p class="hint">
            <a href="/forgot">Forgotten the password?</a> New here? <a href="/sign-up">Create an account</a>. It is
            free.
          </p>
        </section>
        {frame.options.demoUsers ? <DemoUsers users={frame.options.demoUsers} /> : null}
      </div>
    </Page>,
  );
