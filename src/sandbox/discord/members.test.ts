import { afterEach, beforeEach, describe, expect, setSystemTime, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DiscordSandbox, startDiscordSandbox } from './server.ts';

const REDIRECT = 'http://localhost:3000/back';
let folder: string;
let discord: DiscordSandbox;
let robin: string;
let kim: string;

const start = (): Promise<DiscordSandbox> =>
  startDiscordSandbox({ redirectUris: [REDIRECT], stateFile: join(folder, 'discord.json') });
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'discord-'));
  discord = await start();
  [robin = '', kim = ''] = discord.people.map(({ id }) => id);
});
afterEach(async () => {
  setSystemTime();
  await discord.stop();
  rmSync(folder, { recursive: true });
});

const ask = (method: string, path: string, more: { body?: unknown; reason?: string; authorization?: string } = {}) =>
  fetch(`${discord.apiUrl}${path}`, {
    method,
    headers: {
      authorization: more.authorization ?? `Bot ${discord.application.botToken}`,
      'content-type': 'application/json',
      ...(more.reason !== undefined && { 'x-audit-log-reason': more.reason }),
    },
    ...(more.body !== undefined && { body: JSON.stringify(more.body) }),
  });
const memberPath = (personId = robin): string => `/guilds/${discord.application.guildId}/members/${personId}`;
const rolePath = (): string => `${memberPath()}/roles/${discord.application.roles.premium}`;
const codeOf = async (answer: Response): Promise<number> => ((await answer.json()) as { code: number }).code;

const post = (path: string, form: Readonly<Record<string, string>>, basic?: string): Promise<Response> => {
  const { clientId, clientSecret } = discord.application;
  const own = basic === undefined ? { client_id: clientId, client_secret: clientSecret } : {};
  return fetch(`${discord.apiUrl}${path}`, {
    method: 'POST',
    ...(basic !== undefined && { headers: { authorization: `Basic ${btoa(basic)}` } }),
    body: new URLSearchParams({ ...own, ...form }),
  });
};
const grant = (personId = robin): string => {
  const asked = {
    ...{ client_id: discord.application.clientId, redirect_uri: REDIRECT, response_type: 'code' },
    ...{ scope: 'identify guilds.join', state: 's' },
  };
  const back = discord.acts.authorize(personId, `${discord.authorizeUrl}?${new URLSearchParams(asked)}`);
  return new URL(back).searchParams.get('code') ?? '';
};
const trade = (code: string, basic?: string): Promise<Response> =>
  post('/oauth2/token', { grant_type: 'authorization_code', code, redirect_uri: REDIRECT }, basic);
interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}
const tokensOf = async (personId = robin): Promise<Tokens> => (await (await trade(grant(personId))).json()) as Tokens;
const me = (token: string): Promise<Response> => ask('GET', '/users/@me', { authorization: `Bearer ${token}` });

describe('the log of reasons', () => {
  test('keeps each as it was meant, and as it came where it is badly encoded', async () => {
    discord.acts.joinServer(robin);
    for (const reason of ['100%25 paid', '100% paid'])
      expect((await ask('PUT', rolePath(), { reason })).status).toBe(204);
    expect((await ask('PUT', rolePath(), { reason: 'x'.repeat(1_537) })).status).toBe(400);
    expect((await ask('DELETE', rolePath())).status).toBe(204);
    const reasons = discord.apiRequests().map(({ reason }) => reason);
    expect([...reasons.slice(0, 2), reasons.at(-1)]).toEqual(['100% paid', '100% paid', null]);
  });
});

describe('the limit of changes', () => {
  test('tells in the headers of a refusal what it is and when it ends, and ends then', async () => {
    discord.acts.joinServer(robin);
    for (let times = 0; times < 10; times += 1) await ask('PUT', rolePath());
    const { status, headers } = await ask('DELETE', rolePath());
    expect(status).toBe(429);
    expect(['limit', 'remaining', 'bucket'].map((name) => headers.get(`x-ratelimit-${name}`))).toEqual([
      ...['10', '0', 'member-roles'],
    ]);
    expect(headers.get('x-ratelimit-scope')).toBe('user');
    const waitSeconds = Number(headers.get('x-ratelimit-reset-after'));
    expect(waitSeconds).toBeGreaterThan(5);
    expect(Number(headers.get('retry-after'))).toBe(Math.ceil(waitSeconds));
    setSystemTime(new Date(Date.now() + waitSeconds * 1_000 + 5));
    expect((await ask('DELETE', rolePath())).status).toBe(204);
    expect(discord.holders('premium')).toEqual([]);
  });
});

