import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { type DiscordSandbox, startDiscordSandbox } from './server.ts';

const REDIRECT = 'http://localhost:3000/back';
let discord: DiscordSandbox;
let robin: string;
let kim: string;

beforeEach(async () => {
  discord = await startDiscordSandbox({ redirectUris: [REDIRECT] });
  [robin = '', kim = ''] = discord.people.map(({ id }) => id);
});
afterEach(() => discord.stop());

const ask = (method: string, path: string, more: { body?: unknown; token?: string } = {}): Promise<Response> =>
  fetch(`${discord.apiUrl}${path}`, {
    method,
    headers: { authorization: `Bot ${more.token ?? discord.application.botToken}`, 'content-type': 'application/json' },
    ...(more.body !== undefined && { body: JSON.stringify(more.body) }),
  });
const member = (personId = robin): string => `/guilds/${discord.application.guildId}/members/${personId}`;
const role = (room: 'premium' | 'basic' = 'premium', personId = robin): string =>
  `${member(personId)}/roles/${discord.application.roles[room]}`;
const codeOf = async (answer: Response): Promise<number> => ((await answer.json()) as { code: number }).code;

const authorizeUrl = (own: Readonly<Record<string, string>> = {}): string => {
  const query = {
    ...{ client_id: discord.application.clientId, redirect_uri: REDIRECT, response_type: 'code' },
    ...{ scope: 'identify guilds.join', state: 'the-state' },
    ...own,
  };
  return `${discord.authorizeUrl}?${new URLSearchParams(query)}`;
};
const grant = (personId = robin, own: Readonly<Record<string, string>> = {}): string =>
  new URL(discord.acts.authorize(personId, authorizeUrl(own))).searchParams.get('code') ?? '';
const trade = (form: Readonly<Record<string, string>>, withBasic = false): Promise<Response> => {
  const { clientId, clientSecret } = discord.application;
  const own = withBasic ? {} : { client_id: clientId, client_secret: clientSecret };
  return fetch(`${discord.apiUrl}/oauth2/token`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(withBasic && { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` }),
    },
    body: new URLSearchParams({ ...own, ...form }).toString(),
  });
};
const tradeCode = (code: string, own: Readonly<Record<string, string>> = {}, withBasic = false) =>
  trade({ grant_type: 'authorization_code', code, redirect_uri: REDIRECT, ...own }, withBasic);
interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly scope: string;
}
const tokensOf = async (personId = robin, own: Readonly<Record<string, string>> = {}): Promise<Tokens> =>
  (await (await tradeCode(grant(personId, own))).json()) as Tokens;

describe('members and roles', () => {
  test('are changed by the bot, and what does not fit is refused in Discord’s codes', async () => {
    expect(await codeOf(await ask('PUT', role()))).toBe(10_007);
    discord.acts.joinServer(robin);
    expect((await ask('PUT', role())).status).toBe(204);
    expect(discord.holders('premium')).toEqual([robin]);
    expect((await ask('DELETE', role())).status).toBe(204);
    expect(discord.holders('premium')).toEqual([]);
    expect(await codeOf(await ask('PUT', `${member()}/roles/1`))).toBe(10_011);
    expect(await codeOf(await ask('PUT', role().replace(discord.application.guildId, '1')))).toBe(10_004);
    expect((await ask('PUT', role(), { token: 'wrong' })).status).toBe(401);
    expect((await ask('PATCH', role())).status).toBe(405);
    expect((await ask('GET', '/guilds')).status).toBe(404);
    discord.acts.lockRights('none');
    expect(await codeOf(await ask('PUT', role()))).toBe(50_013);
    expect(discord.holders('premium')).toEqual([]);
  });

  test('the eleventh change of roles within ten seconds has to wait, and headers tell how long', async () => {
    discord.acts.joinServer(robin);
    for (let left = 9; left >= 0; left -= 1) {
      const { status, headers } = await ask('PUT', role());
      expect([status, headers.get('x-ratelimit-remaining')]).toEqual([204, String(left)]);
      expect(Number(headers.get('x-ratelimit-reset-after'))).toBeLessThanOrEqual(10);
    }
    const refused = await ask('DELETE', role());
    expect(refused.status).toBe(429);
    const body = (await refused.json()) as { retry_after: number; global: boolean };
    expect(body.retry_after).toBeGreaterThan(0);
    expect(body.global).toBe(false);
    expect(discord.holders('premium')).toEqual([robin]);
    expect((await ask('GET', member())).status).toBe(200);
  });

  test('somebody is put on the server by a token of their own, once, with roles only when new', async () => {
    const { access_token: own } = await tokensOf();
    const { access_token: other } = await tokensOf(kim);
    const { access_token: narrow } = await tokensOf(robin, { scope: 'identify' });
    for (const wrong of [other, narrow, 'made-up'])
      expect(await codeOf(await ask('PUT', member(), { body: { access_token: wrong } }))).toBe(50_025);
    expect(await codeOf(await ask('PUT', member(), { body: {} }))).toBe(50_035);
    expect(discord.onServer()).toEqual([]);
    const roles = [discord.application.roles.basic];
    expect((await ask('PUT', member(), { body: { access_token: own } })).status).toBe(201);
    expect((await ask('PUT', member(), { body: { access_token: own, roles } })).status).toBe(204);
    expect(discord.holders('basic')).toEqual([]);
    discord.acts.leave(robin);
    expect((await ask('PUT', member(), { body: { access_token: own, roles } })).status).toBe(201);
    expect(discord.holders('basic')).toEqual([robin]);
  });
});

describe('OAuth2', () => {
  test('a code works once, for its redirect, with the secret in the form or by HTTP basic', async () => {
    const first = grant();
    expect((await tradeCode(first)).status).toBe(200);
    for (const answer of [
      await tradeCode(first),
      await tradeCode(grant(), { redirect_uri: `${REDIRECT}/else` }),
      await tradeCode('made-up'),
    ])
      expect([answer.status, await answer.json()]).toEqual([400, { error: 'invalid_grant' }]);
    expect((await tradeCode(grant(), {}, true)).status).toBe(200);
    const wrong = await tradeCode(grant(), { client_secret: 'wrong' });
    expect([wrong.status, await wrong.json()]).toEqual([401, { error: 'invalid_client' }]);
    expect((await trade({ grant_type: 'password' })).status).toBe(400);
  });

  test('tokens say whose they are, are renewed once, and end together', async () => {
    const me = (token: string): Promise<Response> =>
      fetch(`${discord.apiUrl}/users/@me`, { headers: { authorization: `Bearer ${token}` } });
    const first = await tokensOf(kim);
    expect(first.scope).toBe('identify guilds.join');
    expect(await (await me(first.access_token)).json()).toMatchObject({ id: kim });
    const renewal = await trade({ grant_type: 'refresh_token', refresh_token: first.refresh_token });
    const second = (await renewal.json()) as Tokens;
    expect((await me(first.access_token)).status).toBe(401);
    expect((await trade({ grant_type: 'refresh_token', refresh_token: first.refresh_token })).status).toBe(400);
    const { clientId, clientSecret } = discord.application;
    const revoked = await fetch(`${discord.apiUrl}/oauth2/token/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: clientId, client_secret: clientSecret, token: second.access_token }),
    });
    expect(revoked.status).toBe(200);
    expect([(await me(second.access_token)).status, discord.tokensAlive()]).toEqual([401, 0]);
  });
});

