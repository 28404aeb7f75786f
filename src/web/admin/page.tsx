import { isRecent } from '../auth/recent.ts';
import type { PageFrame } from '../context.ts';
import { Factors } from '../layout/factors.tsx';
import { Problem } from '../layout/field.tsx';
import { documentOf, Page } from '../layout/layout.tsx';
import { type AdminFacts, AdminNow } from './now.tsx';

const Reason = ({ id, value }: { id: string; value?: string }) => (
  <div class="field">
    <label for={id}>Reason</label>
    <input id={id} name="reason" type="text" required minlength={3} maxlength={500} autocomplete="off" value={value} />
  </div>
);

/** On the form itself, always: a desk is left open for hours, and what stops trading may not lead over another page. */
const Again = ({ frame, id }: { frame: PageFrame; id: string }) => {
  const recent = frame.member !== null && isRecent(frame.member);
  return (
    <fieldset class="again">
      <legend>{recent ? 'Only if you signed in more than ten minutes ago' : 'Confirm that it is you'}</legend>
      <Factors frame={frame} id={id} optional={recent} />
    </fieldset>
  );
};

const Confirm = ({ text }: { text: string }) => (
  <label class="check">
    <input type="checkbox" name="confirm" value="yes" required />
    <span>{text}</span>
  </label>
);

const KillForm = ({ frame, reason }: { frame: PageFrame; reason: string }) => (
  <form method="post" action="/admin/kill" class="control control-kill" aria-labelledby="kill-heading">
    <h2 id="kill-heading">Kill switch</h2>
    <Reason id="kill-reason" value={reason} />
    <Confirm text="Cancel every order and close every position." />
    <Again frame={frame} id="kill" />
    <button class="button button-danger" type="submit">
      Stop trading now
    </button>
  </form>
);

const RearmForm = ({ frame }: { frame: PageFrame }) => (
  <form method="post" action="/admin/rearm" class="control" aria-labelledby="rearm-heading">
    <h2 id="rearm-heading">Rearm after a kill</h2>
    <Reason id="rearm-reason" />
    <Confirm text="Let new trades start again." />
    <Again frame={frame} id="rearm" />
    <button class="button" type="submit">
      Rearm
    </button>
  </form>
);

const ModeForm = ({ frame }: { frame: PageFrame }) => (
  <form method="post" action="/admin/mode" class="control" aria-labelledby="mode-heading">
    <h2 id="mode-heading">Who decides on new trades</h2>
    <Reason id="mode-reason" />
    <Again frame={frame} id="mode" />
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
  /** Typed before something was found missing. */
  readonly reason: string;
}

export const adminPage = ({ frame, facts, problem, reason }: AdminProps) =>
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
      <KillForm frame={frame} reason={reason} />
      <div id="admin-now" hx-nonce={frame.nonce} hx-get="/admin/now" hx-trigger="every 1s" hx-swap="innerMorph">
        <AdminNow facts={facts} />
      </div>
      <details class="other-controls">
        <summary>Rearm, manual and automatic control</summary>
        <div class="controls">
          <RearmForm frame={frame} />
          <ModeForm frame={frame} />
        </div>
      </details>
    </Page>,
  );
