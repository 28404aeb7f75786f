import { dirname, join } from 'node:path';
import type { State } from '../engine/core/state.ts';
import type { EngineView } from '../engine/core/view.ts';
import type { PayloadTap, Quarantine } from '../engine/ports/payloads.ts';
import { createMirror } from '../engine/shell/mirror/mirror.ts';
import { createTap } from '../engine/shell/mirror/tap.ts';
import { createFileQuarantine } from '../engine/shell/quarantine/file-quarantine.ts';
import { createRedisStore } from '../engine/shell/store/redis-store.ts';
import type { Log } from '../log.ts';
import type { EngineOptions } from './engine-options.ts';

/** Where payloads that did not fit are kept, beside the tapes. */
export const quarantineFolder = (dataDir: string): string => join(dataDir, 'quarantine');

export interface Copies {
  readonly quarantine: Quarantine;
  /** Does nothing without Redis. */
  readonly tap: PayloadTap;
  readonly onPulse: (state: State, view: EngineView) => void;
  /** How the live state in Redis stands; null without Redis. */
  readonly storeHealth: () => EngineView['sources']['stateStore'];
  close(): Promise<void>;
}

/** What is kept beside the record, best effort: payloads that did not fit, and live state in Redis where there is one. */
export const keepCopies = (options: EngineOptions, log: Log): Copies => {
  const wallNow = Date.now;
  const quarantine = createFileQuarantine({ folder: quarantineFolder(dirname(options.tapeFolder)), wallNow, log });
  if (options.redisUrl === null)
    return { quarantine, tap: () => {}, onPulse: () => {}, storeHealth: () => null, close: () => quarantine.settled() };
  const store = createRedisStore({ url: options.redisUrl, wallNow, log });
  const mirror = createMirror({ store, wallNow, speed: options.clockAnchor?.speed ?? 1, log });
  return {
    quarantine,
    tap: createTap(store, wallNow, log),
    onPulse: mirror.pulse,
    storeHealth: () => {
      const { state, reason, written, lost } = store.health();
      return { state: reason === null ? state : `${state}: ${reason}`, written, lost };
    },
    close: async () => {
      await store.flush();
      await Promise.all([store.close(), quarantine.settled()]);
    },
  };
};