describe('pages', () => {
  const post = (path: string, form: Readonly<Record<string, string>>, headers: Record<string, string> = {}) =>
    fetch(`${discord.url}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'sec-fetch-site': 'same-origin', ...headers },
      body: new URLSearchParams(form),
    });
  const asked = (own: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(new URL(authorizeUrl(own)).searchParams);

  test('ask a person, and send the browser back with a code or with a no', async () => {
    const page = await fetch(authorizeUrl({ state: '"><img src=x>' }));
    const text = await page.text();
    expect(text).toContain('Robin');
    expect(text).not.toContain('<img src=x>');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const yes = await post('/oauth2/authorize', { ...asked(), person: robin, answer: 'yes' });
    const back = new URL(yes.headers.get('location') ?? '');
    expect([`${back.origin}${back.pathname}`, back.searchParams.get('state')]).toEqual([REDIRECT, 'the-state']);
    expect((await tradeCode(back.searchParams.get('code') ?? '')).status).toBe(200);
    const no = await post('/oauth2/authorize', { ...asked(), person: robin, answer: 'no' });
    expect(new URL(no.headers.get('location') ?? '').searchParams.get('error')).toBe('access_denied');
  });

  test.each([
    ['an application that is none', { client_id: '1' }],
    ['a foreign redirect', { redirect_uri: 'https://elsewhere.example/' }],
    ['a scope that is not simulated', { scope: 'identify email' }],
    ['no scope', { scope: '' }],
    ['another response type', { response_type: 'token' }],
  ])('send nobody anywhere for %s', async (_, own) => {
    const shown = await fetch(authorizeUrl(own), { redirect: 'manual' });
    const sent = await post('/oauth2/authorize', { ...asked(own), person: robin, answer: 'yes' });
    for (const answer of [shown, sent]) expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
    expect(() => discord.acts.authorize(robin, authorizeUrl(own))).toThrow();
  });

  test('take no form from another site', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect((await post('/oauth2/authorize', { ...asked(), person: robin, answer: 'yes' }, headers)).status).toBe(403);
    expect((await post('/client/join', {}, { ...headers, cookie: `sandbox_discord_person=${robin}` })).status).toBe(
      403,
    );
    expect(discord.onServer()).toEqual([]);
  });

  test('show a person the channels that their roles open, and let them join and leave', async () => {
    const cookie = `sandbox_discord_person=${kim}`;
    const page = async (): Promise<string> => (await fetch(`${discord.url}/client`, { headers: { cookie } })).text();
    for (const channel of ['premium', 'basic', 'free'] as const)
      await fetch(discord.webhookUrl(channel), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ content: `words for ${channel} <script>` }),
      });
    expect(await page()).not.toContain('words for');
    await post('/client/join', {}, { cookie });
    expect(discord.onServer()).toEqual([kim]);
    discord.acts.giveRole(kim, 'basic');
    const shown = await page();
    expect(shown).toContain('words for free &lt;script&gt;');
    expect(shown).toContain('words for basic');
    expect(shown).not.toContain('words for premium');
    await post('/client/leave', {}, { cookie });
    expect(discord.onServer()).toEqual([]);
  });
});
