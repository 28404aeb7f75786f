import { allocate, type Entitlement, POOL_OF, type Wish } from './allocation.ts';
import type { StreamKind } from './stream.ts';

/** Who has a line on this connection, who was refused one for good, and how much room there has turned out to be. */
export class Allotment {
  readonly #entitlement: Entitlement;
  #room: Entitlement;
  /** Since when, and of what kind, by key. */
  readonly #granted = new Map<string, number>();
  readonly #kinds = new Map<string, StreamKind>();
  readonly #barred = new Set<string>();

  constructor(entitlement: Entitlement) {
    this.#entitlement = entitlement;
    this.#room = entitlement;
  }

  /** A new connection: nobody has anything. */
  clear(): void {
    this.#room = this.#entitlement;
    this.#granted.clear();
    this.#barred.clear();
  }

  room(): Entitlement {
    return this.#room;
  }

  release(key: string): void {
    this.#granted.delete(key);
    this.#barred.delete(key);
  }

  /** Asking again is useless: the line is free for others. */
  bar(key: string): void {
    this.#granted.delete(key);
    this.#barred.add(key);
  }

  /** TWS refused a line for want of room: what is in use beside it is all there is. */
  full(key: string, kind: StreamKind): void {
    const pool = POOL_OF[kind];
    let others = 0;
    for (const [other] of this.#granted) {
      const otherKind = this.#kinds.get(other);
      if (other !== key && otherKind && POOL_OF[otherKind] === pool) others += 1;
    }
    this.#room = { ...this.#room, [pool]: others };
    this.#granted.delete(key);
  }

  /** Gives lines to the wishes with the strongest claims; who loses or gets none is denied. */
  choose(
    wishes: readonly Wish[],
    now: number,
  ): { readonly granted: readonly Wish[]; readonly denied: readonly Wish[] } {
    const open = wishes.filter(({ key }) => !this.#barred.has(key));
    const chosen = allocate(open, this.#room, this.#granted, now);
    const granted = open.filter(({ key }) => chosen.has(key));
    const denied = open.filter(({ key }) => !chosen.has(key));
    for (const key of [...this.#granted.keys()]) if (!chosen.has(key)) this.#granted.delete(key);
    for (const { key, kind } of granted) {
      if (!this.#granted.has(key)) this.#granted.set(key, now);
      this.#kinds.set(key, kind);
    }
    return { granted, denied };
  }
}
