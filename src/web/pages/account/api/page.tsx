import type { Entitlements } from '../../../../billing/plans.ts';
import type { ApiKeyRow } from '../../../../db/queries/api-keys.ts';
import { API_KEYS_MAX, KEY_NAME_LENGTH_MAX } from '../../../auth/api-keys.ts';
import type { PageFrame } from '../../../context.ts';
import { Field } from '../../../layout/field.tsx';
import { documentOf } from '../../../layout/layout.tsx';
import { momentWords } from '../../../layout/moment.ts';
import { AccountShell } from '../shell.tsx';

const Key = ({ row }: { row: ApiKeyRow }) => (
  <li>
    <div class="row-words">
      <strong>{row.name}</strong> <code>{row.hint}…</code>
      <p class="hint">
        Reads {row.scopes.map((scope) => scope.replace(':read', '')).join(' and ')}. Made {momentWords(row.createdAt)}.{' '}
        {row.lastUsedAt ? `Last used ${momentWords(row.lastUsedAt)}.` : 'Never used.'}
      </p>
    </div>
    <form method="post" action="/account/api/keys/revoke">
      <input type="hidden" name="key" value={row.id} />
      <button class="button-quiet" type="submit">
        Revoke
      </button>
    </form>
  </li>
);

const NewKey = () => (
  <form method="post" action="/account/api/keys" class="stack">
    <Field
      name="name"
      label="Name"
      type="text"
      autocomplete="off"
      maxlength={KEY_NAME_LENGTH_MAX}
      hint="What it is for, so that you know it again."
    />
    <fieldset class="again">
      <legend>It may read</legend>
      <label class="check">
        <input type="checkbox" name="signals" value="yes" checked />
        <span>Signals</span>
      </label>
      <label class="check">
        <input type="checkbox" name="reports" value="yes" checked />
        <span>Reports</span>
      </label>
    </fieldset>
    <div>
      <button class="button" type="submit">
        Make a key
      </button>
    </div>
  </form>
);

const ROUTES_TOLD = [
  ['GET /api/v1/signals', 'The latest entries. With after=, what came after that cursor; limit= up to 200.'],
  ['GET /api/v1/signals/{id}', 'Everything of one signal.'],
  ['GET /api/v1/reports', 'The reports there are.'],
  ['GET /api/v1/reports/{kind}/{date}', 'One report, as HTML in JSON.'],
  ['GET /api/v1/me', 'Your plan and what this key may do.'],
] as const;

const Guide = ({ origin, perMinute }: { origin: string; perMinute: number | null }) => (
  <section class="panel" aria-labelledby="guide-heading">
    <h2 id="guide-heading">How to use it</h2>
    <pre tabindex={0}>{`curl -H "Authorization: Bearer qc_…" ${origin}/api/v1/signals`}</pre>
    <dl class="account-facts">
      {ROUTES_TOLD.map(([name, words]) => (
        <>
          <dt>
            <code>{name}</code>
          </dt>
          <dd>{words}</dd>
        </>
      ))}
    </dl>
    <p>
      Entries come oldest first, at your plan’s time and in its detail, as on the feed. Keep the <code>cursor</code> of
      an answer and send it as <code>after</code>; go on at once while <code>more</code> is true. After 410 start again
      without it.
    </p>
    <p>
      Every answer says how fresh it is: while <code>staleness.stale</code> is true, silence does not mean that nothing
      happened.
    </p>
    <p>
      {perMinute === null ? null : `A key may ask ${perMinute} times a minute. `}
      <code>RateLimit-Limit</code>, <code>RateLimit-Remaining</code> and <code>RateLimit-Reset</code> (seconds) tell
      what is left; after 429 wait as long as <code>Retry-After</code> says. Errors are{' '}
      <code>application/problem+json</code>.
    </p>
    <p class="hint">
      Keys are for programs of your own. Browsers cannot use them from other sites, and passing signals on ends the
      account.
    </p>
  </section>
);

export interface ApiProps {
  readonly frame: PageFrame;
  readonly api: Entitlements['api'];
  readonly keys: readonly ApiKeyRow[];
  /** The key just made, shown this once. */
  readonly fresh: string | null;
  readonly problem: string | null;
  readonly notice: string | null;
}

export const apiPage = ({ frame, api, keys, fresh, problem, notice }: ApiProps) =>
  documentOf(
    <AccountShell frame={frame} title="API" problem={problem} notice={notice}>
      {fresh === null ? null : (
        <section class="panel" aria-labelledby="fresh-heading">
          <h2 id="fresh-heading">Your new key</h2>
          <p>Copy it now: it is shown this once.</p>
          <code class="key-shown">{fresh}</code>
        </section>
      )}
      <section class="panel" aria-labelledby="keys-heading">
        <h2 id="keys-heading">Keys</h2>
        {api === null ? (
          <p>
            Your plan does not include the API; Premium does. <a href="/plans">See the plans</a>.
            {keys.length > 0 ? ' Your keys work again once your plan does.' : ''}
          </p>
        ) : null}
        {keys.length > 0 ? (
          <ul class="row-list">
            {keys.map((row) => (
              <Key row={row} />
            ))}
          </ul>
        ) : null}
        {api !== null && keys.length < API_KEYS_MAX ? <NewKey /> : null}
        {keys.length >= API_KEYS_MAX ? (
          <p class="hint">That is as many as there may be. Revoke one to make another.</p>
        ) : null}
      </section>
      <Guide origin={frame.options.publicUrl.origin} perMinute={api?.requestsPerMinute ?? null} />
    </AccountShell>,
  );
