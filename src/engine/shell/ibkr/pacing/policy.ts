/** What goes first: a cancel, then an order, then questions about orders, then subscriptions, then the past. */
export const LANES = ['cancel', 'order', 'evidence', 'routine', 'history'] as const;
export type Lane = (typeof LANES)[number];

/** How a request weighs on IB's history service, which real-time bars share. */
export interface HistoryWeight {
  /** Equal for requests that ask for the very same. */
  readonly identity: string;
  /** Contract, exchange and tick type. */
  readonly series: string;
  /** 2 for BID_ASK, else 1. */
  readonly cost: number;
}

export interface Outgoing {
  readonly lane: Lane;
  /** The order it is about: a cancel does not overtake what waits for the same order. */
  readonly order?: number;
  readonly history?: HistoryWeight;
}

export interface PacingLimits {
  /** TWS answers more than 50 a second with error 100 and hangs up. */
  readonly messagesPerSecond: number;
  readonly historyPerTenMinutes: number;
  readonly sameRequestMs: number;
  /** In two seconds, of one series: six or more are a violation. */
  readonly sameSeries: number;
}

/** Source: IBKR TWS API, "Historical Data Limitations" and "Pacing Limitations". */
export const DEFAULT_PACING: PacingLimits = Object.freeze({
  messagesPerSecond: 45,
  historyPerTenMinutes: 60,
  sameRequestMs: 15_000,
  sameSeries: 5,
});

const SECOND_MS = 1_000;
/** IB's windows, and a little more: it counts when a request arrives, not when it leaves here. */
const SLACK_MS = 250;
const SERIES_MS = 2_000 + SLACK_MS;
const HISTORY_MS = 600_000 + SLACK_MS;
/** Of each second's messages, kept free: a tenth for cancels, and as much again for orders and questions about them. */
const KEPT_PART = 0.1;

interface Sent {
  readonly at: number;
  readonly weight: HistoryWeight;
}

/**
 * The one rate limiter for everything written to TWS. Holds what waits, and says what may leave when: time comes in as
 * an argument, in milliseconds that never go back. Nothing is dropped but by `clear`.
 */
export class PacingPolicy<T extends Outgoing> {
  readonly #limits: PacingLimits;
  readonly #waiting: Readonly<Record<Lane, T[]>> = { cancel: [], order: [], evidence: [], routine: [], history: [] };
  readonly #allowed: Readonly<Record<Lane, number>>;
  /** Of the last second, oldest first. */
  readonly #sentAt: number[] = [];
  /** Of the last ten minutes, oldest first. */
  readonly #history: Sent[] = [];

  constructor(limits: PacingLimits) {
    this.#limits = limits;
    const all = limits.messagesPerSecond;
    const kept = Math.max(1, Math.floor(all * KEPT_PART));
    const routine = Math.max(1, all - 3 * kept);
    this.#allowed = { cancel: all, order: all - kept, evidence: all - 2 * kept, routine, history: routine };
  }

  /** Messages that may leave in a second while only lanes below cancels are busy. */
  keptForCancels(): number {
    return this.#limits.messagesPerSecond - this.#allowed.order;
  }

  push(item: T): void {
    const { order } = item;
    const behind =
      item.lane === 'cancel' && order !== undefined
        ? this.#waiting.order.findLastIndex((earlier) => earlier.order === order)
        : -1;
    if (behind >= 0) this.#waiting.order.splice(behind + 1, 0, item);
    else this.#waiting[item.lane].push(item);
  }

  waiting(): number {
    return LANES.reduce((sum, lane) => sum + this.#waiting[lane].length, 0);
  }

  /** Forgets what waits, and returns it. What was sent still counts: the limits outlive a connection. */
  clear(): T[] {
    return LANES.flatMap((lane) => this.#waiting[lane].splice(0));
  }

  /** The next to leave at `now`, counted as sent; null when nothing may. */
  take(now: number): T | null {
    this.#expire(now);
    for (const lane of LANES) {
      const queue = this.#waiting[lane];
      if (queue.length === 0 || this.#sentAt.length >= this.#allowed[lane]) continue;
      const place = queue.findIndex(({ history }) => !history || this.#historyFreeAt(history) <= now);
      if (place < 0) continue;
      const [item] = queue.splice(place, 1);
      if (!item) continue;
      this.#sentAt.push(now);
      if (item.history) this.#history.push({ at: now, weight: item.history });
      return item;
    }
    return null;
  }

  /** When `take` may next give something; Infinity while nothing waits. */
  nextAt(now: number): number {
    this.#expire(now);
    let soonest = Number.POSITIVE_INFINITY;
    for (const lane of LANES) {
      const queue = this.#waiting[lane];
      if (queue.length === 0) continue;
      const over = this.#sentAt.length - this.#allowed[lane];
      const rateFreeAt = over < 0 ? now : (this.#sentAt[over] ?? now) + SECOND_MS;
      for (const { history } of queue) {
        soonest = Math.min(soonest, Math.max(rateFreeAt, history ? this.#historyFreeAt(history) : now));
        if (soonest <= now) return now;
      }
    }
    return soonest;
  }

  #expire(now: number): void {
    while ((this.#sentAt[0] ?? now) <= now - SECOND_MS) this.#sentAt.shift();
    while ((this.#history[0]?.at ?? now) <= now - HISTORY_MS) this.#history.shift();
  }

  /** The instant from which none of the three rules of the history service stands against it. */
  #historyFreeAt({ identity, series, cost }: HistoryWeight): number {
    const { historyPerTenMinutes, sameRequestMs, sameSeries } = this.#limits;
    let freeAt = Number.NEGATIVE_INFINITY;
    let spent = cost;
    let ofSeries = 1;
    for (let i = this.#history.length - 1; i >= 0; i -= 1) {
      const { at, weight } = this.#history[i] as Sent;
      spent += weight.cost;
      if (spent > historyPerTenMinutes) freeAt = Math.max(freeAt, at + HISTORY_MS);
      if (weight.identity === identity) freeAt = Math.max(freeAt, at + sameRequestMs + SLACK_MS);
      if (weight.series !== series) continue;
      ofSeries += 1;
      if (ofSeries > sameSeries) freeAt = Math.max(freeAt, at + SERIES_MS);
    }
    return freeAt;
  }
}
