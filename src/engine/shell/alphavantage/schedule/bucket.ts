/** A leaky bucket that can never let more than `perMinute` through in any 60 seconds: burst and leak together are less. */
export const createBucket = (perMinute: number, burst: number, wallMs: number) => {
  let tokens = burst;
  let filledMs = wallMs;
  const fullRatePerMs = Math.max(0, perMinute - burst) / 60_000;
  let share = 1;
  const fill = (nowMs: number): void => {
    // A wall clock set back gives nothing, and takes nothing.
    if (nowMs > filledMs) tokens = Math.min(burst, tokens + (nowMs - filledMs) * fullRatePerMs * share);
    filledMs = nowMs;
  };
  return {
    tokens: (nowMs: number): number => {
      fill(nowMs);
      return tokens;
    },
    take: (nowMs: number): void => {
      fill(nowMs);
      tokens -= 1;
    },
    /** When there will be so many tokens, at the rate of now. */
    fullAt: (nowMs: number, wanted: number): number => {
      fill(nowMs);
      return tokens >= wanted ? nowMs : nowMs + Math.ceil((wanted - tokens) / (fullRatePerMs * share));
    },
    /** Slows the leak to a share of its rate while the vendor complains. */
    slow: (nowMs: number, to: number): void => {
      fill(nowMs);
      share = to;
    },
    share: (): number => share,
  };
};
export type Bucket = ReturnType<typeof createBucket>;
