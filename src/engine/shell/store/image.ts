import type { Stamp, StoreKind, StoreValue } from '../../ports/store.ts';
import { type KeyRule, ruleOf } from '../../ports/store-keys.ts';

/** Far above what ten underlyings need; a raw payload that would not fit is refused. */
const BYTES_MAX = 96 * 1024 * 1024;

type Appended = Extract<StoreValue, { kind: 'window' | 'stream' }>;
export type Replaced = Exclude<StoreValue, Appended>;

export interface ImageEntry {
  readonly value: Appended;
  readonly stamp: Stamp;
}

/** What is held of one key. Replaced kinds have a `value`; windows and streams have `entries`, oldest first. */
export interface Held {
  readonly key: string;
  readonly rule: KeyRule;
  value: Replaced | null;
  stamp: Stamp;
  putAt: number;
  readonly entries: ImageEntry[];
  /** Newest entries that a server has not been sent yet. */
  unsent: number;
  bytes: number;
}

const bytesOf = (value: StoreValue): number => {
  switch (value.kind) {
    case 'raw':
      return value.payload.length;
    case 'hash':
    case 'stream': {
      let sum = 0;
      for (const name in value.fields) sum += name.length + (value.fields[name]?.length ?? 0);
      return sum;
    }
    case 'list':
      return value.items.reduce((sum, item) => sum + item.length, 0);
    default:
      return value.text.length;
  }
};

const isAppended = (value: StoreValue): value is Appended => value.kind === 'window' || value.kind === 'stream';

/** The vendor's buffer may be used again once the tap returns. */
const kept = (value: Replaced): Replaced =>
  value.kind === 'raw' && typeof value.payload !== 'string' ? { kind: 'raw', payload: value.payload.slice() } : value;

const expected = (key: string, kind: StoreKind): KeyRule => {
  const rule = ruleOf(key);
  if (!rule) throw new Error(`state store: ${key} is in no family of ports/store-keys.ts: add it there`);
  if (rule.kind !== kind)
    throw new Error(`state store: ${key} holds a ${rule.kind} by ports/store-keys.ts, it was given a ${kind}`);
  return rule;
};

/**
 * All that the store would say if it could be asked now: the memory store's whole content, and what Redis is filled
 * from. Bounded by the lifetimes of its keys, by their caps and by bytes.
 */
export class Image {
  bytes = 0;
  readonly #held = new Map<string, Held>();

  /** False when there is no room. Throws on a key or kind that the table does not know: a mistake of the writer. */
  put(key: string, value: StoreValue, stamp: Stamp, now: number): boolean {
    const rule = expected(key, value.kind);
    const bytes = bytesOf(value);
    const before = this.#held.get(key);
    const replacedBytes = before && !isAppended(value) ? before.bytes : 0;
    if (this.bytes - replacedBytes + bytes > BYTES_MAX) return false;
    const held: Held = before ?? { key, rule, value: null, stamp, putAt: now, entries: [], unsent: 0, bytes: 0 };
    held.stamp = stamp;
    held.putAt = now;
    if (isAppended(value)) this.#append(held, value, stamp, bytes);
    else {
      this.bytes += bytes - held.bytes;
      held.bytes = bytes;
      held.value = kept(value);
    }
    if (!before) this.#held.set(key, held);
    return true;
  }

  #append(held: Held, value: Appended, stamp: Stamp, bytes: number): void {
    const most = held.rule.entriesMax ?? 1;
    held.entries.push({ value, stamp });
    held.unsent = Math.min(held.unsent + 1, most);
    held.bytes += bytes;
    this.bytes += bytes;
    while (held.entries.length > most) {
      const oldest = held.entries.shift();
      const freed = oldest ? bytesOf(oldest.value) : 0;
      held.bytes -= freed;
      this.bytes -= freed;
    }
  }

  get(key: string, now: number): Held | null {
    const held = this.#held.get(key);
    return held && !this.#expired(held, now) ? held : null;
  }

  remove(key: string): void {
    const held = this.#held.get(key);
    if (!held) return;
    this.bytes -= held.bytes;
    this.#held.delete(key);
  }

  /** Forgets what has outlived its key. */
  sweep(now: number): void {
    for (const held of this.#held.values()) if (this.#expired(held, now)) this.remove(held.key);
  }

  keys(): IterableIterator<string> {
    return this.#held.keys();
  }

  #expired({ rule, putAt }: Held, now: number): boolean {
    return rule.ttlSeconds !== null && now - putAt >= rule.ttlSeconds * 1_000;
  }
}
