import type { PageFrame } from '../../context.ts';
import { Field, Problem } from '../../layout/field.tsx';
import { documentOf, Page } from '../../layout/layout.tsx';

export const signInCodePage = ({ frame, problem }: { frame: PageFrame; problem: string | null }) =>
  documentOf(
    <Page frame={frame} title="Second factor">
      <div class="form-page">
        <section class="panel" aria-labelledby="code-heading">
          <h1 id="code-heading">Second factor</h1>
          <Problem text={problem} />
          <form method="post" action="/sign-in/code" class="stack">
            <Field
              name="code"
              label="Code"
              type="text"
              autocomplete="one-time-code"
              maxlength={20}
              autofocus
              hint="Six digits from your authenticator, or one of your recovery codes."
            />
            <button class="button" type="submit">
              Sign in
            </button>
          </form>
          <p class="hint">
            <a href="/sign-in">Start again</a>
          </p>
        </section>
      </div>
    </Page>,
  );
