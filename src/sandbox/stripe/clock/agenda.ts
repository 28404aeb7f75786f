interface Entry {
  readonly key: string;
  readonly atSeconds: number;
}

/** What falls due when: a heap whose stale entries are passed over. Equal times in order of their keys. */
export class Agenda {
  readonly #due = new Map<string, number>();
  readonly #heap: Entry[] = [];

  /** Null takes the key off. */
  set(key: string, atSeconds: number | null): void {
    if (atSeconds === null) {
      this.#due.delete(key);
      return;
    }
    if (this.#due.get(key) === atSeconds) return;
    this.#due.set(key, atSeconds);
    this.#push({ key, atSeconds });
  }

  /** The first due by then, or undefined. It stays until its time is set anew. */
  firstBy(untilSeconds: number): Entry | undefined {
    for (;;) {
      const [first] = this.#heap;
      if (!first) return undefined;
      if (this.#due.get(first.key) === first.atSeconds) return first.atSeconds <= untilSeconds ? first : undefined;
      this.#pop();
    }
  }

  #before(a: Entry | undefined, b: Entry | undefined): boolean {
    if (!a || !b) return false;
    return a.atSeconds < b.atSeconds || (a.atSeconds === b.atSeconds && a.key < b.key);
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#heap[a], this.#heap[b]];
    if (!first || !second) throw new Error('a place outside of the heap');
    this.#heap[a] = second;
    this.#heap[b] = first;
  }

  #push(entry: Entry): void {
    let at = this.#heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(this.#heap[at], this.#heap[parent])) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (!last || this.#heap.length === 0) return;
    this.#heap[0] = last;
    let at = 0;
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (this.#before(this.#heap[left], this.#heap[least])) least = left;
      if (this.#before(this.#heap[right], this.#heap[least])) least = right;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }
}
