/** Changes of roles share a bucket per server. Discord tells its limits in headers alone: these figures are our reading. */
const LIMIT = 10;
const WINDOW_MS = 10_000;

export interface Bucket {
  /** Null: there is room for the request. Else the wait in seconds. */
  take(nowMs: number): { readonly waitSeconds: number | null; readonly headers: Readonly<Record<string, string>> };
}

export const createBucket = (limit = LIMIT, windowMs = WINDOW_MS): Bucket => {
  let startedMs = Number.NEGATIVE_INFINITY;
  let used = 0;
  return {
    take(nowMs) {
      if (nowMs - startedMs >= windowMs) [startedMs, used] = [nowMs, 0];
      const resetSeconds = (startedMs + windowMs - nowMs) / 1_000;
      const isFull = used >= limit;
      if (!isFull) used += 1;
      const headers = {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(limit - used),
        'x-ratelimit-reset': String((nowMs + resetSeconds * 1_000) / 1_000),
        'x-ratelimit-reset-after': resetSeconds.toFixed(3),
        'x-ratelimit-bucket': 'member-roles',
      };
      return { waitSeconds: isFull ? resetSeconds : null, headers };
    },
  };
};
