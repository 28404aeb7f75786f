import { type Instant, instant } from '../../../core/types.ts';
import { type Print, PrintCounts } from './print.ts';

/** A print may come this much after one that is stamped later. */
const LATE_MS = 1_000;
/** Prints that are remembered, so that what the past says again is known again. */
const REMEMBERED_MS = 60_000;
const REMEMBERED_MAX = 20_000;
const FORGOTTEN_AT_ONCE = 256;
/** Live prints that wait for the past: more than a busy minute of one symbol. */
const HELD_MAX = 50_000;
const NONE: readonly Print[] = Object.freeze([]);

/**
 * Joins a stream of prints that was interrupted to what happened meanwhile, so that each trade is told once and in order.
 * While the past is being asked for, live prints are held. Where the gap began, equal prints of a second are counted: three
 * of the past of which two were heard is one that was missed. Where it ends, the past is believed up to a stated second and
 * the stream from then on.
 */
export class GapMender {
  /** Heard lately, in order of arrival. */
  readonly #recent: Print[] = [];
  #newestAt = Number.NEGATIVE_INFINITY;
  /** What is stamped up to here may not be known again. */
  #forgottenTo = Number.NEGATIVE_INFINITY;
  #held: Print[] | null = null;
  /** How many were held when the stream broke off last. */
  #heldBefore = 0;
  /** Until this second the past has told everything; a live print of before it is among `#foretold`, or was never there. */
  #pastThrough = Number.NEGATIVE_INFINITY;
  #foretold = new PrintCounts();

  get mending(): boolean {
    return this.#held !== null;
  }

  get held(): number {
    return this.#held?.length ?? 0;
  }

  /** Stamp of the first print that is held since the stream broke off last; null while none is. */
  get heldFrom(): Instant | null {
    return this.#held?.[this.#heldBefore]?.sourceAt ?? null;
  }

  /** How many of the held prints of up to `through` a vendor's past does not know (yet): it may lag behind the stream. */
  lackedBy(prints: readonly Print[], through: Instant): number {
    const known = new PrintCounts(prints);
    const due = (this.#held ?? NONE).filter(({ sourceAt }) => sourceAt <= through);
    return due.filter((print) => !known.take(print)).length;
  }

  /** A print of the stream. Returns what may be told now. */
  live(print: Print): readonly Print[] {
    if (this.#held === null) {
      if (print.sourceAt <= this.#pastThrough && this.#foretold.take(print)) return NONE;
      this.#remember(print);
      return [print];
    }
    if (this.#held.length < HELD_MAX) {
      this.#held.push(print);
      return NONE;
    }
    return [...this.giveUp(), ...this.live(print)];
  }

  /**
   * The stream broke off, or was not whole since `since`. Returns from when the past must be asked for; null when nothing
   * has been heard before.
   */
  interrupted(since = Number.POSITIVE_INFINITY): Instant | null {
    if (this.#newestAt === Number.NEGATIVE_INFINITY) return null;
    this.#held ??= [];
    this.#heldBefore = this.#held.length;
    return instant(Math.max(Math.min(this.#newestAt, since) - LATE_MS, this.#forgottenTo + 1_000));
  }

  /**
   * All prints from `interrupted()`'s instant up to the end of the second `through`, oldest first; `through` lies at or
   * after `heldFrom`. Returns what is to be told.
   */
  past(prints: readonly Print[], through: Instant): readonly Print[] {
    const held = this.#held;
    if (held === null) return NONE;
    this.#held = null;
    const known = prints.filter(({ sourceAt }) => sourceAt <= through);
    const heard = new PrintCounts(this.#recent);
    const told = known.filter((print) => !heard.take(print));
    this.#pastThrough = through;
    this.#foretold = new PrintCounts(told);
    const traded = new PrintCounts(known);
    for (const print of held) {
      if (print.sourceAt > through) told.push(print);
      // A trade that the past lacks is a trade all the same; one more copy of what it has was sent twice.
      else if (!this.#foretold.take(print) && !traded.has(print)) told.push(print);
    }
    for (const print of told) this.#remember(print);
    return told;
  }

  /** The past cannot be had. Returns what was held; what happened in between is lost, and the caller says so. */
  giveUp(): readonly Print[] {
    const held = this.#held ?? NONE;
    this.#held = null;
    for (const print of held) this.#remember(print);
    return held;
  }

  #remember(print: Print): void {
    this.#newestAt = Math.max(this.#newestAt, print.sourceAt);
    this.#recent.push(print);
    const forgettable = this.#recent[FORGOTTEN_AT_ONCE];
    if (forgettable === undefined) return;
    if (forgettable.sourceAt >= this.#newestAt - REMEMBERED_MS && this.#recent.length <= REMEMBERED_MAX) return;
    for (const { sourceAt } of this.#recent.splice(0, FORGOTTEN_AT_ONCE))
      this.#forgottenTo = Math.max(this.#forgottenTo, sourceAt);
  }
}
