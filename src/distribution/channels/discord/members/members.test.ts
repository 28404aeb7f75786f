import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { type DiscordSandbox, startDiscordSandbox } from '../../../../sandbox/discord/server.ts';
import type { Admission, Removal } from '../../../memberships/vendor.ts';
import { checkDiscord } from './check.ts';
import { createDiscordDoor, type DiscordDoorOptions } from './door.ts';
import { createDiscordVendor, type DiscordMembersOptions } from './vendor.ts';

const REDIRECT = 'http://localhost:3000/account/chats/discord/callback';
const ROLE = 'PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}';
const JOIN = 'PUT /guilds/{guild_id}/members/{user_id}';
const LOOK = 'GET /guilds/{guild_id}/members/{user_id}';
let discord: DiscordSandbox;
let robin: string;

beforeEach(async () => {
  discord = await startDiscordSandbox({ redirectUris: [REDIRECT] });
  robin = discord.people[0]?.id ?? '';
});
afterEach(() => discord.stop());

const optionsOf = (own: Partial<DiscordMembersOptions> = {}) => ({
  ...discord.application,
  apiUrl: discord.apiUrl,
  timeoutMs: 1_000,
  ...own,
});
const vendorOf = (own: Partial<DiscordMembersOptions> = {}) => createDiscordVendor(optionsOf(own));
const seat = (room: 'premium' | 'basic' = 'premium', chatUserId = robin) => ({ room, chatUserId });

describe('seats', () => {
  test('a role opens the room, and its loss closes it; either twice is the same', async () => {
    const vendor = vendorOf();
    discord.acts.joinServer(robin);
    expect(await vendor.look(seat())).toEqual({ kind: 'outside' });
    for (let times = 0; times < 2; times += 1) expect(await vendor.admit(seat())).toEqual({ kind: 'inside' });
    expect([discord.holders('premium'), discord.holders('basic')]).toEqual([[robin], []]);
    expect(await vendor.look(seat())).toEqual({ kind: 'inside' });
    expect(await vendor.look(seat('basic'))).toEqual({ kind: 'outside' });
    for (let times = 0; times < 2; times += 1) expect(await vendor.remove(seat())).toEqual({ kind: 'outside' });
    expect(discord.holders('premium')).toEqual([]);
    expect(discord.onServer()).toEqual([robin]);
  });

  test('somebody who is not on the server, or nobody at all, is absent and certainly without a role', async () => {
    for (const chatUserId of [robin, '999999999999999999']) {
      expect(await vendorOf().admit(seat('basic', chatUserId))).toEqual({ kind: 'absent' });
      expect(await vendorOf().look(seat('basic', chatUserId))).toEqual({ kind: 'absent' });
      expect(await vendorOf().remove(seat('basic', chatUserId))).toEqual({ kind: 'outside' });
    }
  });

  test('Discord’s own log tells why', async () => {
    discord.acts.joinServer(robin);
    await vendorOf().admit(seat());
    await vendorOf().remove(seat('basic'));
    expect(discord.apiRequests().map(({ reason }) => reason)).toEqual([
      'QuantiCity: access to Premium began',
      'QuantiCity: access to Basic ended',
    ]);
  });

  test('lost rights, a role that is gone and a wrong token are refused in Discord’s words, without the token', async () => {
    discord.acts.joinServer(robin);
    const gone = vendorOf({ roles: { premium: '1', basic: '2' } });
    const wrong = vendorOf({ botToken: 'a-token-of-nobody' });
    const answers: (Admission | Removal)[] = [await gone.admit(seat()), await wrong.admit(seat())];
    discord.acts.lockRights('none');
    answers.push(await vendorOf().admit(seat()), await vendorOf().remove(seat()));
    expect(answers.map((answer) => ('problem' in answer ? answer.problem : answer.kind))).toEqual([
      'HTTP 404: Unknown Role (10011)',
      'HTTP 401: 401: Unauthorized (0)',
      'HTTP 403: Missing Permissions (50013)',
      'HTTP 403: Missing Permissions (50013)',
    ]);
    for (const { kind } of answers) expect(kind).toBe('refused');
    expect(JSON.stringify(answers)).not.toContain('a-token-of-nobody');
  });
});

