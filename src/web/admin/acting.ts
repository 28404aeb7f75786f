import type { Actor } from '../../engine/index.ts';
import { memberOf, type WebContext } from '../context.ts';

const REASON_LENGTH_MIN = 3;
const REASON_LENGTH_MAX = 500;
/** PostgreSQL's text holds no NUL, and a reason on record no other invisible character. */
const CONTROL = /\p{Cc}/u;

/** Who is on record for what the request does. */
export const actorOf = (c: WebContext): Extract<Actor, { kind: 'operator' }> => {
  const { userId, email } = memberOf(c);
  return { kind: 'operator', userId, email };
};

/** What is wrong with a trimmed reason; null when it will do. */
export const reasonProblem = (reason: string): string | null =>
  !CONTROL.test(reason) && reason.length >= REASON_LENGTH_MIN && reason.length <= REASON_LENGTH_MAX
    ? null
    : `Say why, in ${REASON_LENGTH_MIN} to ${REASON_LENGTH_MAX} characters: the reason is kept on record.`;
