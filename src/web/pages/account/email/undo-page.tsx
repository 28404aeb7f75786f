import type { PageFrame } from '../../../context.ts';
import { Problem } from '../../../layout/field.tsx';
import { documentOf, Page } from '../../../layout/layout.tsx';

export interface UndoEmailProps {
  readonly frame: PageFrame;
  /** Null where the link does not work. */
  readonly token: string | null;
  readonly email: string | null;
  readonly problem: string | null;
}

export const undoEmailPage = ({ frame, token, email, problem }: UndoEmailProps) =>
  documentOf(
    <Page frame={frame} title="Undo the change of address">
      <div class="form-page">
        <section class="panel" aria-labelledby="undo-heading">
          <h1 id="undo-heading">Undo the change of address</h1>
          <Problem text={problem} />
          {token === null ? null : (
            <form method="post" action="/email/undo" class="stack">
              <p>
                Your account goes back to <strong>{email}</strong>. Everybody is signed out, keys are revoked, and you
                choose a new password.
              </p>
              <input type="hidden" name="token" value={token} />
              <button class="button" type="submit">
                That was not me: undo it
              </button>
            </form>
          )}
        </section>
      </div>
    </Page>,
  );
