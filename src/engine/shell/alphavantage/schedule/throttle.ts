import type { Bucket } from './bucket.ts';

const PAUSE_MS = 2_000;
const PAUSE_MS_MAX = 30_000;
const SHARE_MIN = 0.25;
const SHARE_STEP = 0.25;
const SHARE_STEP_AFTER_MS = 30_000;

/** What follows from the vendor's complaint of too many calls: silence for a while, then a slower rate that recovers. */
export const createThrottle = (bucket: Bucket, startedMs: number) => {
  let pausedUntilMs = startedMs;
  let complaints = 0;
  let changedAtMs = Number.NEGATIVE_INFINITY;
  /** The one question that finds out whether the vendor answers again; others wait for what becomes of it. */
  let probe: string | null = null;
  return {
    /** Whether a question may leave, as far as complaints go. */
    isOpen: (wallMs: number): boolean => wallMs >= pausedUntilMs && probe === null,
    asked: (id: string): void => {
      if (complaints > 0) probe = id;
    },
    pausedUntilMs: (): number => pausedUntilMs,
    complained: (id: string, wallMs: number): void => {
      if (probe === id) probe = null;
      // Questions under way together are refused together: one complaint.
      if (wallMs < pausedUntilMs) return;
      complaints += 1;
      changedAtMs = wallMs;
      pausedUntilMs = wallMs + Math.min(PAUSE_MS_MAX, PAUSE_MS * 2 ** Math.min(10, complaints - 1));
      bucket.slow(wallMs, Math.max(SHARE_MIN, bucket.share() / 2));
    },
    /** Settled in any other way. */
    settled: (id: string): void => {
      if (probe !== id) return;
      probe = null;
      complaints = 0;
    },
    /** Half a minute without complaints gives back a quarter of the rate. */
    recover: (wallMs: number): void => {
      if (bucket.share() === 1 || wallMs - changedAtMs < SHARE_STEP_AFTER_MS) return;
      changedAtMs = wallMs;
      bucket.slow(wallMs, Math.min(1, bucket.share() + SHARE_STEP));
    },
  };
};
