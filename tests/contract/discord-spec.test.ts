import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { checkDiscord } from '../../src/distribution/channels/discord/members/check.ts';
import { createDiscordDoor } from '../../src/distribution/channels/discord/members/door.ts';
import { createDiscordVendor } from '../../src/distribution/channels/discord/members/vendor.ts';
import { type DiscordSandbox, startDiscordSandbox } from '../../src/sandbox/discord/server.ts';
import {
  DISCORD_SPEC_PRESENT,
  type Exchange,
  exchangeProblems,
  operationsSeen,
  schemasSeen,
  UNDESCRIBED,
} from '../support/discord-spec.ts';

const named = (name: string): string =>
  DISCORD_SPEC_PRESENT ? name : `${name} (skipped: the description is not beside the project)`;
const specTest = (name: string, run: () => void | Promise<void>): void =>
  test.skipIf(!DISCORD_SPEC_PRESENT)(named(name), run);

let discord: DiscordSandbox;
let between: ReturnType<typeof Bun.serve>;
const exchanges: Exchange[] = [];
const forms: string[] = [];

const jsonOf = (text: string): unknown => (text === '' ? null : JSON.parse(text));

/** Stands between our side and the sandbox, and writes down what passes. */
const listen = async (request: Request): Promise<Response> => {
  const { pathname, search } = new URL(request.url);
  const text = await request.text();
  const answer = await fetch(`${discord.url}${pathname}${search}`, {
    method: request.method,
    headers: request.headers,
    ...(text !== '' && { body: text }),
  });
  const said = await answer.text();
  const below = pathname.replace(/^\/api\/v10/, '');
  if (below.startsWith('/oauth2/')) forms.push(`${request.method} ${below}`);
  else
    exchanges.push({
      method: request.method,
      pathname: below,
      requestBody: jsonOf(text),
      status: answer.status,
      answerBody: jsonOf(said),
    });
  return new Response(answer.status === 204 ? null : said, { status: answer.status, headers: answer.headers });
};

beforeAll(async () => {
  discord = await startDiscordSandbox();
  between = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: listen });
});
afterAll(async () => {
  await between.stop(true);
  await discord.stop();
});

const options = () => ({ ...discord.application, apiUrl: `http://127.0.0.1:${between.port}/api/v10` });
const door = () =>
  createDiscordDoor({ ...options(), authorizeUrl: discord.authorizeUrl, redirectUri: 'http://localhost:3000/back' });
const enter = (personId: string) => {
  const address = discord.acts.authorize(personId, door().authorizeAddress('s'.repeat(43)));
  return door().enter(new URL(address).searchParams.get('code') ?? '');
};
const raw = (method: string, path: string, body?: unknown, authorization = `Bot ${discord.application.botToken}`) =>
  fetch(`${options().apiUrl}${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

describe('everything that we ask of Discord, and everything that the sandbox answers', () => {
  specTest('is as the published description says, in every standing of a person', async () => {
    const vendor = createDiscordVendor(options());
    const [robin = '', kim = ''] = discord.people.map(({ id }) => id);
    const seat = { room: 'premium', chatUserId: robin } as const;
    expect(await checkDiscord(options())).toEqual([]);
    for (const act of ['admit', 'look', 'remove'] as const) await vendor[act](seat);
    expect(await enter(robin)).toMatchObject({ kind: 'entered' });
    expect(await enter(robin)).toMatchObject({ kind: 'entered' });
    for (const act of ['look', 'admit', 'look', 'remove', 'remove'] as const) await vendor[act](seat);
    discord.acts.lockRights('none');
    expect(await vendor.admit(seat)).toMatchObject({ kind: 'refused' });
    expect(await enter(kim)).toMatchObject({ kind: 'refused' });
    discord.acts.lockRights('all');
    const { guildId } = discord.application;
    await raw('PUT', `/guilds/${guildId}/members/${robin}/roles/1`);
    await raw('GET', `/guilds/1/members/${robin}`);
    await raw('GET', '/users/@me', undefined, 'Bot wrong');
    discord.injectApi({ kind: 'rate-limit', times: 1 });
    await raw('GET', '/users/@me');
    expect(exchanges.length).toBeGreaterThan(20);
    const refused = exchanges.filter(({ status }) => status >= 400).map(({ status }) => status);
    for (const status of [401, 403, 404, 429]) expect(refused).toContain(status);
    expect(exchanges.flatMap(exchangeProblems)).toEqual([]);
    process.stdout.write(
      `Discord: ${operationsSeen.size} operations asked for, ${schemasSeen.size} schemas met, each as specified\n`,
    );
    expect(operationsSeen.size).toBe(6);
  });

  specTest('trades codes where the description is silent: RFC 6749 and Discord’s own pages say how', () => {
    expect(new Set(forms)).toEqual(new Set(['POST /oauth2/token', 'POST /oauth2/token/revoke']));
    const [problem] = exchangeProblems({
      ...{ method: 'POST', pathname: '/oauth2/token', requestBody: null, status: 200, answerBody: {} },
    });
    expect(problem).toContain(UNDESCRIBED);
  });

  specTest('would be told otherwise: a missing field, a wrong type and a body too many are found', () => {
    const good = exchanges.find(
      ({ method, pathname, status }) => method === 'GET' && pathname === '/users/@me' && status === 200,
    );
    if (!good) throw new Error('premise: somebody asked who they are');
    expect(exchangeProblems(good)).toEqual([]);
    const { username: _, ...without } = good.answerBody as Record<string, unknown>;
    expect(exchangeProblems({ ...good, answerBody: without }).join()).toContain("'username'");
    expect(exchangeProblems({ ...good, answerBody: { ...without, username: 7 } }).join()).toContain('must be string');
    expect(exchangeProblems({ ...good, requestBody: {} }).join()).toContain('takes no body');
    expect(exchangeProblems({ ...good, status: 204 }).join()).toContain('no answer of status 204');
    const put = exchanges.find(({ method, pathname }) => method === 'PUT' && /members\/\d+$/.test(pathname));
    if (!put) throw new Error('premise: somebody was put on the server');
    expect(exchangeProblems({ ...put, requestBody: {} }).join()).toContain("'access_token'");
    expect(exchangeProblems({ ...put, pathname: put.pathname.replace(/\d+$/, 'me-x') }).join()).toContain('pattern');
  });
});
