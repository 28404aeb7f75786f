import type { PageFrame } from '../../../context.ts';
import { Field } from '../../../layout/field.tsx';
import { documentOf } from '../../../layout/layout.tsx';
import { AccountShell } from '../shell.tsx';

export interface EmailProps {
  readonly frame: PageFrame;
  readonly typed: string;
  readonly problem: string | null;
  readonly sentTo: string | null;
}

export const emailPage = ({ frame, typed, problem, sentTo }: EmailProps) =>
  documentOf(
    <AccountShell
      frame={frame}
      title="Change e-mail"
      problem={problem}
      notice={sentTo === null ? null : `A mail is on its way to ${sentTo}. Open its link in this browser.`}
    >
      <section class="panel stack">
        <p>
          Now it is <strong>{frame.member?.email}</strong>. It stays so until the link in the mail to the new address is
          confirmed.
        </p>
        <form method="post" action="/account/email" class="stack">
          <Field name="email" label="New e-mail" type="email" autocomplete="email" value={typed} maxlength={254} />
          <div>
            <button class="button" type="submit">
              Send the link
            </button>
          </div>
        </form>
      </section>
    </AccountShell>,
  );

export interface ConfirmEmailProps {
  readonly frame: PageFrame;
  readonly token: string;
  /** Null where the link does not work. */
  readonly email: string | null;
  readonly problem: string | null;
}

export const confirmEmailPage = ({ frame, token, email, problem }: ConfirmEmailProps) =>
  documentOf(
    <AccountShell frame={frame} title="Confirm the new address" problem={problem}>
      {email === null ? null : (
        <section class="panel stack">
          <p>
            From now on you sign in with <strong>{email}</strong>, and mails go there. We tell the old address too.
          </p>
          <form method="post" action="/account/email/confirm">
            <input type="hidden" name="token" value={token} />
            <button class="button" type="submit">
              Use this address
            </button>
          </form>
        </section>
      )}
    </AccountShell>,
  );
