import type { ChatMember, User } from 'grammy/types';

const NAME_MAX = 64;

/** As people are called there: letters of a stranger's choosing, on one line. */
export const nameOf = ({ first_name: first, last_name: last }: Pick<User, 'first_name' | 'last_name'>): string =>
  [first, last ?? '']
    .join(' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '')
    .trim()
    .slice(0, NAME_MAX)
    // Cut in the middle of a letter, half of it would be left.
    .replace(/\p{Cs}$/u, '')
    .trim();

/** Whether somebody of that standing can read the room. */
export const isInside = (member: ChatMember): boolean =>
  member.status === 'restricted' ? member.is_member : member.status !== 'left' && member.status !== 'kicked';
