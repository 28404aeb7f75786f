import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { type DiscordSandbox, startDiscordSandbox } from '../../../../sandbox/discord/server.ts';
import { createDiscordVendor } from './vendor.ts';

const PERSON = '900000000000000101';
const SEAT = { room: 'premium', chatUserId: PERSON } as const;
let answers: Response[];
let asked: string[];
let stand: ReturnType<typeof Bun.serve>;
let discord: DiscordSandbox;

beforeEach(async () => {
  [answers, asked] = [[], []];
  discord = await startDiscordSandbox();
  stand = Bun.serve({
    ...{ hostname: '127.0.0.1', port: 0 },
    fetch(request) {
      asked.push(request.method);
      return answers.shift() ?? new Response(null, { status: 204 });
    },
  });
});
afterEach(async () => {
  await stand.stop(true);
  await discord.stop();
});
const vendor = (apiUrl = stand.url.origin) => createDiscordVendor({ ...discord.application, apiUrl, timeoutMs: 1_000 });
const html = (status: number, headers: Record<string, string> = {}) =>
  new Response('<html>error 1015</html>', { status, headers: { 'content-type': 'text/html', ...headers } });

describe('what stands before Discord and answers in its place', () => {
  test('a limit without JSON is a limit on everything that we ask, for as long as its header says', async () => {
    answers.push(html(429, { 'retry-after': '1' }));
    const { admit, look, remove } = vendor();
    expect(await admit(SEAT)).toMatchObject({ kind: 'not-now', retryAfterMs: 1_000 });
    expect(await look(SEAT)).toMatchObject({ kind: 'not-now', problem: 'waiting as asked' });
    expect(asked).toEqual(['PUT']);
    await Bun.sleep(1_050);
    expect(await remove(SEAT)).toEqual({ kind: 'outside' });
    expect(asked).toEqual(['PUT', 'DELETE']);
  });

  test('a page of no JSON makes nobody an insider and nobody an outsider', async () => {
    for (const status of [200, 502]) {
      answers.push(html(status), html(status), html(status));
      for (const act of ['admit', 'remove', 'look'] as const) expect((await vendor()[act](SEAT)).kind).toBe('unknown');
    }
    answers.push(html(403));
    expect(await vendor().admit(SEAT)).toEqual({ kind: 'refused', problem: 'HTTP 403: no reason given (0)' });
    expect(asked).toHaveLength(7);
  });

  test('an answer without roles leaves open where somebody is', async () => {
    answers.push(Response.json({ user: { id: PERSON } }));
    expect(await vendor().look(SEAT)).toEqual({ kind: 'unknown', problem: 'the answer holds no roles' });
  });
});

describe('limits', () => {
  test('a used-up one ends when its header says, and holds back its own kind alone', async () => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset-after': '0.3' };
    answers.push(new Response(null, { status: 204, headers }), Response.json({ roles: [] }));
    const one = vendor();
    expect(await one.admit(SEAT)).toEqual({ kind: 'inside' });
    expect(await one.remove(SEAT)).toMatchObject({ kind: 'not-now' });
    expect(await one.look(SEAT)).toEqual({ kind: 'outside' });
    await Bun.sleep(350);
    expect(await one.remove(SEAT)).toEqual({ kind: 'outside' });
    expect(asked).toEqual(['PUT', 'GET', 'DELETE']);
  });

  test('another server of ours that used the limit up is believed, and the wait is what Discord said', async () => {
    discord.acts.joinServer(PERSON);
    for (let times = 0; times < 10; times += 1)
      // A client each, as on ten machines.
      expect(await vendor(discord.apiUrl).admit(SEAT)).toEqual({ kind: 'inside' });
    const late = vendor(discord.apiUrl);
    const refused = await late.remove(SEAT);
    expect(refused.kind).toBe('not-now');
    if (refused.kind === 'not-now') expect(refused.retryAfterMs).toBeGreaterThan(5_000);
    expect(discord.holders('premium')).toEqual([PERSON]);
    const before = discord.apiRequests().length;
    expect(await late.admit(SEAT)).toMatchObject({ problem: 'waiting as asked' });
    expect(discord.apiRequests()).toHaveLength(before);
    expect(discord.apiRequests().at(-1)?.status).toBe(429);
  });
});
