import type { CommandRow } from '../../db/queries/commands.ts';
import { utc } from './format.ts';
import { Panel, Table } from './panel.tsx';

const actorWords = ({ actor }: CommandRow): string =>
  actor.kind === 'operator' ? actor.email : `${actor.kind} ${actor.name}`;

const commandWords = ({ command }: CommandRow): string =>
  command.kind === 'set-mode' ? `set-mode ${command.mode}` : command.kind;

export const Commands = ({ commands }: { commands: readonly CommandRow[] }) => (
  <Panel id="commands" title="Last commands" wide>
    <Table
      columns={['Given', 'By', 'Command', 'Reason', 'Engine']}
      empty="No command was given yet."
      rows={commands.map((row) => [
        utc(row.givenAt),
        actorWords(row),
        commandWords(row),
        row.reason,
        row.takenAt === null ? <strong class="warn">waiting</strong> : 'taken in',
      ])}
    />
  </Panel>
);
