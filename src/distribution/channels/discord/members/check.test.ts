import { expect, test } from 'bun:test';
import { startDiscordSandbox } from '../../../../sandbox/discord/server.ts';
import { checkDiscord } from './check.ts';

const GUILD = '900000000000000010';
const OPTIONS = { botToken: 'the-token', guildId: GUILD, roles: { premium: '21', basic: '22' }, timeoutMs: 500 };
const ADMINISTRATOR = '8';
const role = (id: string, position: number, more: Record<string, unknown> = {}) => ({
  ...{ id, position, permissions: '0' },
  ...more,
});
const ROLES = [role(GUILD, 0), role('21', 2), role('22', 1), role('20', 5, { permissions: ADMINISTRATOR })];

/** Says these roles and these of the bot's own. */
const against = async (
  roles: unknown,
  own: unknown = { roles: ['20'] },
  me: unknown = { id: '1' },
  options = OPTIONS,
) => {
  const stand = Bun.serve({
    ...{ hostname: '127.0.0.1', port: 0 },
    fetch({ url }) {
      if (url.endsWith('/users/@me')) return Response.json(me);
      return Response.json(url.endsWith('/roles') ? roles : own);
    },
  });
  const problems = await checkDiscord({ ...options, apiUrl: stand.url.origin });
  await stand.stop(true);
  return problems;
};

test('an administrator needs no right of its own', async () => {
  expect(await against(ROLES)).toEqual([]);
});

test('a role as high as the bot’s, or above it, cannot be given', async () => {
  for (const position of [5, 6])
    expect(await against([role(GUILD, 0), role('21', position), ...ROLES.slice(2)])).toEqual([
      "DISCORD_ROLE_PREMIUM: expected a role below the bot's own",
    ]);
});

test('neither everyone’s role nor one that an integration keeps can be given', async () => {
  const words = 'expected a role that is given by hand';
  const everyone = { ...OPTIONS, roles: { premium: '21', basic: GUILD } };
  expect(await against(ROLES, undefined, undefined, everyone)).toEqual([`DISCORD_ROLE_BASIC: ${words}`]);
  const managed = [role('21', 2, { managed: true }), ...ROLES.filter(({ id }) => id !== '21')];
  expect(await against(managed)).toEqual([`DISCORD_ROLE_PREMIUM: ${words}`]);
});

test('whoever answers in Discord’s place is told of in words, whatever they answer', async () => {
  const strange = [await against({}), await against(ROLES, {}), await against(ROLES, undefined, {})];
  strange.push(await against([role('20', 5, { permissions: 'all' })]));
  for (const problems of strange)
    expect(problems).toEqual(['DISCORD_BOT_TOKEN: what answered is not Discord, or Discord has changed']);
});

test('a Discord that is not there is told of, without the token', async () => {
  const problems = await checkDiscord({ ...OPTIONS, apiUrl: 'http://127.0.0.1:1' });
  expect(problems).toEqual([expect.stringMatching(/^DISCORD_BOT_TOKEN: .*cannot be reached/)]);
  expect(problems.join()).not.toContain('the-token');
});

test('a bot that was taken off its rights and a role that is gone are told of together', async () => {
  const discord = await startDiscordSandbox();
  discord.acts.lockRights('none');
  const options = { ...discord.application, roles: { ...discord.application.roles, basic: '1' } };
  expect(await checkDiscord({ ...options, apiUrl: discord.apiUrl })).toEqual([
    'DISCORD_BOT_TOKEN: the bot lacks the right "Manage Roles"',
    'DISCORD_BOT_TOKEN: the bot lacks the right "Create Invite"',
    'DISCORD_ROLE_BASIC: the server has no such role',
  ]);
  await discord.stop();
});
