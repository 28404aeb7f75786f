import { afterEach, beforeEach, expect, test } from 'bun:test';
import { openBot, startBentTelegram } from '../../../../tests/support/telegram-requests.ts';
import { startTelegramSandbox, type TelegramSandbox } from '../../../sandbox/telegram/server.ts';
import { checkTelegram } from './check.ts';

let telegram: TelegramSandbox;
const stops: (() => unknown)[] = [];
beforeEach(async () => {
  telegram = await startTelegramSandbox();
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  await telegram.stop();
});

/** What is found where every answer to `method` says this besides. */
const foundWhere = async (method: string, more: Readonly<Record<string, unknown>>) => {
  const bent = startBentTelegram(telegram, async (asked, ask) => {
    const answer = await ask();
    return asked === method ? { ...answer, result: { ...(answer.result as object), ...more } } : answer;
  });
  stops.push(bent.stop);
  return checkTelegram(openBot(telegram, { apiRoot: bent.url }).client, telegram.chats);
};

test('one chat under two names is found out', async () => {
  const { premium, basic, free } = telegram.chats;
  const { client } = openBot(telegram);
  expect(await checkTelegram(client, { premium, basic: '@quanticity_sandbox', free })).toContain(
    'TELEGRAM_CHAT_FREE: the same chat as TELEGRAM_CHAT_BASIC; a lower tier would read a higher one',
  );
  expect(await checkTelegram(client, { premium, basic, free: '@quanticity_sandbox' })).toEqual([]);
});

test('closed rooms whose members may add others are found out, and the public one is left alone', async () => {
  expect(await foundWhere('getChat', { permissions: { can_invite_users: true } })).toEqual([
    'TELEGRAM_CHAT_PREMIUM: members may add others there: take that permission from them',
    'TELEGRAM_CHAT_BASIC: members may add others there: take that permission from them',
  ]);
  expect(await foundWhere('getChat', { permissions: { can_invite_users: false } })).toEqual([]);
});

test('a plain group, into which nobody can be let back, is found out', async () => {
  const found = await foundWhere('getChat', { type: 'group' });
  expect(found.filter((problem) => problem.includes('expected a supergroup'))).toHaveLength(2);
});

test.each([
  ['can_invite_users', 'invite users', ['PREMIUM', 'BASIC']],
  ['can_restrict_members', 'ban users', ['PREMIUM', 'BASIC']],
  ['can_post_messages', 'post messages', ['FREE']],
] as const)('a bot without %s is found out where it needs that', async (right, words, rooms) => {
  expect(await foundWhere('getChatMember', { [right]: false })).toEqual(
    rooms.map((room) => `TELEGRAM_CHAT_${room}: the bot lacks the right to ${words}`),
  );
});
