import { randomBytes } from 'node:crypto';
import { type Command, Option } from 'commander';
import { TIERS, type Tier } from '../billing/plans.ts';
import type { Db } from '../db/client.ts';
import { audit } from '../db/queries/audit.ts';
import { dropSecondFactor } from '../db/queries/second-factors.ts';
import { endSessions } from '../db/queries/sessions.ts';
import { changeRole, createUser, giveTier, type UserRole, userByEmail } from '../db/queries/users.ts';
import { hashPassword, passwordProblem } from '../web/auth/password.ts';
import { print } from './print.ts';
import { withServer } from './server.ts';

const role = (): Option => new Option('--role <role>', 'what the person may do').choices(['member', 'operator']);
const tier = (): Option => new Option('--tier <tier>', 'what the person sees').choices([...TIERS]);

interface Wishes {
  readonly role?: UserRole;
  readonly tier?: Tier;
  readonly passwordStdin?: boolean;
  readonly dropSecondFactor?: boolean;
}

const CLI = { kind: 'cli', name: 'user' } as const;
const REASON = 'given by the command line';

const addressOf = (text: string): string => {
  const email = text.trim().toLowerCase();
  if (!/^[^\s@]+@[^\s@]+$/.test(email))
    throw new Error(`email: expected an address such as you@example.com, got ${JSON.stringify(text)}`);
  return email;
};

const create = async (given: string, options: Wishes, command: Command): Promise<void> => {
  const email = addressOf(given);
  const typed = options.passwordStdin ? (await Bun.stdin.text()).replace(/\r?\n$/, '') : null;
  const password = typed ?? randomBytes(12).toString('base64url');
  const problem = passwordProblem(password);
  if (problem) throw new Error(`password: ${problem}`);
  await withServer(async ({ database }) => {
    const passwordHash = await hashPassword(password);
    const id = await createUser(database.db, {
      email,
      passwordHash,
      role: options.role ?? 'member',
      // Whoever runs the server vouches for the address.
      emailVerifiedAt: new Date(),
    });
    if (id === null) throw new Error(`email: ${email} already has an account; use \`user change\``);
    if (options.tier) await giveTier(database.db, id, options.tier, CLI, REASON);
    const shown = typed === null ? { password } : {};
    print(
      command,
      { id, email, ...shown },
      () => `Created ${email}.${typed === null ? ` Password, shown this once: ${password}` : ''}`,
    );
  });
};

/** For whoever has lost both authenticator and recovery codes, and for a server whose AUTH_SECRET is lost. Their sessions end. */
const withoutSecondFactor = (db: Db, userId: string): Promise<void> =>
  db.transaction(async (tx) => {
    await dropSecondFactor(tx, userId);
    await endSessions(tx, userId, null);
    await audit(tx, { actor: CLI, action: 'second-factor.removed', userId, cause: REASON });
  });

const change = (given: string, options: Wishes, command: Command): Promise<void> =>
  withServer(async ({ database }) => {
    const email = addressOf(given);
    if (!options.role && !options.tier && !options.dropSecondFactor)
      throw new Error('user change: expected --role, --tier or --drop-second-factor');
    const user = await userByEmail(database.db, email);
    if (!user) throw new Error(`email: nobody has ${email}`);
    if (options.role) await changeRole(database.db, email, options.role);
    if (options.dropSecondFactor) await withoutSecondFactor(database.db, user.id);
    if (options.tier) await giveTier(database.db, user.id, options.tier, CLI, REASON);
    const row = (await userByEmail(database.db, email)) ?? user;
    print(
      command,
      { email, role: row.role, tier: row.tier },
      () => `${email} is now ${row.role}, tier ${row.tier}. Open streams follow within two seconds.`,
    );
  });

export const addUserCommands = (program: Command): void => {
  const user = program.command('user').description('make accounts and change what they may do');
  user
    .command('create')
    .description('make an account; without --password-stdin a password is made up and printed once')
    .argument('<email>')
    .addOption(role())
    .addOption(tier())
    .option('--password-stdin', 'read the password from standard input')
    .action(create);
  user
    .command('change')
    .description('change role or tier, or turn a lost second factor off')
    .argument('<email>')
    .addOption(role())
    .addOption(tier())
    .option(
      '--drop-second-factor',
      'turn the second factor off and end every session: authenticator and codes are lost',
    )
    .action(change);
};
