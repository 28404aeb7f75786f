import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDiscordSandbox } from './discord/server.ts';
import { startTelegramSandbox, type TelegramSandbox } from './telegram/server.ts';

const ROBIN = 5_100_000_101;
const KIM = 5_100_000_102;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quanticity-worlds-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const call = async (telegram: TelegramSandbox, method: string, params: Readonly<Record<string, unknown>>) => {
  const answer = await fetch(`${telegram.url}/bot${telegram.botToken}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(params),
  });
  return (await answer.json()) as { ok: boolean; result: Record<string, unknown> };
};

describe('the simulated Telegram, started again', () => {
  test('is at the same address, with the same bot, people, rooms, links and messages', async () => {
    const stateFile = join(folder, 'sandbox', 'telegram.json');
    const first = await startTelegramSandbox({ stateFile });
    first.acts.pressStart(ROBIN);
    first.acts.pressStart(KIM);
    first.acts.block(KIM);
    first.acts.addByAdmin(ROBIN, 'premium');
    const { result } = await call(first, 'createChatInviteLink', {
      chat_id: first.chats.premium,
      creates_join_request: true,
    });
    const link = String(result['invite_link']);
    expect(first.acts.join(KIM, link)).toBe('requested');
    await call(first, 'sendMessage', { chat_id: first.chats.basic, text: 'kept' });
    await call(first, 'sendMessage', { chat_id: ROBIN, text: 'hello' });
    await first.stop();
    expect(statSync(stateFile).mode & 0o777).toBe(0o600);

    const second = await startTelegramSandbox({ stateFile });
    expect([second.url, second.botToken]).toEqual([first.url, first.botToken]);
    expect([second.members('premium'), second.pending('premium')]).toEqual([[ROBIN], [KIM]]);
    expect(second.received('basic').map(({ text }) => text)).toEqual(['kept']);
    expect(second.received(ROBIN).map(({ text }) => text)).toEqual(['hello']);
    expect((await call(second, 'sendMessage', { chat_id: KIM, text: 'x' })).ok).toBe(false);
    const approved = await call(second, 'approveChatJoinRequest', { chat_id: second.chats.premium, user_id: KIM });
    expect(approved.ok).toBe(true);
    second.acts.leave(KIM, 'premium');
    expect(second.acts.join(KIM, link)).toBe('requested');
    await second.stop();
  });

  test('begins anew without a file, and from one that is damaged', async () => {
    const stateFile = join(folder, 'telegram.json');
    writeFileSync(stateFile, '{"port":1,"rooms":');
    const telegram = await startTelegramSandbox({ stateFile });
    expect(telegram.members('premium')).toEqual([]);
    await telegram.stop();
  });

  test('takes another port when its own is taken', async () => {
    const stateFile = join(folder, 'telegram.json');
    const first = await startTelegramSandbox({ stateFile });
    await first.stop();
    const other = Bun.serve({
      hostname: '127.0.0.1',
      port: Number(new URL(first.url).port),
      fetch: () => new Response(),
    });
    const second = await startTelegramSandbox({ stateFile });
    expect(second.url).not.toBe(first.url);
    await second.stop();
    await other.stop(true);
  });
});

test('the simulated Discord, started again, is at the same address, with the same application, people, roles and messages', async () => {
  const stateFile = join(folder, 'discord.json');
  const first = await startDiscordSandbox({ stateFile });
  const [robin] = first.people;
  first.acts.joinServer(robin?.id ?? '');
  first.acts.giveRole(robin?.id ?? '', 'basic');
  await fetch(first.webhookUrl('free'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ content: 'kept' }),
  });
  await first.stop();
  const second = await startDiscordSandbox({ stateFile });
  expect([second.url, second.application]).toEqual([first.url, first.application]);
  expect([second.holders('basic'), second.holders('premium')]).toEqual([[robin?.id ?? ''], []]);
  expect(second.received('free').map(({ content }) => content)).toEqual(['kept']);
  await second.stop();
});
