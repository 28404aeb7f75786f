import type { Tier } from '../../../billing/plans.ts';
import { modeWording, wording } from '../../wording.ts';
import type { DeliveryAttempt } from '../channel.ts';
import { escapeHtml } from './words.ts';

/** Before Telegram reads its markup: https://core.telegram.org/bots/api#sendmessage. Our words are far shorter. */
const TEXT_MAX = 4_096;

const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'America/New_York',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

const details = ({ release: { view } }: DeliveryAttempt<Tier>): string[] =>
  view.tier === 'premium' && view.change === 'new'
    ? [`Expires ${view.expiry}, ${view.quantity} contract${view.quantity === 1 ? '' : 's'}`]
    : [];

/** What is posted, in Telegram's HTML: the tier's words, what kind of trading it is, and when it was released. */
export const telegramMessage = (attempt: DeliveryAttempt<Tier>): string => {
  const { view, releasedAtMs } = attempt.release;
  const lines = [
    `<b>${escapeHtml(wording(view))}</b>`,
    ...details(attempt).map(escapeHtml),
    escapeHtml(`${modeWording(view)}, released ${clock.format(releasedAtMs)} ET. Information, not advice.`),
    ...(attempt.repeated ? ['Sent again: an earlier copy may have arrived.'] : []),
  ];
  const text = lines.join('\n');
  // Cut, it could end inside a tag, and Telegram would refuse it for good.
  if (text.length > TEXT_MAX) throw new Error(`a release of ${text.length} characters: expected ${TEXT_MAX} at most`);
  return text;
};