describe('people who are put on the server', () => {
  test('get no role that the server does not have, and are not put there then', async () => {
    const { access_token } = await tokensOf();
    const wrong = await ask('PUT', memberPath(), { body: { access_token, roles: ['1'] } });
    expect([wrong.status, await codeOf(wrong), discord.onServer()]).toEqual([404, 10_011, []]);
  });

  test('are not, without rights, nor by a person’s own token in place of the bot’s', async () => {
    const { access_token } = await tokensOf();
    const authorization = `Bearer ${access_token}`;
    expect((await ask('PUT', memberPath(), { authorization, body: { access_token } })).status).toBe(401);
    discord.acts.lockRights('none');
    expect(await codeOf(await ask('PUT', memberPath(), { body: { access_token } }))).toBe(50_013);
    expect(discord.onServer()).toEqual([]);
  });
});

describe('codes and tokens', () => {
  test('a code works for a minute', async () => {
    const [inTime, late] = [grant(), grant()];
    const nowMs = Date.now();
    setSystemTime(new Date(nowMs + 59_000));
    expect((await trade(inTime)).status).toBe(200);
    setSystemTime(new Date(nowMs + 61_000));
    const refused = await trade(late);
    expect([refused.status, await refused.json()]).toEqual([400, { error: 'invalid_grant' }]);
  });

  test('a wrong secret by HTTP basic is refused, and neither uses the code up nor ends a token', async () => {
    const { clientId, clientSecret } = discord.application;
    const code = grant();
    const refused = await trade(code, `${clientId}:wrong`);
    expect([refused.status, await refused.json()]).toEqual([401, { error: 'invalid_client' }]);
    const tokens = (await (await trade(code, `${clientId}:${clientSecret}`)).json()) as Tokens;
    expect((await post('/oauth2/token/revoke', { token: tokens.access_token }, `${clientId}:wrong`)).status).toBe(401);
    expect((await me(tokens.access_token)).status).toBe(200);
  });

  test('giving a refresh token back ends its access token, and nobody else’s', async () => {
    const [own, other] = [await tokensOf(), await tokensOf(kim)];
    expect((await post('/oauth2/token/revoke', { token: own.refresh_token })).status).toBe(200);
    expect((await post('/oauth2/token/revoke', { token: 'made-up' })).status).toBe(200);
    expect([(await me(own.access_token)).status, (await me(other.access_token)).status]).toEqual([401, 200]);
    expect(discord.tokensAlive()).toBe(1);
  });
});

describe('faults', () => {
  test('a change that was dropped is not made, and one that hangs is', async () => {
    discord.acts.joinServer(robin);
    const late = () =>
      fetch(`${discord.apiUrl}${rolePath()}`, {
        ...{ method: 'PUT', keepalive: false, signal: AbortSignal.timeout(200) },
        headers: { authorization: `Bot ${discord.application.botToken}` },
      }).catch((error: unknown) => (error as Error).name);
    discord.injectApi({ kind: 'drop', times: 1 });
    expect(await late()).not.toBe('TimeoutError');
    expect(discord.holders('premium')).toEqual([]);
    discord.injectApi({ kind: 'accept-then-hang', times: 1 });
    expect(await late()).toBe('TimeoutError');
    expect(discord.holders('premium')).toEqual([robin]);
    expect(discord.apiRequests().map(({ status }) => status)).toEqual([0, 0]);
  });
});

describe('another run', () => {
  test('finds each thing that people and staff did, although nothing was asked after it', async () => {
    const { botToken } = discord.application;
    const again = async (act: () => void): Promise<void> => {
      act();
      await discord.stop();
      discord = await start();
    };
    await again(() => discord.acts.joinServer(robin));
    await again(() => discord.acts.giveRole(robin, 'premium'));
    expect([discord.onServer(), discord.holders('premium')]).toEqual([[robin], [robin]]);
    await again(() => discord.acts.takeRole(robin, 'premium'));
    expect([discord.onServer(), discord.holders('premium')]).toEqual([[robin], []]);
    await again(() => discord.acts.lockRights('none'));
    expect(discord.application.botToken).toBe(botToken);
    expect(await codeOf(await ask('DELETE', rolePath()))).toBe(50_013);
    await again(() => discord.acts.leave(robin));
    expect(discord.onServer()).toEqual([]);
  });
});
