import type { Member } from './sessions.ts';

/** What was proved this long ago need not be proved again. */
const RECENT_MS = 10 * 60_000;

export const isRecent = (member: Member, atMs: number = Date.now()): boolean =>
  atMs - member.authenticatedAtMs < RECENT_MS;
