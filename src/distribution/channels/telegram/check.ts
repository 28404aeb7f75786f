import type { ChatFullInfo, ChatMemberAdministrator } from 'grammy/types';
import { TIERS, type Tier } from '../../../billing/plans.ts';
import type { TelegramClient } from './client.ts';

/** What the bot is called, for links that lead to it. */
export const botUsername = async (
  client: TelegramClient,
): Promise<{ readonly ok: true; readonly username: string } | { readonly ok: false; readonly problem: string }> => {
  const me = await client.ask((raw, signal) => raw.getMe(signal));
  return me.kind === 'ok' ? { ok: true, username: me.value.username } : { ok: false, problem: me.problem };
};

const missingRights = (tier: Tier, chat: ChatFullInfo, rights: ChatMemberAdministrator): string[] => [
  // In a group every administrator may post, and Telegram names no right for it.
  ...(chat.type === 'channel' && !rights.can_post_messages ? ['post messages'] : []),
  ...(tier !== 'free' && !rights.can_invite_users ? ['invite users'] : []),
  ...(tier !== 'free' && !rights.can_restrict_members ? ['ban users'] : []),
];

/** What makes a chat no closed room. */
const openings = (chat: ChatFullInfo): string[] => [
  ...('username' in chat && chat.username ? ['expected a private chat; anybody can read a public one'] : []),
  ...(chat.type === 'group' ? ['expected a supergroup: nobody can be let back into a plain group'] : []),
  ...(chat.permissions?.can_invite_users ? ['members may add others there: take that permission from them'] : []),
];

interface Checked {
  readonly problems: readonly string[];
  /** Null where Telegram did not say. */
  readonly id: number | null;
}

const checkChat = async (client: TelegramClient, botId: number, tier: Tier, chatId: string): Promise<Checked> => {
  const chat = await client.ask((raw, signal) => raw.getChat({ chat_id: chatId }, signal));
  if (chat.kind !== 'ok') return { problems: [`the bot does not see this chat (${chat.problem})`], id: null };
  const { id } = chat.value;
  const member = await client.ask((raw, signal) => raw.getChatMember({ chat_id: chatId, user_id: botId }, signal));
  if (member.kind !== 'ok') return { problems: [`the bot cannot see itself in this chat (${member.problem})`], id };
  if (member.value.status !== 'administrator')
    return { problems: ['expected the bot to be an administrator there'], id };
  const missing = missingRights(tier, chat.value, member.value).map((right) => `the bot lacks the right to ${right}`);
  return { problems: [...missing, ...(tier === 'free' ? [] : openings(chat.value))], id };
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
  const seen = new Map<number, string>();
  for (const tier of TIERS) {
    const variable = `TELEGRAM_CHAT_${tier.toUpperCase()}`;
    const { problems, id } = await checkChat(client, me.value.id, tier, chats[tier]);
    found.push(...problems.map((problem) => `${variable}: ${problem}`));
    if (id === null) continue;
    const other = seen.get(id);
    // One chat has more than one name: by id and by @name it is the same.
    if (other) found.push(`${variable}: the same chat as ${other}; a lower tier would read a higher one`);
    seen.set(id, variable);
  }
  return found;
};
