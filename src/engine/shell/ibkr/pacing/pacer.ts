import { type Lane, type Outgoing, type PacingLimits, PacingPolicy } from './policy.ts';

export interface Pacer {
  /** Runs `send` as soon as the limits allow: at once where they do. */
  run(what: Lane | Outgoing, send: () => void): void;
  waiting(): number;
  /** Forgets what waits. */
  clear(): void;
}

interface Waiting extends Outgoing {
  readonly send: () => void;
}

/** The limiter with a clock and a timer. It outlives connections, as the limits do. */
export const createPacer = (limits: PacingLimits, now: () => number = () => performance.now()): Pacer => {
  const policy = new PacingPolicy<Waiting>(limits);
  let timer: ReturnType<typeof setTimeout> | null = null;
  let draining = false;

  const drain = (): void => {
    // What is sent may send something itself: it then takes its turn in this loop.
    if (draining) return;
    draining = true;
    try {
      for (let item = policy.take(now()); item; item = policy.take(now())) item.send();
    } finally {
      draining = false;
    }
    if (timer) clearTimeout(timer);
    timer = null;
    const at = now();
    const next = policy.nextAt(at);
    if (!Number.isFinite(next)) return;
    timer = setTimeout(drain, Math.max(1, Math.ceil(next - at)));
  };

  return {
    run: (what, send) => {
      policy.push(typeof what === 'string' ? { lane: what, send } : { ...what, send });
      drain();
    },
    waiting: () => policy.waiting(),
    clear: () => {
      policy.clear();
      if (timer) clearTimeout(timer);
      timer = null;
    },
  };
};
