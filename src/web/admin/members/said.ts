/** What the member's page says after an act: the address carries the code alone, never words of somebody's making. */
const SAID = {
  'comp-granted': 'The comp is granted and a mail about it is queued.',
  'comp-revoked': 'The comp is revoked.',
  resynced: 'Read from Stripe again.',
  ended: 'Stripe says that nothing of this member renews any more.',
  refunded: 'The refund is made.',
  'mail-queued': 'The mail is queued.',
  'chat-unlinked': 'The chat account is unlinked and leaves the closed rooms.',
  'sessions-ended': 'Every session of this member is over.',
  banned: 'The account is banned: sessions and streams are over, and nothing renews at Stripe.',
  unbanned: 'The account is no longer banned. What was cancelled at Stripe stays cancelled.',
} as const;
export type DoneCode = keyof typeof SAID;

export const saidOf = (code: string | undefined): string | null =>
  code !== undefined && Object.hasOwn(SAID, code) ? SAID[code as DoneCode] : null;
