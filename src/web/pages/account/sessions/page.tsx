import type { SessionRow } from '../../../../db/queries/sessions.ts';
import { deviceWords } from '../../../auth/device-words.ts';
import type { PageFrame } from '../../../context.ts';
import { documentOf } from '../../../layout/layout.tsx';
import { momentWords } from '../../../layout/moment.ts';
import { AccountShell } from '../shell.tsx';

const Session = ({ session, current }: { session: SessionRow; current: boolean }) => (
  <li>
    <div class="row-words">
      <strong>{deviceWords(session.userAgent)}</strong> {current ? <span class="chip">This one</span> : null}
      <p class="hint">
        Last seen {momentWords(session.lastSeenAt)} from {session.address ?? 'an unknown address'}. Signed in{' '}
        {momentWords(session.createdAt)}.
      </p>
    </div>
    <form method="post" action="/account/sessions/end">
      <input type="hidden" name="session" value={session.tokenHash} />
      <button class="button-quiet" type="submit">
        Sign out
      </button>
    </form>
  </li>
);

export interface SessionsProps {
  readonly frame: PageFrame;
  /** Last seen first. */
  readonly sessions: readonly SessionRow[];
  readonly notice: string | null;
}

export const sessionsPage = ({ frame, sessions, notice }: SessionsProps) =>
  documentOf(
    <AccountShell frame={frame} title="Sessions" notice={notice}>
      <section class="panel" aria-label="Where you are signed in">
        <ul class="row-list">
          {sessions.map((session) => (
            <Session session={session} current={session.tokenHash === frame.member?.sessionId} />
          ))}
        </ul>
      </section>
      <div class="button-row">
        <form method="post" action="/account/sessions/end-others">
          <button class="button button-plain" type="submit">
            Sign out everywhere else
          </button>
        </form>
        <form method="post" action="/account/sessions/end-all">
          <button class="button button-plain" type="submit">
            Sign out everywhere
          </button>
        </form>
      </div>
      <p class="hint">
        Live pages stop at once. If you do not know one of these, end it and{' '}
        <a href="/account/password">change your password</a>.
      </p>
    </AccountShell>,
  );
