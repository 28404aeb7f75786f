import { isSamePrint, type Print } from './print.ts';

/** Totals that the offset is judged from; when all agree, the two streams are in step. */
const OFFSETS_KEPT = 16;
/** Totals after the one that accuses, in streams that are in step. */
const PROOFS = 2;
/** Totals in a row that must say the same before it is believed. */
const LASTING = 4;
/** Suspects of which every combination is tried. */
const SUSPECTS_MAX = 12;
const NONE: readonly Print[] = Object.freeze([]);

interface Waiting {
  readonly print: Print;
  readonly suspect: boolean;
}

/** What a total said of the prints that waited at the time. */
interface Mark {
  readonly waiting: number;
  /** Shares that waited or were told and that the total does not know of. */
  readonly excess: number;
}

/** Rounded, since TWS sends fractions of shares as decimals. */
const shares = (size: number): number => Math.round(size * 1e6) / 1e6;

/** The fewest of the suspects that add up to `excess`; null when none do. */
const explain = (suspects: readonly (readonly [number, number])[], excess: number): readonly number[] | null => {
  if (excess === 0) return [];
  if (excess < 0 || suspects.length > SUSPECTS_MAX) return null;
  let best: readonly number[] | null = null;
  for (let mask = 1; mask < 1 << suspects.length; mask++) {
    const chosen = suspects.filter((_, bit) => mask & (1 << bit));
    if (shares(chosen.reduce((sum, [, size]) => sum + size, 0)) !== excess) continue;
    if (best === null || chosen.length < best.length) best = chosen.map(([index]) => index);
  }
  return best;
};

/**
 * Tells a print that was sent twice from two equal trades. Prints carry no number, but the day's cumulative volume comes
 * beside them (generic tick 233, RTVolume): a print that equals the one before it is held, with all that follow. A total
 * that includes everything held is proof of trades. That something is no trade is believed only when the totals lack it
 * while both streams rest, or again and again where the streams have been in step: a total that merely lags lacks it too,
 * and what is dropped is lost for good. Without proof in time a trade is believed.
 */
export class RepeatSettler {
  readonly #waitMs: number;
  readonly #quietMs: number;
  /** Total minus the sum of what was told, at the last totals that found nothing waiting. */
  readonly #offsets: number[] = [];
  /** The difference of the two at the beginning; NaN until it has lasted. */
  #baseline = Number.NaN;
  #told = 0;
  #last: Print | null = null;
  #waiting: Waiting[] = [];
  #marks: Mark[] = [];
  #waitsSince = 0;
  #heardAt = 0;
  #total = Number.NaN;
  /** Prints dropped because the volume knows nothing of them. */
  dropped = 0;
  /** Repeats believed for want of a proof. */
  unproven = 0;

  /** Sum and total differ by what they differed by at the beginning, and have for the last totals. */
  agrees(): boolean {
    return this.#lasting() === this.#baseline;
  }

  /** Shares that the vendor has counted and we have not been told of; 0 while that cannot be said. */
  missing(): number {
    const lasting = this.#lasting();
    return lasting > this.#baseline ? shares(lasting - this.#baseline) : 0;
  }

