import type { Log } from '../../ports/log.ts';
import type { PayloadTap } from '../../ports/payloads.ts';
import type { StateStore } from '../../ports/store.ts';

/** Hands payloads to the store. They are stamped with the moment they came by: a payload is as old as its arrival. */
export const createTap = (store: StateStore, wallNow: () => number, log: Log): PayloadTap => {
  const refused = new Set<string>();
  return (key, payload, sourceTs) => {
    try {
      store.put(key, { kind: 'raw', payload }, { sourceTs, wallTs: wallNow() });
    } catch (error) {
      if (!refused.has(key)) log('error', 'a payload could not be mirrored', { key, error });
      refused.add(key);
    }
  };
};