describe('when Discord is in trouble', () => {
  const kinds = [
    ['rate-limit', 'not-now'],
    ['server-error', 'unknown'],
    ['drop', 'unknown'],
    ['accept-then-hang', 'unknown'],
  ] as const;
  const acts = [
    ['admit', 'inside'],
    ['remove', 'outside'],
    ['look', 'outside'],
  ] as const;
  const cases = acts.flatMap(([act, right]) => kinds.map(([fault, outcome]) => [act, fault, outcome, right] as const));

  test.each(cases)('%s, %s: says %s, and another try ends right', async (act, fault, outcome, right) => {
    discord.acts.joinServer(robin);
    discord.injectApi({ kind: fault, times: 1, retryAfterSeconds: 0.4 });
    const vendor = vendorOf({ timeoutMs: 300 });
    const first = await vendor[act](seat());
    expect(first.kind).toBe(outcome);
    if (first.kind === 'not-now') {
      expect(first.retryAfterMs).toBe(400);
      await Bun.sleep(450);
    }
    expect(await vendor[act](seat())).toEqual({ kind: right });
  });

  test('nothing of a kind is asked before the time that it said, and other kinds are', async () => {
    discord.acts.joinServer(robin);
    discord.injectApi({ kind: 'rate-limit', times: 1, operation: ROLE, retryAfterSeconds: 0.5 });
    const vendor = vendorOf();
    await vendor.admit(seat());
    const waits = [await vendor.admit(seat()), await vendor.remove(seat('basic'))];
    for (const wait of waits) expect(wait).toMatchObject({ kind: 'not-now', problem: 'waiting as asked' });
    expect(await vendor.look(seat())).toEqual({ kind: 'outside' });
    expect(discord.apiRequests().map(({ operation }) => operation)).toEqual([ROLE, LOOK]);
    await Bun.sleep(550);
    expect(await vendor.admit(seat())).toEqual({ kind: 'inside' });
  });

  test('a limit that is used up is not overrun', async () => {
    discord.acts.joinServer(robin);
    const vendor = vendorOf();
    for (let times = 0; times < 10; times += 1) expect((await vendor.admit(seat())).kind).toBe('inside');
    const eleventh = await vendor.remove(seat());
    expect(eleventh).toMatchObject({ kind: 'not-now', problem: 'waiting as asked' });
    if (eleventh.kind === 'not-now') expect(eleventh.retryAfterMs).toBeGreaterThan(5_000);
    expect(discord.apiRequests()).toHaveLength(10);
    expect(discord.apiRequests().every(({ status }) => status === 204)).toBe(true);
  });

  test('a limit on the whole bot holds every kind back', async () => {
    const limited = Bun.serve({
      ...{ hostname: '127.0.0.1', port: 0 },
      fetch: () => Response.json({ message: 'x', retry_after: 5, global: true }, { status: 429 }),
    });
    const vendor = vendorOf({ apiUrl: limited.url.origin });
    expect(await vendor.look(seat())).toMatchObject({ kind: 'not-now', retryAfterMs: 5_000 });
    expect(await vendor.admit(seat())).toMatchObject({ kind: 'not-now', problem: 'waiting as asked' });
    await limited.stop(true);
  });

  test('a Discord that is not there was certainly not asked', async () => {
    expect(await vendorOf({ apiUrl: 'http://127.0.0.1:1' }).remove(seat())).toMatchObject({ kind: 'not-now' });
  });

  test('an answer that is no JSON is unknown', async () => {
    const proxy = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response('<html>', { status: 200 }) });
    expect((await vendorOf({ apiUrl: proxy.url.origin }).look(seat())).kind).toBe('unknown');
    await proxy.stop(true);
  });
});

