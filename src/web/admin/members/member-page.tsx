import type { Dossier } from '../../../db/queries/members/dossier.ts';
import type { PageFrame } from '../../context.ts';
import { Problem } from '../../layout/field.tsx';
import { documentOf, Page } from '../../layout/layout.tsx';
import { Acts } from './acts.tsx';
import { Chats } from './chats.tsx';
import { Comps } from './comps.tsx';
import { History } from './history.tsx';
import { Invoices } from './invoices.tsx';
import { Mails } from './mails.tsx';
import { Access, AccountFacts, ApiKeys, SessionList, Subscriptions } from './panels.tsx';

export interface MemberPageProps {
  readonly frame: PageFrame;
  readonly dossier: Dossier;
  readonly problem: string | null;
  readonly said: string | null;
}

/** One account: what it may see and why, and what can be done about it. */
export const memberPage = ({ frame, dossier, problem, said }: MemberPageProps) => {
  const { user } = dossier;
  return documentOf(
    <Page frame={frame} title={user.email} wide>
      <p class="breadcrumb">
        <a href="/admin/members">Members</a>
      </p>
      <div class="page-heading">
        <h1 class="member-email">{user.email}</h1>
        <p class="chips">
          <span class={`chip chip-${user.tier}`}>{user.tier}</span>
          {user.role === 'operator' ? <span class="chip">operator</span> : null}
          {user.deletedAt ? <span class="chip chip-bad">deleted</span> : null}
          {user.bannedAt ? <span class="chip chip-bad">banned</span> : null}
          {user.emailVerifiedAt ? null : <span class="chip chip-warn">address not proved</span>}
        </p>
      </div>
      <Problem text={problem} />
      {said === null ? null : (
        <p class="notice" role="status">
          {said}
        </p>
      )}
      <div class="member-grid">
        <div class="member-facts">
          <Access dossier={dossier} />
          <AccountFacts dossier={dossier} />
        </div>
        <Acts dossier={dossier} />
        <Subscriptions rows={dossier.subscriptions} />
        <Invoices rows={dossier.invoices} />
        <Comps dossier={dossier} />
        <SessionList rows={dossier.sessions} />
        <ApiKeys rows={dossier.apiKeys} />
        <Chats userId={user.id} chats={dossier.chats} />
        <Mails dossier={dossier} />
        <History rows={dossier.history} />
      </div>
    </Page>,
  );
};
