/** Repeated questions, one at a time per symbol, symbols spread evenly over the period. */
export const createPolls = () => {
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const running = new Set<Promise<void>>();
  let stopped = false;

  const later = (ms: number, work: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
  };
  const pollAgain = (everyMs: number, symbol: string, poll: (symbol: string) => Promise<void>): void => {
    const startedAt = performance.now();
    const round = poll(symbol).finally(() => {
      running.delete(round);
      if (stopped) return;
      // A slow answer does not make the next question come at once.
      const wait = Math.max(everyMs - (performance.now() - startedAt), everyMs / 4);
      later(wait, () => pollAgain(everyMs, symbol, poll));
    });
    running.add(round);
  };

  return {
    every: (everyMs: number, symbols: readonly string[], poll: (symbol: string) => Promise<void>): void => {
      symbols.forEach((symbol, index) => {
        later((everyMs * index) / symbols.length, () => pollAgain(everyMs, symbol, poll));
      });
    },
    stop: async (): Promise<void> => {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      await Promise.allSettled(running);
    },
  };
};
