import type { Stamp, StoredValue, StoreRead } from '../../ports/store.ts';
import type { KeyRule } from '../../ports/store-keys.ts';
import type { Held, ImageEntry } from './image.ts';

/** Where the stamp of a bare value lies: texts, payloads and lists are kept as they are. */
export const stampKeyOf = (key: string): string => `${key}:ts`;

/** Names of a stamp's fields in every object, hash and stream entry. */
const SOURCE = 'source_ts';
const WALL = 'source_wall_ts';

export const stampText = ({ sourceTs, wallTs }: Stamp): string =>
  `{"${SOURCE}":${Math.round(sourceTs)},"${WALL}":${Math.round(wallTs)}}`;

/** An object's text with the stamp as its first names. */
export const stamped = (text: string, stamp: Stamp): string => {
  if (!text.startsWith('{')) throw new Error(`state store: expected the text of an object, got ${text.slice(0, 40)}`);
  const head = stampText(stamp).slice(0, -1);
  return text === '{}' ? `${head}}` : `${head},${text.slice(1)}`;
};

export const stampFields = ({ sourceTs, wallTs }: Stamp): Record<string, string> => ({
  [SOURCE]: String(Math.round(sourceTs)),
  [WALL]: String(Math.round(wallTs)),
});

export const entryText = (entry: ImageEntry): string =>
  entry.value.kind === 'window'
    ? stamped(entry.value.text, entry.stamp)
    : JSON.stringify({ ...entry.value.fields, ...stampFields(entry.stamp) });

const stampIn = (value: unknown): Stamp | null => {
  const found = (value ?? {}) as Readonly<Record<string, unknown>>;
  const [sourceTs, wallTs] = [Number(found[SOURCE]), Number(found[WALL])];
  return Number.isFinite(sourceTs) && Number.isFinite(wallTs) ? { sourceTs, wallTs } : null;
};

/** The stamp inside a value, or in the text beside it. */
export const stampOf = (value: StoredValue, beside: string | null): Stamp | null => {
  try {
    if (beside !== null) return stampIn(JSON.parse(beside));
    if (typeof value === 'string') return stampIn(JSON.parse(value));
    if (Array.isArray(value)) return value.length === 0 ? null : stampIn(JSON.parse(String(value[0])));
    return stampIn(value);
  } catch {
    return null;
  }
};

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** Judges what was found: a value whose age cannot be told is as absent as an old one. */
export const judge = (
  rule: KeyRule,
  found: { readonly value: StoredValue; readonly stamp: Stamp | null } | null,
  wallNow: number,
  ageMsMax = rule.ageMsMax,
): StoreRead => {
  if (!found) return { value: null, reason: 'not there' };
  if (!found.stamp) return { value: null, reason: 'its age is unknown' };
  const limitMs = Math.min(ageMsMax, rule.ageMsMax);
  const ageMs = wallNow - found.stamp.wallTs;
  if (ageMs > limitMs) return { value: null, reason: `stale: ${seconds(ageMs)} old, limit ${seconds(limitMs)}` };
  const { windowMs } = rule;
  const value =
    windowMs !== undefined && Array.isArray(found.value)
      ? found.value.filter((entry) => wallNow - (stampOf(String(entry), null)?.wallTs ?? 0) <= windowMs)
      : found.value;
  return { value, sourceTs: found.stamp.sourceTs, ageMs };
};

/** What a server would answer for it. */
export const storedValueOf = (held: Held): StoredValue => {
  const { value, entries } = held;
  if (value === null) {
    return entries.map(entryText).reverse();
  }
  switch (value.kind) {
    case 'json':
      return stamped(value.text, held.stamp);
    case 'text':
      return value.text;
    case 'raw':
      return typeof value.payload === 'string' ? value.payload : new TextDecoder().decode(value.payload);
    case 'hash':
      return { ...value.fields, ...stampFields(held.stamp) };
    case 'list':
      return value.items;
  }
};
