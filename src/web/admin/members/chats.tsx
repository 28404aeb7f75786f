import type { MemberChat } from '../../../db/queries/chat/links.ts';
import { CHAT_NAMES } from '../../pages/account/chats/vendor-names.ts';
import { utc } from '../format.ts';
import { Panel, Table } from '../panel.tsx';
import { ActForm } from './act-form.tsx';

/** Linked chats, and where they stand in each closed room. */
export const Chats = ({ userId, chats }: { userId: string; chats: readonly MemberChat[] }) => (
  <Panel id="chats" title="Chats">
    {chats.length === 0 ? <p class="empty">None is linked.</p> : null}
    {chats.map(({ vendor, name, chatUserId, linkedAt, seats }) => (
      <>
        <p>
          <strong>{CHAT_NAMES[vendor]}</strong>: {name} <code>{chatUserId}</code>, since {utc(linkedAt)}
        </p>
        <Table
          columns={['Room', 'Stands', 'Since', 'What the vendor said']}
          empty="No seat."
          rows={seats.map((seat) => [seat.room, seat.state, utc(seat.changedAt), seat.lastProblem ?? ''])}
        />
        <ActForm
          id={`unlink-${vendor}`}
          action={`/admin/members/${userId}/chats/unlink`}
          title={`Unlink ${CHAT_NAMES[vendor]}`}
          button="Unlink"
          hint="Puts the account out of every closed room within seconds. A mail tells the member, who may link again."
        >
          <input type="hidden" name="vendor" value={vendor} />
        </ActForm>
      </>
    ))}
  </Panel>
);
