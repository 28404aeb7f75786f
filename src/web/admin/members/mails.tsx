import type { Dossier } from '../../../db/queries/members/dossier.ts';
import { utc } from '../format.ts';
import { Panel, Table } from '../panel.tsx';
import { ActForm } from './act-form.tsx';

/** What was mailed, without what it says. */
export const Mails = ({ dossier: { user, mails } }: { dossier: Dossier }) => (
  <Panel id="mails" title="Mails" wide>
    <Table
      columns={['Queued', 'Letter', 'To', 'State', 'Tries', 'What the vendor said', '']}
      figures={[4]}
      empty="Nothing was mailed yet."
      rows={mails.map((mail) => [
        utc(mail.queuedAt),
        mail.template,
        mail.recipient,
        mail.state === 'failed' ? <strong class="warn">failed</strong> : mail.state,
        mail.attempts,
        mail.lastError ?? '',
        mail.state === 'failed' && mail.hasText ? (
          <ActForm
            id={`mail-${mail.id}`}
            action={`/admin/members/${user.id}/mail`}
            title="Send again"
            button="Send again"
            hint="To the same address."
          >
            <input type="hidden" name="mail" value={mail.id} />
          </ActForm>
        ) : (
          ''
        ),
      ])}
    />
  </Panel>
);
