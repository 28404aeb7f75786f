import type { StateStore, StoreHealth } from '../../ports/store.ts';
import { ruleOf } from '../../ports/store-keys.ts';
import { judge, storedValueOf } from './encode.ts';
import { Image } from './image.ts';

const SWEEP_EVERY_MS = 10_000;

/** The state store of one process without Redis. */
export const createMemoryStore = (options: { readonly wallNow: () => number }): StateStore => {
  const { wallNow } = options;
  const image = new Image();
  let sweptAt = wallNow();
  let written = 0;
  let lost = 0;
  let closed = false;
  return {
    put: (key, value, stamp) => {
      if (closed) return;
      if (image.put(key, value, stamp, wallNow())) written += 1;
      else lost += 1;
    },
    remove: (key) => image.remove(key),
    flush: async () => {
      const now = wallNow();
      if (now - sweptAt >= SWEEP_EVERY_MS) {
        sweptAt = now;
        image.sweep(now);
      }
      return !closed;
    },
    read: async (key, now, ageMsMax) => {
      const rule = ruleOf(key);
      if (!rule) return { value: null, reason: 'no such key' };
      const held = image.get(key, wallNow());
      return judge(rule, held && { value: storedValueOf(held), stamp: held.stamp }, now, ageMsMax);
    },
    health: (): StoreHealth => ({
      state: closed ? 'down' : 'live',
      reason: closed ? 'closed' : null,
      written,
      lost,
      refills: 0,
      pendingBytes: image.bytes,
    }),
    close: async () => {
      closed = true;
    },
  };
};
