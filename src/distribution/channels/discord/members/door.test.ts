import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { type DiscordSandbox, startDiscordSandbox } from '../../../../sandbox/discord/server.ts';
import { createDiscordDoor } from './door.ts';

const REDIRECT = 'http://localhost:3000/account/chats/discord/callback';
const TOKEN = 'POST /oauth2/token';
const REVOKE = 'POST /oauth2/token/revoke';
const ME = 'GET /users/@me';
const JOIN = 'PUT /guilds/{guild_id}/members/{user_id}';
const ID = '900000000000000101';
let discord: DiscordSandbox;
beforeEach(async () => {
  discord = await startDiscordSandbox({ redirectUris: [REDIRECT] });
});
afterEach(() => discord.stop());

const doorOf = (apiUrl = discord.apiUrl) =>
  createDiscordDoor({
    ...{ ...discord.application, apiUrl, authorizeUrl: discord.authorizeUrl, redirectUri: REDIRECT, timeoutMs: 300 },
  });
const codeOf = (): string =>
  new URL(discord.acts.authorize(ID, doorOf().authorizeAddress('s'))).searchParams.get('code') ?? '';

const FAULTS = ['rate-limit', 'server-error', 'drop', 'accept-then-hang'] as const;
const cases = [ME, JOIN].flatMap((operation) => FAULTS.map((kind) => [operation, kind] as const));

describe('a door in front of a Discord in trouble', () => {
  test.each(cases)('%s, %s: fails, gives the token back, and opens the next time', async (operation, kind) => {
    // Bun itself asks once more where a kept connection drops and the method may be repeated.
    discord.injectApi({ kind, operation, times: kind === 'drop' ? 2 : 1, retryAfterSeconds: 0.1 });
    expect(await doorOf().enter(codeOf())).toMatchObject({ kind: 'failed' });
    discord.clearApiFaults();
    expect(discord.tokensAlive()).toBe(0);
    expect(discord.apiRequests().at(-1)).toMatchObject({ operation: REVOKE, status: 200 });
    expect(await doorOf().enter(codeOf())).toMatchObject({ kind: 'entered' });
    expect(discord.onServer()).toEqual([ID]);
  });

  test.each(FAULTS)('a trade of the code, %s: fails before anybody is asked for or put anywhere', async (kind) => {
    discord.injectApi({ kind, operation: TOKEN, times: 1, retryAfterSeconds: 0.1 });
    expect(await doorOf().enter(codeOf())).toMatchObject({ kind: 'failed' });
    expect(discord.apiRequests().map(({ operation }) => operation)).toEqual([TOKEN]);
    // A token that never reached us cannot be given back: it ends by itself at Discord.
    expect(discord.tokensAlive()).toBe(kind === 'accept-then-hang' ? 1 : 0);
    expect(await doorOf().enter(codeOf())).toMatchObject({ kind: 'entered' });
  });

  test.each(FAULTS)('a return of the token, %s: lets the member in all the same', async (kind) => {
    discord.injectApi({ kind, operation: REVOKE, times: 1, retryAfterSeconds: 0.1 });
    expect(await doorOf().enter(codeOf())).toMatchObject({ kind: 'entered', chatUserId: ID });
  });

  test('gives the token back although the trade of the code used its limit up', async () => {
    const seen: string[] = [];
    const stand = Bun.serve({
      ...{ hostname: '127.0.0.1', port: 0 },
      fetch(request) {
        const { pathname } = new URL(request.url);
        seen.push(pathname);
        const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset-after': '30' };
        if (pathname === '/users/@me') return Response.json({ id: ID, username: 'robin' });
        return Response.json({ access_token: 'a-token' }, pathname === '/oauth2/token' ? { headers } : {});
      },
    });
    const door = doorOf(stand.url.origin);
    expect(await door.enter('a-code')).toMatchObject({ kind: 'entered' });
    expect(seen.at(-1)).toBe('/oauth2/token/revoke');
    expect(await door.enter('a-code')).toMatchObject({ kind: 'failed', problem: 'waiting as asked' });
    await stand.stop(true);
  });

  test('tells no secret of anybody in what it says of a failure', async () => {
    const { clientSecret, botToken } = discord.application;
    const stand = Bun.serve({
      ...{ hostname: '127.0.0.1', port: 0 },
      fetch: (request) =>
        request.url.endsWith('/oauth2/token')
          ? Response.json({ access_token: 'the-persons-token' })
          : Response.json({ message: 'no' }, { status: 400 }),
    });
    const said = [
      await doorOf(stand.url.origin).enter('the-code'),
      await doorOf('http://127.0.0.1:1').enter('the-code'),
    ];
    await stand.stop(true);
    expect(said.map(({ kind }) => kind)).toEqual(['refused', 'failed']);
    for (const secret of [clientSecret, botToken, 'the-persons-token', 'the-code'])
      expect(JSON.stringify(said)).not.toContain(secret);
  });
});

describe('names', () => {
  test.each([
    ['a name cut between letters, never within one', { username: 'x', global_name: '🦀'.repeat(70) }, '🦀'.repeat(64)],
    ['a username that turns the line around', { username: '\u202Erobin\n' }, 'robin'],
    ['a name of nothing that shows', { username: '\u200B', global_name: '\u2028' }, ID],
    ['half a letter', { username: 'robin', global_name: '\uD83E' }, 'robin'],
  ])('%s', async (_, user, name) => {
    const stand = Bun.serve({
      ...{ hostname: '127.0.0.1', port: 0 },
      fetch: (request) =>
        new Response(
          JSON.stringify(request.url.endsWith('/users/@me') ? { id: ID, ...user } : { access_token: 'token' }),
        ),
    });
    expect(await doorOf(stand.url.origin).enter('code')).toEqual({ kind: 'entered', chatUserId: ID, name });
    await stand.stop(true);
  });

  test('an id that is no id puts nobody on the server', async () => {
    const seen: string[] = [];
    const stand = Bun.serve({
      ...{ hostname: '127.0.0.1', port: 0 },
      fetch(request) {
        seen.push(request.method);
        return Response.json({ access_token: 'token', id: '1/../../roles', username: 'x' });
      },
    });
    expect(await doorOf(stand.url.origin).enter('code')).toMatchObject({ kind: 'failed' });
    expect(seen).toEqual(['POST', 'GET', 'POST']);
    await stand.stop(true);
  });
});
