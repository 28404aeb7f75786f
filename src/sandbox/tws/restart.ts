import type { Instant } from '../../engine/core/types.ts';
import type { Desk } from './desk.ts';
import type { Gate } from './gate.ts';
import { noticeText } from './notices.ts';

/** The gateway's daily restart, in the time of the machine it runs on. */
const RESTART_AT = '23:45';

/** The first 23:45 after `at` in the gateway's zone. */
const nextRestart = (at: Instant, zone: string): number => {
  const now = Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(zone);
  const today = now.withPlainTime(RESTART_AT);
  const next = today.epochMilliseconds > at ? today : today.add({ days: 1 });
  return next.epochMilliseconds;
};

/** Takes the gateway down and up again; orders and account are the exchange's and go on. */
export class Restarter {
  readonly #desk: Desk;
  readonly #gate: Gate;
  readonly #zone: string;
  #dueAt: number;
  #upAt: number | null = null;

  /** `zone` is the IANA name of the gateway's own time zone. */
  constructor(desk: Desk, gate: Gate, zone: string) {
    this.#desk = desk;
    this.#gate = gate;
    this.#zone = zone;
    this.#dueAt = nextRestart(desk.market.now(), zone);
  }

  restart(downMs: number, rollBackBy: number): void {
    const desk = this.#desk;
    for (const session of desk.sessions) {
      if (session.clientId !== null) session.error(-1, 1100, noticeText(1100));
      session.flush();
    }
    desk.faults.rollBackEach(rollBackBy);
    this.#gate.close(false);
    this.#upAt = desk.market.now() + downMs;
  }

  /** To be called as market time goes on. */
  pulse(): void {
    const now = this.#desk.market.now();
    if (now >= this.#dueAt) {
      this.#dueAt = nextRestart(now, this.#zone);
      const scheduled = this.#desk.faults.scheduledRestart;
      if (scheduled && this.#upAt === null) this.restart(scheduled.downMs, scheduled.rollBackBy);
    }
    if (this.#upAt === null || now < this.#upAt) return;
    try {
      this.#gate.open();
      this.#upAt = null;
    } catch (error) {
      this.#desk.log(`port ${this.#gate.port} cannot be opened again: ${(error as Error).message}`);
    }
  }
}
