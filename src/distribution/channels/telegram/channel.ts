import { TIERS, type Tier } from '../../../billing/plans.ts';
import type { Channel, Delivery, DeliveryAttempt } from '../channel.ts';
import type { TelegramClient } from './client.ts';
import { telegramMessage } from './message.ts';

export interface TelegramChannelOptions {
  readonly client: TelegramClient;
  /** Ids of the chats, or `@name` of a public one. */
  readonly chats: Readonly<Record<Tier, string>>;
}

/** Posts to each tier's chat. After a time-out nobody can tell whether a post arrived: delivery is at least once. */
export const createTelegramChannel = ({ client, chats }: TelegramChannelOptions): Channel => {
  if (new Set(Object.values(chats)).size < TIERS.length)
    throw new Error('Telegram chats: expected three different ones, or a lower tier would read a higher one');
  const send = async <T extends Tier>(tier: T, attempt: DeliveryAttempt<T>): Promise<Delivery> => {
    if (attempt.release.view.tier !== tier)
      throw new Error(`a release of ${attempt.release.view.tier} was about to be posted to ${tier}`);
    const text = telegramMessage(attempt);
    const answer = await client.ask((raw, signal) =>
      raw.sendMessage(
        { chat_id: chats[tier], text, parse_mode: 'HTML', link_preview_options: { is_disabled: true } },
        signal,
      ),
    );
    return answer.kind === 'ok' ? { kind: 'delivered', vendorId: String(answer.value.message_id) } : answer;
  };
  return {
    name: 'telegram',
    send: {
      premium: (attempt) => send('premium', attempt),
      basic: (attempt) => send('basic', attempt),
      free: (attempt) => send('free', attempt),
    },
  };
};
