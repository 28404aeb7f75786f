/** Calls `work` now, whenever woken, and after as many ms as it last asked for. Errors are told and tried again. */
export const repeat = (work: () => Promise<number>, onError: (error: unknown) => void, pollMs: number) => {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  const pass = async (): Promise<void> => {
    let waitMs = pollMs;
    do {
      again = false;
      waitMs = await work().catch((error: unknown) => {
        onError(error);
        return pollMs;
      });
    } while (again && !stopped);
    if (!stopped) timer = setTimeout(wake, waitMs);
  };
  const wake = (): void => {
    again = true;
    if (running || stopped) return;
    if (timer) clearTimeout(timer);
    running = pass().finally(() => {
      running = null;
    });
  };
  const stop = async (): Promise<void> => {
    stopped = true;
    if (timer) clearTimeout(timer);
    await running;
  };
  return { wake, stop };
};