  /** What the last totals all say; NaN when they differ. */
  #lasting(): number {
    const last = this.#offsets.slice(-LASTING);
    return last.length === LASTING && last.every((offset) => offset === last[0]) ? (last[0] ?? Number.NaN) : Number.NaN;
  }

  /** `quietMs`: a rest of both streams longer than any lag between them. */
  constructor(options: { readonly waitMs: number; readonly quietMs: number }) {
    this.#waitMs = options.waitMs;
    this.#quietMs = options.quietMs;
  }

  /** A new connection or session: totals and sums begin anew. What waits is believed. */
  reset(): readonly Print[] {
    const told = this.#believe();
    this.#offsets.length = 0;
    this.#baseline = Number.NaN;
    this.#total = Number.NaN;
    this.#last = null;
    return told;
  }

  print(print: Print, nowMs: number): readonly Print[] {
    const suspect = this.#last !== null && isSamePrint(this.#last, print);
    this.#last = print;
    this.#heardAt = nowMs;
    if (this.#waiting.length === 0 && (!suspect || this.#offsets.length === 0)) {
      if (suspect) this.unproven += 1;
      this.#told = shares(this.#told + print.size);
      return [print];
    }
    if (this.#waiting.length === 0) this.#waitsSince = nowMs;
    this.#waiting.push({ print, suspect });
    return NONE;
  }

  /** The day's volume so far, shares. */
  total(volume: number, nowMs: number): readonly Print[] {
    if (!(volume >= 0)) return NONE;
    if (volume < this.#total) {
      const told = this.reset();
      this.#total = volume;
      return told;
    }
    this.#heardAt = nowMs;
    if (this.#waiting.length > 0) return this.#hear(volume);
    this.#total = volume;
    this.#offsets.push(shares(volume - this.#told));
    if (this.#offsets.length > OFFSETS_KEPT) this.#offsets.shift();
    const lasting = this.#lasting();
    // Lower than before: a repeat was believed, and counts from now on.
    if (!(lasting >= this.#baseline)) this.#baseline = Number.isNaN(lasting) ? this.#baseline : lasting;
    return NONE;
  }

  /** To be called a few times a second: streams that rest are proof, and what has waited too long is believed. */
  expire(nowMs: number): readonly Print[] {
    if (this.#waiting.length === 0) return NONE;
    const rests = nowMs - this.#heardAt >= this.#quietMs && this.#marks.at(-1)?.waiting === this.#waiting.length;
    const surplus = rests ? this.#surplus() : null;
    if (surplus !== null) return this.#drop(surplus);
    return nowMs - this.#waitsSince >= this.#waitMs ? this.#believe() : NONE;
  }

  #believe(): readonly Print[] {
    const prints = this.#waiting.map(({ print }) => print);
    this.unproven += this.#waiting.filter(({ suspect }) => suspect).length;
    return this.#release(prints);
  }

  #drop(surplus: ReadonlySet<number>): readonly Print[] {
    this.dropped += surplus.size;
    return this.#release(this.#waiting.flatMap(({ print }, i) => (surplus.has(i) ? [] : [print])));
  }

  #release(prints: readonly Print[]): readonly Print[] {
    this.#waiting = [];
    this.#marks = [];
    for (const { size } of prints) this.#told = shares(this.#told + size);
    return prints;
  }

  #inStep(): boolean {
    return this.#offsets.length === OFFSETS_KEPT && new Set(this.#offsets).size === 1;
  }

  /** The latest wins among equals: after a correction of the vendor's total the new difference stands. */
  #usualOffset(): number {
    const counts = new Map<number, number>();
    let usual = Number.NaN;
    for (const offset of this.#offsets) {
      const count = (counts.get(offset) ?? 0) + 1;
      counts.set(offset, count);
      if (count >= (counts.get(usual) ?? 0)) usual = offset;
    }
    return usual;
  }

  #hear(volume: number): readonly Print[] {
    const waits = this.#waiting.reduce((sum, { print }) => sum + print.size, 0);
    const excess = shares(this.#told + waits + this.#usualOffset() - volume);
    const moved = volume !== this.#total;
    this.#total = volume;
    if (excess === 0) return this.#release(this.#waiting.map(({ print }) => print));
    const mark = { waiting: this.#waiting.length, excess };
    if (moved) this.#marks.push(mark);
    else this.#marks.splice(-1, 1, mark);
    if (!this.#inStep()) return NONE;
    const surplus = this.#surplus();
    if (surplus === null) return NONE;
    const lastDropped = Math.max(...surplus);
    const proofs = this.#marks.filter(({ waiting }) => waiting > lastDropped + 1).length;
    return proofs >= PROOFS ? this.#drop(surplus) : NONE;
  }

  /** Which prints no total knows of: explained stretch by stretch between totals, or else as few as possible altogether. */
  #surplus(): ReadonlySet<number> | null {
    const suspects = this.#waiting.flatMap(({ print, suspect }, i): [number, number][] =>
      suspect ? [[i, print.size]] : [],
    );
    const found = new Set<number>();
    let from = 0;
    let explained = 0;
    for (const { waiting, excess } of this.#marks) {
      const own = suspects.filter(([index]) => index >= from && index < waiting);
      const chosen = explain(own, shares(excess - explained));
      if (chosen === null) {
        const all = explain(suspects, this.#marks.at(-1)?.excess ?? 0);
        return all && new Set(all);
      }
      for (const index of chosen) found.add(index);
      from = waiting;
      explained = excess;
    }
    return found.size > 0 ? found : null;
  }
}
