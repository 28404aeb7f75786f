import { z } from 'zod';
import { address, secret } from './fields.ts';

const webhook = address(/^https$/, 'https://discord.com/api/webhooks/…');
const snowflake = z.string().regex(/^\d{15,20}$/, 'expected an id of Discord, 15 to 20 digits');
const closedChat = z.string().regex(/^-\d{5,20}$/, 'expected the id of a group or channel, such as -1001234567890');
const openChat = z
  .string()
  .regex(/^(?:-\d{5,20}|@\w{5,32})$/, 'expected a public channel such as @quanticity, or its id');

/** Variables of the chats that releases go out to, and that members are let into. */
export const chatFields = {
  DISCORD_WEBHOOK_PREMIUM: webhook.optional(),
  DISCORD_WEBHOOK_BASIC: webhook.optional(),
  DISCORD_WEBHOOK_FREE: webhook.optional(),
  DISCORD_BOT_TOKEN: secret.optional(),
  DISCORD_CLIENT_ID: snowflake.optional(),
  DISCORD_CLIENT_SECRET: secret.optional(),
  DISCORD_GUILD_ID: snowflake.optional(),
  DISCORD_ROLE_PREMIUM: snowflake.optional(),
  DISCORD_ROLE_BASIC: snowflake.optional(),
  TELEGRAM_BOT_TOKEN: z
    .string()
    .regex(/^\d+:[\w-]{20,}$/, 'expected a token of BotFather, such as 123456:ABC…')
    .optional(),
  TELEGRAM_CHAT_PREMIUM: closedChat.optional(),
  TELEGRAM_CHAT_BASIC: closedChat.optional(),
  TELEGRAM_CHAT_FREE: openChat.optional(),
};

type ChatEnvironment = z.infer<z.ZodObject<typeof chatFields>>;

/** Chats for which there are no keys. Whoever posts to Discord by webhook alone gives no roles there, real or simulated. */
export const sandboxedChats = (env: ChatEnvironment): ('discord' | 'telegram')[] => {
  const missing: ('discord' | 'telegram')[] = [];
  if (!env.DISCORD_WEBHOOK_PREMIUM) missing.push('discord');
  if (!env.TELEGRAM_BOT_TOKEN) missing.push('telegram');
  return missing;
};

const WEBHOOKS = ['DISCORD_WEBHOOK_PREMIUM', 'DISCORD_WEBHOOK_BASIC', 'DISCORD_WEBHOOK_FREE'] as const;
const ROLES = [
  'DISCORD_BOT_TOKEN',
  'DISCORD_CLIENT_ID',
  'DISCORD_CLIENT_SECRET',
  'DISCORD_GUILD_ID',
  'DISCORD_ROLE_PREMIUM',
  'DISCORD_ROLE_BASIC',
] as const;
const TELEGRAM = ['TELEGRAM_BOT_TOKEN', 'TELEGRAM_CHAT_PREMIUM', 'TELEGRAM_CHAT_BASIC', 'TELEGRAM_CHAT_FREE'] as const;

const isPartly = (values: readonly unknown[]): boolean => values.some(Boolean) && !values.every(Boolean);
const repeats = (values: readonly unknown[]): boolean =>
  new Set(values.filter(Boolean)).size < values.filter(Boolean).length;

export const chatProblems = (env: ChatEnvironment): string[] => {
  const problems: string[] = [];
  const of = (names: readonly (keyof ChatEnvironment)[]) => names.map((name) => env[name]);
  if (isPartly(of(WEBHOOKS))) problems.push(`${WEBHOOKS.join(', ')}: expected all three or none`);
  if (repeats(of(WEBHOOKS)))
    problems.push('DISCORD_WEBHOOK_*: expected three different channels, or a lower tier would read a higher one');
  if (isPartly(of(ROLES))) problems.push(`${ROLES.join(', ')}: expected all or none: each takes part in giving roles`);
  if (env.DISCORD_BOT_TOKEN && !env.DISCORD_WEBHOOK_PREMIUM)
    problems.push(
      'DISCORD_WEBHOOK_PREMIUM: expected when DISCORD_BOT_TOKEN is set: roles open channels that are posted to',
    );
  if (env.DISCORD_ROLE_PREMIUM && env.DISCORD_ROLE_PREMIUM === env.DISCORD_ROLE_BASIC)
    problems.push(
      'DISCORD_ROLE_PREMIUM, DISCORD_ROLE_BASIC: expected two different roles, or Basic would read Premium',
    );
  if (isPartly(of(TELEGRAM))) problems.push(`${TELEGRAM.join(', ')}: expected all or none`);
  if (repeats([env.TELEGRAM_CHAT_PREMIUM, env.TELEGRAM_CHAT_BASIC, env.TELEGRAM_CHAT_FREE]))
    problems.push('TELEGRAM_CHAT_*: expected three different chats, or a lower tier would read a higher one');
  return problems;
};
