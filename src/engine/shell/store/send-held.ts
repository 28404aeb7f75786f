import type { ChainableCommander } from '../redis/connection.ts';
import { entryText, stamped, stampFields, stampKeyOf, stampText } from './encode.ts';
import type { Held } from './image.ts';

const flat = (fields: Readonly<Record<string, string>>): string[] => Object.entries(fields).flat();

/** Adds a window's or stream's entries: the new ones, or all of them to an emptied key. */
const sendEntries = (batch: ChainableCommander, held: Held, fresh: boolean): void => {
  const { key, rule, entries } = held;
  const most = rule.entriesMax ?? 1;
  if (fresh) batch.del(key);
  const taken = fresh ? entries : entries.slice(entries.length - held.unsent);
  if (taken.length === 0) return;
  if (rule.kind === 'window') {
    batch.lpush(key, ...taken.map(entryText));
    batch.ltrim(key, 0, most - 1);
    return;
  }
  for (const { value, stamp } of taken)
    if (value.kind === 'stream')
      batch.xadd(key, 'MAXLEN', most, '*', ...flat(value.fields), ...flat(stampFields(stamp)));
};

/** One key's commands, ending with the rest of its lifetime. */
export const sendHeld = (batch: ChainableCommander, held: Held, now: number, fresh: boolean): void => {
  const { key, rule, value, stamp } = held;
  const ttlMs = rule.ttlSeconds === null ? null : Math.max(1, rule.ttlSeconds * 1_000 - (now - held.putAt));
  const set = (name: string, content: string | Buffer): void => {
    if (ttlMs === null) batch.set(name, content);
    else batch.set(name, content, 'PX', ttlMs);
  };
  const expire = (): void => {
    if (ttlMs !== null) batch.pexpire(key, ttlMs);
  };
  if (value === null) {
    sendEntries(batch, held, fresh);
    expire();
    return;
  }
  switch (value.kind) {
    case 'json':
      set(key, stamped(value.text, stamp));
      return;
    case 'text':
      set(key, value.text);
      set(stampKeyOf(key), stampText(stamp));
      return;
    case 'raw':
      set(
        key,
        typeof value.payload === 'string'
          ? value.payload
          : Buffer.from(value.payload.buffer, value.payload.byteOffset, value.payload.byteLength),
      );
      set(stampKeyOf(key), stampText(stamp));
      return;
    case 'hash':
      batch.del(key);
      batch.hset(key, ...flat(value.fields), ...flat(stampFields(stamp)));
      expire();
      return;
    case 'list':
      batch.del(key);
      if (value.items.length > 0) batch.rpush(key, ...value.items);
      expire();
      set(stampKeyOf(key), stampText(stamp));
      return;
  }
};
