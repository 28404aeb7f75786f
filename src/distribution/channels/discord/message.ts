import type { Tier } from '../../../billing/plans.ts';
import { modeWording, wording } from '../../wording.ts';
import type { DeliveryAttempt } from '../channel.ts';

const CONTENT_MAX = 2_000;

/** Our wording is plain text: nothing in it may act as Discord's markup. */
const plain = (text: string): string => text.replace(/[\\*_~`|>#[\]()<@]/g, (character) => `\\${character}`);

const details = (attempt: DeliveryAttempt<Tier>): string[] => {
  const { view } = attempt.release;
  return view.tier === 'premium' && view.change === 'new'
    ? [`Expires ${view.expiry}, ${view.quantity} contract${view.quantity === 1 ? '' : 's'}`]
    : [];
};

/** What is posted: the tier's words, what kind of trading it is, and when it was released (shown in the reader's own time). */
export const discordMessage = (
  attempt: DeliveryAttempt<Tier>,
): { content: string; allowed_mentions: { parse: [] } } => {
  const { view, releasedAtMs } = attempt.release;
  const lines = [
    `**${plain(wording(view))}**`,
    ...details(attempt).map(plain),
    `${plain(modeWording(view))}, released <t:${Math.floor(releasedAtMs / 1000)}:T>. Information, not advice.`,
    ...(attempt.repeated ? ['Sent again: an earlier copy may have arrived.'] : []),
  ];
  return { content: lines.join('\n').slice(0, CONTENT_MAX), allowed_mentions: { parse: [] } };
};