describe('the door', () => {
  const doorOf = (own: Partial<DiscordDoorOptions> = {}) =>
    createDiscordDoor({ ...optionsOf(), authorizeUrl: discord.authorizeUrl, redirectUri: REDIRECT, ...own });
  const codeOf = (personId: string): string => {
    const back = new URL(discord.acts.authorize(personId, doorOf().authorizeAddress('the-state')));
    expect(back.searchParams.get('state')).toBe('the-state');
    return back.searchParams.get('code') ?? '';
  };

  test('asks for the name and the right to put the person on the server, and for nothing else', () => {
    const url = new URL(doorOf().authorizeAddress('abc'));
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: discord.application.clientId,
      redirect_uri: REDIRECT,
      response_type: 'code',
      scope: 'identify guilds.join',
      state: 'abc',
      prompt: 'consent',
    });
  });

  test('learns who it is, puts them on the server without a role, and gives every token back', async () => {
    expect(await doorOf().enter(codeOf(robin))).toEqual({ kind: 'entered', chatUserId: robin, name: 'Robin' });
    expect([discord.onServer(), discord.holders('premium'), discord.holders('basic')]).toEqual([[robin], [], []]);
    const alex = discord.people.find(({ globalName }) => globalName === null);
    expect(await doorOf().enter(codeOf(alex?.id ?? ''))).toMatchObject({ name: alex?.username });
    expect(discord.tokensAlive()).toBe(0);
  });

  test('lets somebody in who is on the server already, and leaves their roles alone', async () => {
    discord.acts.joinServer(robin);
    discord.acts.giveRole(robin, 'basic');
    expect(await doorOf().enter(codeOf(robin))).toMatchObject({ kind: 'entered' });
    expect(discord.holders('basic')).toEqual([robin]);
  });

  test('opens once for a code, and not for one that is made up or another application’s', async () => {
    const code = codeOf(robin);
    expect(await doorOf().enter(code)).toMatchObject({ kind: 'entered' });
    expect(await doorOf().enter(code)).toMatchObject({
      kind: 'refused',
      problem: expect.stringContaining('invalid_grant'),
    });
    expect(await doorOf().enter('made-up')).toMatchObject({ kind: 'refused' });
    const other = await doorOf({ clientSecret: 'wrong-secret' }).enter(codeOf(robin));
    expect(other).toMatchObject({ kind: 'refused', problem: expect.stringContaining('invalid_client') });
    expect(JSON.stringify(other)).not.toContain('wrong-secret');
    expect(await doorOf({ redirectUri: `${REDIRECT}/else` }).enter(codeOf(robin))).toMatchObject({ kind: 'refused' });
  });

  test.each([
    ['POST /oauth2/token', 'server-error'],
    ['POST /oauth2/token', 'drop'],
    ['GET /users/@me', 'server-error'],
    ['GET /users/@me', 'rate-limit'],
    [JOIN, 'server-error'],
    [JOIN, 'accept-then-hang'],
  ] as const)('%s, %s: says that it failed, and keeps no token', async (operation, kind) => {
    discord.injectApi({ kind, times: 1, operation });
    expect(await doorOf({ timeoutMs: 300 }).enter(codeOf(robin))).toMatchObject({ kind: 'failed' });
    expect(discord.tokensAlive()).toBe(0);
    expect(await doorOf().enter(codeOf(robin))).toMatchObject({ kind: 'entered' });
  });

  test('is no less open when a token could not be given back', async () => {
    discord.injectApi({ kind: 'server-error', times: 1, operation: 'POST /oauth2/token/revoke' });
    expect(await doorOf().enter(codeOf(robin))).toMatchObject({ kind: 'entered' });
    expect(discord.tokensAlive()).toBe(1);
  });

  test('is refused without the right to invite, in Discord’s words', async () => {
    discord.acts.lockRights('none');
    const entry = await doorOf().enter(codeOf(robin));
    expect(entry).toEqual({ kind: 'refused', problem: 'HTTP 403: Missing Permissions (50013)' });
    expect(discord.tokensAlive()).toBe(0);
  });

  test.each([
    [{ username: 'plain', global_name: 'A\u0000\u202Eb\nc' }, 'Abc'],
    [{ username: 'plain', global_name: '\u200B' }, 'plain'],
    [{ username: 'plain', global_name: 'x'.repeat(200) }, 'x'.repeat(64)],
    [{ username: 'plain' }, 'plain'],
  ])('names people on one line: %j', async (user, name) => {
    const vendor = Bun.serve({
      ...{ hostname: '127.0.0.1', port: 0 },
      fetch: (request) =>
        Response.json(
          request.url.endsWith('/users/@me') ? { id: '900000000000000101', ...user } : { access_token: 'token' },
        ),
    });
    const entry = await doorOf({ apiUrl: vendor.url.origin }).enter('code');
    expect(entry).toEqual({ kind: 'entered', chatUserId: '900000000000000101', name });
    await vendor.stop(true);
  });
});

describe('the check at a start', () => {
  test('says nothing when all fits', async () => {
    expect(await checkDiscord(optionsOf())).toEqual([]);
  });

  test.each([
    ['DISCORD_BOT_TOKEN', { botToken: 'wrong' }],
    ['DISCORD_GUILD_ID', { guildId: '1' }],
    ['DISCORD_ROLE_PREMIUM', { roles: { premium: '1', basic: '900000000000000022' } }],
    ['DISCORD_ROLE_BASIC', { roles: { premium: '900000000000000021', basic: '900000000000000020' } }],
  ] as const)('names %s when that does not fit', async (variable, own) => {
    const problems = await checkDiscord(optionsOf(own));
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${variable}: `))]);
  });

  test('names the rights that the bot lacks', async () => {
    discord.acts.lockRights('none');
    expect((await checkDiscord(optionsOf())).join()).toMatch(/"Manage Roles".*"Create Invite"/);
  });
});
