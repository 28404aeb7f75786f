const WINDOW_MS = 60_000;

/** Counts calls by key over the last minute of the wall, as the vendor does; refused calls count too. */
export const createRateLimit = (perMinute: number, wallNow: () => number) => {
  const calls = new Map<string, number[]>();
  return (key: string): boolean => {
    const now = wallNow();
    const taken = (calls.get(key) ?? []).filter((at) => at > now - WINDOW_MS);
    taken.push(now);
    calls.set(key, taken.slice(-perMinute - 1));
    return taken.length <= perMinute;
  };
};
