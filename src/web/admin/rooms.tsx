import type { ChatHealth } from '../../db/queries/chat/overview.ts';
import { CHAT_NAMES } from '../pages/account/chats/vendor-names.ts';
import { Panel, Table } from './panel.tsx';

/** How members stand in the closed chat rooms, and where a vendor would not do as access says. */
export const Rooms = ({ chats: { counts, troubles } }: { chats: ChatHealth }) => (
  <Panel id="rooms" title="Chat rooms">
    <Table
      columns={['Room', 'Stand', 'People']}
      figures={[2]}
      empty="Nobody is in a closed room."
      rows={counts.map(({ vendor, room, state, people }) => [`${CHAT_NAMES[vendor]}, ${room}`, state, people])}
    />
    <Table
      columns={['Member', 'Room', 'Tries', 'What the vendor said']}
      figures={[2]}
      empty="Every room is as access says, or on its way."
      rows={troubles.map(({ vendor, room, userId, failures, problem }) => [
        <a href={`/admin/members/${userId}`}>{userId.slice(0, 8)}</a>,
        `${CHAT_NAMES[vendor]}, ${room}`,
        failures,
        problem,
      ])}
    />
  </Panel>
);
