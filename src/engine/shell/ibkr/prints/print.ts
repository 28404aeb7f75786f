import type { Instant } from '../../../core/types.ts';

/** One trade of TWS's tick-by-tick stream or of its historical ticks. TWS numbers none of them and stamps whole seconds. */
export interface Print {
  readonly sourceAt: Instant;
  /** Dollars. */
  readonly price: number;
  /** Shares. */
  readonly size: number;
  readonly venue: string;
}

/** The prints of a stretch of the past, or why not: to be asked for again `later`, or not to be had at all. */
export type PastAnswer = readonly Print[] | 'later' | 'never';

export const isSamePrint = (a: Print, b: Print): boolean =>
  a.sourceAt === b.sourceAt && a.price === b.price && a.size === b.size && a.venue === b.venue;

const keyOf = ({ sourceAt, price, size, venue }: Print): string => `${sourceAt} ${price} ${size} ${venue}`;

/** How many of each: two equal prints are two trades. */
export class PrintCounts {
  readonly #counts = new Map<string, number>();

  constructor(prints: Iterable<Print> = []) {
    for (const print of prints) this.add(print);
  }

  add(print: Print): void {
    const key = keyOf(print);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** Whether there ever was one. */
  has(print: Print): boolean {
    return this.#counts.has(keyOf(print));
  }

  /** Takes one such print out; false when none is left. */
  take(print: Print): boolean {
    const key = keyOf(print);
    const count = this.#counts.get(key) ?? 0;
    if (count === 0) return false;
    this.#counts.set(key, count - 1);
    return true;
  }
}
