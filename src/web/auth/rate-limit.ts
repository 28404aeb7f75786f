export interface RateLimit {
  /** Counts one attempt; false when it is one too many. */
  attempt(key: string): boolean;
  forget(key: string): void;
}

interface Window {
  count: number;
  endsAt: number;
}

/** Fixed windows, in memory of this process. Keys beyond `keysMax` push out the oldest. */
export const createRateLimit = (options: {
  readonly attemptsMax: number;
  readonly windowMs: number;
  readonly keysMax?: number;
  readonly now?: () => number;
}): RateLimit => {
  const { attemptsMax, windowMs, keysMax = 50_000, now = Date.now } = options;
  const windows = new Map<string, Window>();
  return {
    attempt(key) {
      const at = now();
      let window = windows.get(key);
      if (!window || window.endsAt <= at) {
        windows.delete(key);
        window = { count: 0, endsAt: at + windowMs };
        windows.set(key, window);
        const oldest = windows.size > keysMax ? windows.keys().next().value : undefined;
        if (oldest !== undefined) windows.delete(oldest);
      }
      window.count += 1;
      return window.count <= attemptsMax;
    },
    forget(key) {
      windows.delete(key);
    },
  };
};
