import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import { giveCommand } from '../db/queries/commands.ts';
import type { Command as EngineCommand } from '../engine/core/inputs.ts';
import { print } from './print.ts';
import { withServer } from './server.ts';

const TAKEN_WITHIN_MS = 5_000;

/** Writes the command and waits until the engine has taken it in, or says that it has not. */
const give = (command: Command, wish: EngineCommand, reason: string): Promise<void> =>
  withServer(async ({ database }) => {
    const id = await giveCommand(database.db, { kind: 'cli', name: userInfo().username }, wish, reason);
    const givenAt = Date.now();
    let taken = false;
    while (!taken && Date.now() - givenAt < TAKEN_WITHIN_MS) {
      const [row] = await database.sql<
        { taken: boolean }[]
      >`select taken_at is not null as taken from commands where id = ${id}`;
      taken = row?.taken ?? false;
      if (!taken) await Bun.sleep(50);
    }
    const waitedMs = Date.now() - givenAt;
    print(command, { commandId: id, taken, waitedMs }, () =>
      taken
        ? `The engine took "${wish.kind}" (command ${id}) after ${waitedMs} ms. Watch \`quanticity status\` or the admin page for its effect.`
        : `Command ${id} ("${wish.kind}") is written down, but no engine has taken it yet: it will be obeyed when one starts.`,
    );
    if (!taken) process.exitCode = 3;
  });

const reason = (): Option => new Option('-r, --reason <text>', 'why; kept in the record').makeOptionMandatory();

export const addControlCommands = (program: Command): void => {
  program
    .command('kill')
    .description('block new risk, cancel working orders and close every position')
    .addOption(reason())
    .action((options: { reason: string }, command: Command) => give(command, { kind: 'kill' }, options.reason));
  program
    .command('rearm')
    .description('allow trading again after a kill, once the broker has shown that nothing is held')
    .addOption(reason())
    .action((options: { reason: string }, command: Command) => give(command, { kind: 'rearm' }, options.reason));
  program
    .command('mode')
    .description('choose who sends entries: the engine (automatic) or people (manual)')
    .argument('<mode>', 'automatic or manual')
    .addOption(reason())
    .action((mode: string, options: { reason: string }, command: Command) => {
      if (mode !== 'automatic' && mode !== 'manual')
        throw new Error(`mode: expected automatic or manual, got ${JSON.stringify(mode)}`);
      return give(command, { kind: 'set-mode', mode }, options.reason);
    });
};
