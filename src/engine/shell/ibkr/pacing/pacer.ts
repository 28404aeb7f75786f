/** TWS answers more than 50 messages a second with error 100 and hangs up: stay below, and keep room for orders. */
const WINDOW_MS = 1_000;
const URGENT_PER_WINDOW = 45;
const ROUTINE_PER_WINDOW = 30;

export interface Pacer {
  /** Runs `send` as soon as the rate allows: at once where it does. Urgent work overtakes routine work. */
  run(urgency: 'urgent' | 'routine', send: () => void): void;
  /** Forgets what waits. */
  clear(): void;
}

export const createPacer = (now: () => number = () => performance.now()): Pacer => {
  const urgent: (() => void)[] = [];
  const routine: (() => void)[] = [];
  const sentAt: number[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;

  const drain = (): void => {
    const at = now();
    while ((sentAt[0] ?? at) <= at - WINDOW_MS) sentAt.shift();
    for (;;) {
      const allowed = urgent.length > 0 ? URGENT_PER_WINDOW : ROUTINE_PER_WINDOW;
      if (sentAt.length >= allowed) break;
      const send = urgent.shift() ?? routine.shift();
      if (!send) return;
      sentAt.push(at);
      send();
    }
    const oldest = sentAt[0] ?? at;
    timer ??= setTimeout(
      () => {
        timer = null;
        drain();
      },
      Math.max(1, oldest + WINDOW_MS - at),
    );
  };

  return {
    run: (urgency, send) => {
      (urgency === 'urgent' ? urgent : routine).push(send);
      drain();
    },
    clear: () => {
      urgent.length = 0;
      routine.length = 0;
      if (timer) clearTimeout(timer);
      timer = null;
    },
  };
};
