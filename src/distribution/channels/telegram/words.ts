import { entitlementsOf } from '../../../billing/plans.ts';
import type { Room } from '../../memberships/vendor.ts';
import type { ChatStatus } from './door.ts';

/** For Telegram's HTML: https://core.telegram.org/bots/api#html-style. */
export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A message to one person. */
export const letter = (chatUserId: number | string, text: string) =>
  ({ chat_id: Number(chatUserId), text, parse_mode: 'HTML', link_preview_options: { is_disabled: true } }) as const;

const link = (address: string, words: string): string => `<a href="${escapeHtml(address)}">${escapeHtml(words)}</a>`;
const nameOf = (room: Room): string => entitlementsOf(room).name;

export interface Addresses {
  /** Of the site's page about chats. */
  readonly chats: string;
  readonly plans: string;
}

export const invitation = (room: Room, inviteLink: string): string =>
  `Your ${nameOf(room)} room is open for you.\n\n${link(inviteLink, `Ask to join QuantiCity ${nameOf(room)}`)}\n\nThe way in works for you alone, and for as long as your plan runs.`;

const notLinked = ({ chats }: Addresses): string =>
  `This chat is not linked to a QuantiCity account yet. Sign in on the site and link it there: ${link(chats, 'Telegram and Discord')}.`;

const CLAIMS: Readonly<Record<'unknown' | 'expired', string>> = {
  unknown: 'This link has been used already, or was never made.',
  expired: 'This link is more than ten minutes old.',
};

export const claimed = (
  answer: 'claimed' | 'unknown' | 'expired' | 'taken',
  name: string,
  { chats }: Addresses,
): string => {
  if (answer === 'claimed')
    return `Hello ${escapeHtml(name)}. One step is left: go back to the site and say that this is you. ${link(chats, 'Back to the site')}`;
  if (answer === 'taken')
    return `This Telegram account is linked to another QuantiCity account. Send /unlink here first, then link it again from the site.`;
  return `${CLAIMS[answer]} Make a new one on the site: ${link(chats, 'Telegram and Discord')}.`;
};

const STANDINGS: Readonly<Record<'outside' | 'invited' | 'inside' | 'left', string>> = {
  outside: 'your invitation is on its way',
  invited: 'you have an invitation and have not joined yet',
  inside: 'you are inside',
  left: 'you left it; the site can invite you again',
};

export const status = (known: ChatStatus | null, addresses: Addresses): string => {
  if (known === null) return notLinked(addresses);
  const plan = `Linked. Your plan: ${entitlementsOf(known.tier).name}.`;
  if (known.room === null)
    return `${plan} Closed rooms come with Basic and Premium: ${link(addresses.plans, 'see the plans')}.`;
  return `${plan} ${nameOf(known.room)} room: ${STANDINGS[known.standing ?? 'outside']}.`;
};

export const declined = (room: Room, known: ChatStatus | null, addresses: Addresses): string => {
  const asked = `You asked to join QuantiCity ${nameOf(room)}.`;
  if (known === null) return `${asked} ${notLinked(addresses)}`;
  if (known.room === room) return `${asked} Your seat is being made ready: wait for my invitation, please.`;
  return `${asked} Your plan does not include it: ${link(addresses.plans, 'see the plans')}.`;
};

export const askToUnlink = (): string =>
  'This takes you out of the closed rooms and unlinks your account. Send "/unlink yes" to do it.';

export const unlinked = (was: boolean, addresses: Addresses): string =>
  was ? 'Unlinked. You can link again on the site whenever you like.' : notLinked(addresses);

export const notNow = (): string => 'I cannot look that up right now. Try again in a few minutes, please.';

export const help = ({ chats }: Addresses): string =>
  `I open the closed rooms of QuantiCity to those whose plan includes them.\n\n/status tells where you stand\n/unlink unlinks this chat from your account\n\nEverything else is on the site: ${link(chats, 'Telegram and Discord')}.`;
