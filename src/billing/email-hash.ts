import { createHash } from 'node:crypto';

const GMAIL = new Set(['gmail.com', 'googlemail.com']);

/** The address without what its mail ignores: what follows a plus, and at Gmail dots. */
const mailboxOf = (email: string): string => {
  const [local = '', domain = ''] = email.trim().toLowerCase().split('@');
  const untagged = local.split('+')[0] ?? local;
  return GMAIL.has(domain) ? `${untagged.replaceAll('.', '')}@gmail.com` : `${untagged}@${domain}`;
};

/** Hex SHA-256 of the mailbox: tells that somebody was here without keeping who. */
export const emailHash = (email: string): string => createHash('sha256').update(mailboxOf(email)).digest('hex');
