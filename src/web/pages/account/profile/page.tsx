import { entitlementsOf } from '../../../../billing/plans.ts';
import type { TermsAcceptance } from '../../../../db/queries/terms.ts';
import type { UserRow } from '../../../../db/queries/users.ts';
import type { PageFrame } from '../../../context.ts';
import { documentOf } from '../../../layout/layout.tsx';
import { momentWords } from '../../../layout/moment.ts';
import { AccountShell } from '../shell.tsx';

export interface ProfileProps {
  readonly frame: PageFrame;
  readonly user: UserRow;
  readonly accepted: TermsAcceptance | null;
  readonly notice: string | null;
}

export const profilePage = ({ frame, user, accepted, notice }: ProfileProps) =>
  documentOf(
    <AccountShell frame={frame} title="Profile" notice={notice}>
      <section class="panel" aria-label="Profile">
        <dl class="account-facts">
          <dt>E-mail</dt>
          <dd>
            {user.email} <a href="/account/email">Change</a>
          </dd>
          <dt>Plan</dt>
          <dd>
            <span class={`chip chip-${user.tier}`}>{entitlementsOf(user.tier).name}</span>{' '}
            <a href="/account/billing">Billing</a>
          </dd>
          <dt>Member since</dt>
          <dd>{momentWords(user.createdAt)}</dd>
          <dt>Terms accepted</dt>
          <dd>
            {accepted ? `Version ${accepted.version} on ${momentWords(accepted.acceptedAt)}` : 'None yet'}{' '}
            <a href="/terms">Read them</a>
          </dd>
        </dl>
      </section>
    </AccountShell>,
  );
