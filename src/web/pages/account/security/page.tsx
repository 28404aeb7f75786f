import type { PageFrame } from '../../../context.ts';
import { documentOf } from '../../../layout/layout.tsx';
import { AccountShell } from '../shell.tsx';

export interface SecurityProps {
  readonly frame: PageFrame;
  readonly hasSecondFactor: boolean;
  readonly codesLeft: number;
  readonly sessions: number;
  readonly notice: string | null;
}

const secondFactorWords = ({ hasSecondFactor, codesLeft }: SecurityProps): string => {
  if (!hasSecondFactor) return 'Off. With it, nobody gets in with your password alone.';
  return `On, with ${codesLeft} recovery ${codesLeft === 1 ? 'code' : 'codes'} left.`;
};

export const securityPage = (props: SecurityProps) =>
  documentOf(
    <AccountShell frame={props.frame} title="Security" notice={props.notice}>
      <section class="panel" aria-label="Security">
        <ul class="row-list">
          <li>
            <div class="row-words">
              <h2>Password</h2>
              <p class="hint">Changing it signs out every other session.</p>
            </div>
            <a class="button button-plain button-small" href="/account/password">
              Change password
            </a>
          </li>
          <li>
            <div class="row-words">
              <h2>Second factor</h2>
              <p class="hint">{secondFactorWords(props)}</p>
            </div>
            <a class="button button-plain button-small" href="/account/second-factor">
              {props.hasSecondFactor ? 'Manage second factor' : 'Set up second factor'}
            </a>
          </li>
          <li>
            <div class="row-words">
              <h2>Sessions</h2>
              <p class="hint">
                {props.sessions === 1 ? 'You are signed in here alone.' : `You are signed in ${props.sessions} times.`}
              </p>
            </div>
            <a class="button button-plain button-small" href="/account/sessions">
              See sessions
            </a>
          </li>
        </ul>
      </section>
    </AccountShell>,
  );
