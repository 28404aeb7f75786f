import type { Tier } from '../../../billing/plans.ts';
import type { TelegramClient } from './client.ts';

/** What the bot is called, for links that lead to it. */
export const botUsername = async (
  client: TelegramClient,
): Promise<{ readonly ok: true; readonly username: string } | { readonly ok: false; readonly problem: string }> => {
  const me = await client.ask((raw, signal) => raw.getMe(signal));
  return me.kind === 'ok' ? { ok: true, username: me.value.username } : { ok: false, problem: me.problem };
};

const problemsIn = async (client: TelegramClient, botId: number, tier: Tier, chatId: string): Promise<string[]> => {
  const variable = `TELEGRAM_CHAT_${tier.toUpperCase()}`;
  const chat = await client.ask((raw, signal) => raw.getChat({ chat_id: chatId }, signal));
  if (chat.kind !== 'ok') return [`${variable}: the bot does not see this chat (${chat.problem})`];
  const member = await client.ask((raw, signal) => raw.getChatMember({ chat_id: chatId, user_id: botId }, signal));
  if (member.kind !== 'ok') return [`${variable}: the bot cannot see itself in this chat (${member.problem})`];
  if (member.value.status !== 'administrator') return [`${variable}: expected the bot to be an administrator there`];
  const rights = member.value;
  const problems: string[] = [];
  if (tier === 'free') {
    if (chat.value.type === 'channel' && !rights.can_post_messages)
      problems.push(`${variable}: the bot lacks the right to post messages`);
    return problems;
  }
  if (chat.value.type === 'channel' && !rights.can_post_messages)
    problems.push(`${variable}: the bot lacks the right to post messages`);
  if (!rights.can_invite_users) problems.push(`${variable}: the bot lacks the right to invite users`);
  if (!rights.can_restrict_members) problems.push(`${variable}: the bot lacks the right to ban users`);
  if ('username' in chat.value && chat.value.username)
    problems.push(`${variable}: expected a private chat; anybody can read a public one`);
  return problems;
};

/** Whether token, chats and rights fit, in words for whoever set them; nothing when all is well. */
export const checkTelegram = async (
  client: TelegramClient,
  chats: Readonly<Record<Tier, string>>,
): Promise<readonly string[]> => {
  const me = await client.ask((raw, signal) => raw.getMe(signal));
  if (me.kind !== 'ok')
    return [`TELEGRAM_BOT_TOKEN: Telegram does not know this bot, or cannot be reached (${me.problem})`];
  const found: string[] = [];
  for (const tier of ['premium', 'basic', 'free'] as const)
    found.push(...(await problemsIn(client, me.value.id, tier, chats[tier])));
  return found;
};
