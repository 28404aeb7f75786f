import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { sandboxInbox } from '../inbox/inbox.ts';
import { type DiscordSandbox, startDiscordSandbox } from './server.ts';

let discord: DiscordSandbox;
beforeEach(async () => {
  discord = await startDiscordSandbox({ keptMax: 3 });
});
afterEach(() => discord.stop());

const post = (url: string, body: unknown): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

describe('Discord sandbox', () => {
  test('answers 204 without wait, and the message with it', async () => {
    const url = discord.webhookUrl('basic');
    expect((await post(url, { content: 'one' })).status).toBe(204);
    const waited = await post(`${url}?wait=true`, { content: 'two', allowed_mentions: { parse: [] } });
    expect(waited.status).toBe(200);
    const message = (await waited.json()) as Record<string, unknown>;
    expect(message).toMatchObject({ content: 'two', type: 0, tts: false, mentions: [] });
    expect(String(message['id'])).toMatch(/^\d{17,20}$/);
    expect(discord.received('basic').map(({ content, mentionsOff }) => [content, mentionsOff])).toEqual([
      ['one', false],
      ['two', true],
    ]);
    expect(discord.received('premium')).toEqual([]);
  });

  test('refuses what Discord refuses, in its codes', async () => {
    const url = discord.webhookUrl('premium');
    const answers = await Promise.all([
      post(url, {}),
      post(url, { content: '' }),
      post(url, { content: 'x'.repeat(2_001) }),
      post(url, { content: 7 }),
      post(url, { embeds: Array.from({ length: 11 }, () => ({})) }),
      fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' }),
      post(url.slice(0, -4), { content: 'x' }),
      post(url.replace(/webhooks\/\d+/, 'webhooks/1'), { content: 'x' }),
    ]);
    const codes = await Promise.all(
      answers.map(async (answer) => [answer.status, ((await answer.json()) as { code: number }).code]),
    );
    expect(codes).toEqual([
      [400, 50_006],
      [400, 50_006],
      [400, 50_035],
      [400, 50_035],
      [400, 50_035],
      [400, 50_109],
      [401, 50_027],
      [404, 10_015],
    ]);
    expect(discord.received()).toEqual([]);
    expect((await post(url, { content: 'x'.repeat(2_000) })).status).toBe(204);
  });

  test('rate-limits when told to, with the wait in body and header', async () => {
    discord.inject({ kind: 'rate-limit', times: 1, retryAfterSeconds: 1.5 });
    const answer = await post(discord.webhookUrl('free'), { content: 'x' });
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(await answer.json()).toMatchObject({ retry_after: 1.5, global: false });
    expect((await post(discord.webhookUrl('free'), { content: 'x' })).status).toBe(204);
  });

  test('the inbox holds the newest of each channel, and says when the sandbox does not answer', async () => {
    const read = sandboxInbox({ discordUrl: discord.url, telegramUrl: null, resendUrl: null });
    for (let i = 1; i <= 4; i += 1) await post(discord.webhookUrl('free'), { content: `message ${i}` });
    expect((await read())?.map(({ channel, content }) => [channel, content])).toEqual([
      ['free', 'message 2'],
      ['free', 'message 3'],
      ['free', 'message 4'],
    ]);
    await discord.stop();
    expect(await read()).toBeNull();
  });
});
