const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * Stripe retries "for up to three days with an exponential back off" in live mode and does not publish the steps: these
 * are our guess, in the sandbox's time.
 */
const STEPS_MS = [5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 5 * HOUR_MS, 10 * HOUR_MS];
const LAST_STEP_MS = 12 * HOUR_MS;
const PATIENCE_MS = 72 * HOUR_MS;
const WALL_LONGEST_MS = 30_000;

/**
 * When to try again after so many attempts: once either clock has come so far, since nobody waits hours before a
 * sandbox. Null when the event's three days are over.
 */
export const retryAfter = (
  attempts: number,
  sinceFirstMs: number,
  firstWallMs: number,
): { readonly sandboxMs: number; readonly wallMs: number } | null =>
  sinceFirstMs >= PATIENCE_MS
    ? null
    : {
        sandboxMs: STEPS_MS[attempts - 1] ?? LAST_STEP_MS,
        wallMs: Math.min(firstWallMs * 2 ** (attempts - 1), WALL_LONGEST_MS),
      };
