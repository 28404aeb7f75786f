import type { Phase } from './moment.ts';
import { type RepeatedJob, STREAMS, type StreamId } from './plan.ts';

const RETRY_MS = 1_000;
const RETRY_MS_MAX: Readonly<Record<StreamId, number>> = {
  options: 8_000,
  bars: 15_000,
  macro: 60_000,
  news: 60_000,
  indicators: 60_000,
  history: 60_000,
};
/** A question outside of its phase is not repeated for ever. */
const FORCED_TRIES_MAX = 5;
/** An indicator waits no longer for its turn: the next one brings fresher figures. */
const INDICATOR_PATIENCE_MS = 10_000;

/** When one job is to be asked: on the beats of a grid, `offsetMs` apart from the others of its stream. */
export class Turn {
  readonly job: RepeatedJob;
  readonly rank: number;
  inFlight = false;
  /** Since when it could have been asked; NaN while it is not due. */
  dueSinceMs = Number.NaN;
  readonly #originMs: number;
  /** Number of the beat it was last asked in. */
  #slot = Number.NEGATIVE_INFINITY;
  /** The grid that `#slot` counts on; null while it is not asked. */
  #everyMs: number | null = null;
  /** Due whatever the phase: at the start, and on Sunday evenings. */
  #forced: boolean;
  #failures = 0;
  #notBeforeMs: number;

  constructor(job: RepeatedJob, originMs: number) {
    this.job = job;
    this.rank = STREAMS.indexOf(job.stream);
    this.#originMs = originMs;
    this.#forced = job.stream !== 'indicators';
    this.#notBeforeMs = originMs + job.offsetMs;
  }

  get isDue(): boolean {
    return !Number.isNaN(this.dueSinceMs);
  }

  #slotAt(wallMs: number, everyMs: number): number {
    return Math.floor((wallMs - this.#originMs - this.job.offsetMs) / everyMs);
  }

  /** Brings it up to date; returns how many of its beats were given up. */
  advance(phase: Phase, wallMs: number): number {
    const everyMs = this.job.everyMs[phase];
    if (everyMs !== this.#everyMs) {
      this.#everyMs = everyMs;
      // A new grid begins with its next beat, so that the opening does not ask everything at once.
      if (everyMs !== null) this.#slot = this.#slotAt(wallMs, everyMs);
    }
    const beat = everyMs !== null && this.#slotAt(wallMs, everyMs) > this.#slot;
    if (!(this.#forced || beat) || this.inFlight || wallMs < this.#notBeforeMs) this.dueSinceMs = Number.NaN;
    else if (!this.isDue) this.dueSinceMs = wallMs;
    else if (this.job.stream === 'indicators' && wallMs - this.dueSinceMs >= INDICATOR_PATIENCE_MS) {
      this.#slot = this.#slotAt(wallMs, everyMs ?? 1);
      this.dueSinceMs = Number.NaN;
      return 1;
    }
    return 0;
  }

  /** It is asked now. Returns how many beats passed while it waited: their answers would be the one asked for now. */
  asked(wallMs: number): number {
    const waitedMs = wallMs - this.dueSinceMs;
    this.inFlight = true;
    this.#forced = false;
    this.dueSinceMs = Number.NaN;
    if (this.#everyMs === null) return 0;
    this.#slot = this.#slotAt(wallMs, this.#everyMs);
    return Math.floor(waitedMs / this.#everyMs);
  }

  answered(): void {
    this.inFlight = false;
    this.#failures = 0;
  }

  /** It is due again after a pause that grows with each failure. */
  failed(wallMs: number): void {
    this.inFlight = false;
    this.#failures += 1;
    const pauseMs = Math.min(RETRY_MS, this.#everyMs ?? RETRY_MS) * 2 ** Math.min(10, this.#failures - 1);
    this.#notBeforeMs = wallMs + Math.min(RETRY_MS_MAX[this.job.stream], pauseMs);
    if (this.#everyMs === null) this.#forced = this.#failures < FORCED_TRIES_MAX;
    else this.#slot -= 1;
  }

  force(wallMs: number): void {
    this.#forced = true;
    this.#failures = 0;
    this.#notBeforeMs = Math.max(this.#notBeforeMs, wallMs + this.job.offsetMs);
  }

  /** When it is due next, as far as the phase stays as it is; infinite while it is in flight or not asked. */
  dueAtMs(wallMs: number): number {
    if (this.inFlight) return Number.POSITIVE_INFINITY;
    if (this.#forced) return Math.max(wallMs, this.#notBeforeMs);
    if (this.#everyMs === null) return Number.POSITIVE_INFINITY;
    const beatMs = this.#originMs + this.job.offsetMs + (this.#slot + 1) * this.#everyMs;
    return Math.max(beatMs, this.#notBeforeMs);
  }
}
