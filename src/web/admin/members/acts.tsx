import { IMPERSONATION_MINUTES } from '../../../db/queries/impersonations.ts';
import type { Dossier } from '../../../db/queries/members/dossier.ts';
import { ActForm } from './act-form.tsx';

const GrantComp = ({ base }: { base: string }) => (
  <ActForm
    id="comp"
    action={`${base}/comp`}
    title="Give access"
    button="Give access"
    hint="Beside whatever is bought, until the end of that day in New York. It lapses by itself; a mail tells the member."
  >
    <div class="field">
      <label for="comp-tier">Tier</label>
      <select id="comp-tier" name="tier" required>
        <option value="basic">Basic</option>
        <option value="premium">Premium</option>
      </select>
    </div>
    <div class="field">
      <label for="comp-last-day">Last day</label>
      <input id="comp-last-day" name="lastDay" type="date" required />
    </div>
  </ActForm>
);

const Ban = ({ base }: { base: string }) => (
  <ActForm
    id="ban"
    action={`${base}/ban`}
    title="Ban"
    button="Ban this account"
    danger
    hint="Ends every session and open page within two seconds, and cancels at Stripe at once. Nothing is refunded by it."
  >
    <label class="check">
      <input type="checkbox" name="confirm" value="yes" required />
      <span>End this member’s access and subscriptions now.</span>
    </label>
  </ActForm>
);

const Unban = ({ base }: { base: string }) => (
  <ActForm
    id="unban"
    action={`${base}/unban`}
    title="Lift the ban"
    button="Lift the ban"
    hint="The member may sign in again. What was cancelled at Stripe stays cancelled."
  />
);

const Stripe = ({ base }: { base: string }) => (
  <>
    <ActForm
      id="resync"
      action={`${base}/resync`}
      title="Read Stripe again"
      button="Read Stripe again"
      hint="Takes what Stripe says of this member into our rows. Safe at any time."
    />
    <ActForm
      id="end"
      action={`${base}/subscriptions/end`}
      title="End what is bought"
      button="Cancel at Stripe now"
      danger
      hint="Cancels every subscription at Stripe at once, not at the end of what is paid. Nothing is refunded by it."
    >
      <label class="check">
        <input type="checkbox" name="confirm" value="yes" required />
        <span>Cancel everything this member has bought, now.</span>
      </label>
    </ActForm>
  </>
);

/** What an operator may do to an account, the gentlest first. */
export const Acts = ({ dossier: { user, customer } }: { dossier: Dossier }) => {
  const base = `/admin/members/${user.id}`;
  return (
    <section class="panel acts" aria-labelledby="acts-heading">
      <h2 id="acts-heading">Acts</h2>
      <p class="hint">Each is kept on record with your name and your reason.</p>
      {user.role === 'member' && !user.bannedAt ? (
        <ActForm
          id="impersonate"
          action={`${base}/impersonate`}
          title="See what they see"
          button="See what they see"
          hint={`Reading only, for at most ${IMPERSONATION_MINUTES} minutes, on record at start and end.`}
        />
      ) : null}
      {user.emailVerifiedAt ? null : (
        <ActForm
          id="verification"
          action={`${base}/verification`}
          title="Send the proof of address again"
          button="Send it again"
          hint="One more link and code, to the account’s address. The password is still asked for."
        />
      )}
      <GrantComp base={base} />
      <ActForm
        id="sessions"
        action={`${base}/sessions/end`}
        title="Sign out everywhere"
        button="End every session"
        hint="The member signs in again with the password they have."
      />
      {customer ? <Stripe base={base} /> : null}
      {user.bannedAt ? <Unban base={base} /> : <Ban base={base} />}
    </section>
  );
};
