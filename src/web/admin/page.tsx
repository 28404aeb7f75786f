import type { PageFrame } from '../context.ts';
import { Problem } from '../layout/field.tsx';
import { documentOf, Page } from '../layout/layout.tsx';
import { type AdminFacts, AdminNow } from './now.tsx';

const Reason = ({ id }: { id: string }) => (
  <div class="field">
    <label for={id}>Reason</label>
    <input id={id} name="reason" type="text" required minlength={3} maxlength={500} autocomplete="off" />
  </div>
);

const Confirm = ({ text }: { text: string }) => (
  <label class="check">
    <input type="checkbox" name="confirm" value="yes" required />
    <span>{text}</span>
  </label>
);

const KillForm = () => (
  <form method="post" action="/admin/kill" class="control control-kill" aria-labelledby="kill-heading">
    <h2 id="kill-heading">Kill switch</h2>
    <Reason id="kill-reason" />
    <Confirm text="Cancel every order and close every position." />
    <button class="button button-danger" type="submit">
      Stop trading now
    </button>
  </form>
);

const RearmForm = () => (
  <form method="post" action="/admin/rearm" class="control" aria-labelledby="rearm-heading">
    <h2 id="rearm-heading">Rearm after a kill</h2>
    <Reason id="rearm-reason" />
    <Confirm text="Let new trades start again." />
    <button class="button" type="submit">
      Rearm
    </button>
  </form>
);

const ModeForm = () => (
  <form method="post" action="/admin/mode" class="control" aria-labelledby="mode-heading">
    <h2 id="mode-heading">Who decides on new trades</h2>
    <Reason id="mode-reason" />
    <div class="button-row">
      <button class="button button-plain" type="submit" name="mode" value="manual">
        Manual: no new trades
      </button>
      <button class="button button-plain" type="submit" name="mode" value="automatic">
        Automatic
      </button>
    </div>
  </form>
);

export interface AdminProps {
  readonly frame: PageFrame;
  readonly facts: AdminFacts;
  readonly problem: string | null;
}

export const adminPage = ({ frame, facts, problem }: AdminProps) =>
  documentOf(
    <Page frame={frame} title="Admin" live wide scripts={['js/admin.js']}>
      <div class="page-heading">
        <h1>Trading desk</h1>
        <p class="hint">
          <a href="/admin/members">Members</a> · <a href="/admin/revenue">Revenue</a>
        </p>
        <p class="refresh-status" id="refresh-status" data-state="live" />
      </div>
      <Problem text={problem} />
      <KillForm />
      <div id="admin-now" hx-nonce={frame.nonce} hx-get="/admin/now" hx-trigger="every 1s" hx-swap="innerMorph">
        <AdminNow facts={facts} />
      </div>
      <details class="other-controls">
        <summary>Rearm, manual and automatic control</summary>
        <div class="controls">
          <RearmForm />
          <ModeForm />
        </div>
      </details>
    </Page>,
  );
