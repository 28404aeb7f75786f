import { afterEach, beforeEach, expect, test } from 'bun:test';
import { startTelegramSandbox, type TelegramSandbox } from '../../../sandbox/telegram/server.ts';
import { botUsername, checkTelegram } from './check.ts';
import { createTelegramClient } from './client.ts';

let telegram: TelegramSandbox;
beforeEach(async () => {
  telegram = await startTelegramSandbox();
});
afterEach(() => telegram.stop());
const clientOf = (botToken = telegram.botToken) => createTelegramClient({ apiRoot: telegram.url, botToken });

test('says nothing when token, chats and rights fit', async () => {
  expect(await checkTelegram(clientOf(), telegram.chats)).toEqual([]);
  expect(await botUsername(clientOf())).toEqual({ ok: true, username: telegram.botUsername });
});

test('names the variable behind a token that Telegram does not know, and never the token', async () => {
  const wrong = '1:token-of-nobody-at-all-000000';
  const problems = await checkTelegram(clientOf(wrong), telegram.chats);
  expect(problems).toEqual([expect.stringMatching(/^TELEGRAM_BOT_TOKEN: /)]);
  expect(problems.join()).not.toContain(wrong);
  expect(await botUsername(clientOf(wrong))).toMatchObject({ ok: false });
});

test.each(['premium', 'basic', 'free'] as const)(
  'names the variable of a chat where rights are missing: %s',
  async (room) => {
    telegram.acts.lockRights(room, 'none');
    const problems = await checkTelegram(clientOf(), telegram.chats);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^TELEGRAM_CHAT_${room.toUpperCase()}: `));
  },
);

test('a Telegram that cannot be reached is told of, without the token', async () => {
  const client = createTelegramClient({ apiRoot: 'http://127.0.0.1:1', botToken: telegram.botToken });
  const problems = await checkTelegram(client, telegram.chats);
  expect(problems).toEqual([expect.stringMatching(/^TELEGRAM_BOT_TOKEN: .*cannot be reached/)]);
  expect(problems.join()).not.toContain(telegram.botToken);
});

test('names a chat that is not there, and a public one where a closed one is expected', async () => {
  const missing = await checkTelegram(clientOf(), { ...telegram.chats, basic: '-1009999999999' });
  expect(missing).toEqual([expect.stringMatching(/^TELEGRAM_CHAT_BASIC: the bot does not see this chat/)]);
  const open = await checkTelegram(clientOf(), { ...telegram.chats, premium: telegram.chats.free });
  expect(open.join()).toContain('TELEGRAM_CHAT_PREMIUM: expected a private chat');
});
