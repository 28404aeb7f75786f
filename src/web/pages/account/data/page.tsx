import type { PageFrame } from '../../../context.ts';
import { documentOf } from '../../../layout/layout.tsx';
import { AccountShell } from '../shell.tsx';

export const dataPage = ({ frame }: { frame: PageFrame }) =>
  documentOf(
    <AccountShell frame={frame} title="Your data">
      <section class="panel" aria-labelledby="copy-heading">
        <h2 id="copy-heading">A copy of everything</h2>
        <p>All that is kept about you, as one JSON file. Secrets are not in it: nobody can use it to sign in.</p>
        <form method="post" action="/account/data/export">
          <button class="button button-plain" type="submit">
            Download a copy
          </button>
        </form>
      </section>
      <section class="panel" aria-labelledby="delete-heading">
        <h2 id="delete-heading">Delete the account</h2>
        <p>A subscription is ended first. Then your address, sessions, keys and mails are erased for good.</p>
        <p>
          <a class="button button-plain" href="/account/data/delete">
            Delete the account …
          </a>
        </p>
      </section>
    </AccountShell>,
  );

const Gone = () => (
  <ul class="steps">
    <li>
      A paid subscription ends now, without a refund of the running period. Access that was given to you ends too.
    </li>
    <li>Your address, password, second factor, sessions, keys and mails are erased. You are signed out everywhere.</li>
    <li>
      What stays, without your name: invoices as long as tax law asks, which terms were accepted when, and the record of
      changes to accounts, which nobody can alter.
    </li>
  </ul>
);

export const deletePage = ({ frame, problem }: { frame: PageFrame; problem: string | null }) =>
  documentOf(
    <AccountShell frame={frame} title="Delete the account" problem={problem}>
      <section class="panel stack">
        <Gone />
        <form method="post" action="/account/data/delete" class="stack">
          <label class="check">
            <input type="checkbox" name="confirm" value="yes" required />
            <span>Delete {frame.member?.email}. I know that nobody can bring it back.</span>
          </label>
          <div class="button-row">
            <button class="button button-danger" type="submit">
              Delete for good
            </button>
            <a class="button button-plain" href="/account/data">
              Keep it
            </a>
          </div>
        </form>
      </section>
    </AccountShell>,
  );
