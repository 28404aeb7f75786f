import type { Job } from './plan.ts';

const IN_FLIGHT_MAX = 4;
const TRIES_MAX = 3;

/** Days of the past that are still to be asked for. */
export class PastDays {
  #waiting: { readonly job: Job; tries: number }[] = [];
  readonly #inFlight = new Map<string, { readonly job: Job; tries: number }>();

  /** In place of those still waiting. */
  offer(jobs: readonly Job[]): void {
    this.#waiting = jobs.filter(({ id }) => !this.#inFlight.has(id)).map((job) => ({ job, tries: 0 }));
  }

  get left(): number {
    return this.#waiting.length + this.#inFlight.size;
  }

  get mayAsk(): boolean {
    return this.#waiting.length > 0 && this.#inFlight.size < IN_FLIGHT_MAX;
  }

  take(): Job | null {
    const next = this.#waiting.shift();
    if (!next) return null;
    this.#inFlight.set(next.job.id, next);
    return next.job;
  }

  /** False: it is given up for now. It stays missing, so that the next night asks again. */
  settled(job: Job, outcome: 'answered' | 'failed' | 'throttled'): boolean {
    const day = this.#inFlight.get(job.id);
    this.#inFlight.delete(job.id);
    if (!day || outcome === 'answered') return true;
    if (outcome === 'failed') day.tries += 1;
    if (day.tries >= TRIES_MAX) return false;
    this.#waiting.push(day);
    return true;
  }
}
