import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { renewInvitations } from '../db/queries/chat/links.ts';
import { chatPlan } from '../db/queries/chat/seats.ts';
import { print } from './print.ts';
import { withServer } from './server.ts';

const WORDS: Readonly<Record<string, string>> = {
  admit: 'let in',
  remove: 'put out',
  forget: 'forget (out, and not linked any more)',
};

const show = (_: unknown, command: Command): Promise<void> =>
  withServer(async ({ database }) => {
    const plan = await chatPlan(database.db);
    print(command, plan, () =>
      plan.length === 0
        ? 'Nothing is to be done: everybody is where their access says.'
        : [
            `${plan.length} to be done, as a server that runs does by itself:`,
            ...plan.map(
              ({ act, vendor, room, chatUserId, userId, state }) =>
                `  ${WORDS[act] ?? act}: ${vendor} ${room}, chat account ${chatUserId} of member ${userId} (${state ?? 'never seen'})`,
            ),
          ].join('\n'),
    );
  });

const renew = (_: unknown, command: Command): Promise<void> =>
  withServer(async ({ database }) => {
    const actor = { kind: 'cli', name: userInfo().username } as const;
    const invited = await renewInvitations(database.db, 'telegram', { actor, cause: 'asked for on the command line' });
    print(command, { invited }, () => `The next invitation makes a new link. Invited anew: ${invited}.`);
  });

export const addMembershipsCommand = (program: Command): void => {
  const memberships = program
    .command('memberships')
    .description('tell whom the server would let into which chat room and put out of it now, without doing it')
    .action(show);
  memberships
    .command('renew-invitations')
    .description('make new links into Telegram’s rooms: for when one was revoked there, and nobody can ask to join')
    .action(renew);
};
