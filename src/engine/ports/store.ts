/**
 * One value of the state store. `json`: an object as text. `text`: a bare word or number. `raw`: a payload as the vendor
 * sent it. `hash`: fields of text, replaced as a whole. `window`: adds one JSON text to the front of a capped list.
 * `stream`: adds one entry of fields to a capped stream.
 */
export type StoreValue =
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'raw'; readonly payload: Uint8Array | string }
  | { readonly kind: 'hash'; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'window'; readonly text: string }
  | { readonly kind: 'stream'; readonly fields: Readonly<Record<string, string>> };
export type StoreKind = StoreValue['kind'];

/** When the facts of a value held: by the source's (market) clock, and the same moment by the wall's. Milliseconds. */
export interface Stamp {
  readonly sourceTs: number;
  readonly wallTs: number;
}

/** What a reader gets: the newest value, or its absence with a reason. Never an old value. */
export type StoreRead =
  | { readonly value: StoredValue; readonly sourceTs: number; readonly ageMs: number }
  | { readonly value: null; readonly reason: string };

/** Text, a hash's fields, or the entries of a list, window or stream; of the latter two newest first. */
export type StoredValue = string | Readonly<Record<string, string>> | readonly string[];

export interface StoreHealth {
  readonly state: 'live' | 'down';
  readonly reason: string | null;
  /** Values that were written, and values that were given up since the start. */
  readonly written: number;
  readonly lost: number;
  /** Times that everything was written again: after a loss of the server or of its content. */
  readonly refills: number;
  readonly pendingBytes: number;
}

/**
 * The mirror of the engine's memory for operators' tools. Best effort: `put` and `remove` never throw and never wait,
 * the newest value of a key wins, and what cannot be written is dropped. Bounded while the server is away, refilled when
 * it is back. Keys, kinds, lifetimes and age limits are those of `store-keys.ts`; a key that is not there is refused.
 */
export interface StateStore {
  put(key: string, value: StoreValue, stamp: Stamp): void;
  remove(key: string): void;
  /** Sends what is pending in one go; false when it could not be. Never rejects. */
  flush(): Promise<boolean>;
  /** `wallNow` in wall milliseconds; `ageMsMax` tightens the key's own limit. */
  read(key: string, wallNow: number, ageMsMax?: number): Promise<StoreRead>;
  health(): StoreHealth;
  close(): Promise<void>;
}
