import { openDatabase } from '../db/client.ts';
import { dateInNewYork } from '../engine/core/market/calendar.ts';
import type { State } from '../engine/core/state.ts';
import type { Instant } from '../engine/core/types.ts';
import type { EngineView } from '../engine/core/view.ts';
import type { PayloadTap, Quarantine } from '../engine/ports/payloads.ts';
import type { TapeWriter } from '../engine/ports/tape.ts';
import { pruneTapes } from '../engine/shell/tape/prune.ts';
import { recoverTapes } from '../engine/shell/tape/recover.ts';
import { createTapeWriter } from '../engine/shell/tape/tape-writer.ts';
import type { Log } from '../log.ts';
import type { EngineOptions } from './engine-options.ts';
import { keepBarsOf } from './keep-bars.ts';
import { keepCopies } from './keep-copies.ts';

export interface Records {
  readonly tape: TapeWriter;
  /** For whoever speaks to vendors. */
  readonly forFeeds: { readonly tap: PayloadTap; readonly quarantine: Quarantine };
  readonly onPulse: (state: State, view: EngineView) => void;
  readonly storeHealth: () => EngineView['sources']['stateStore'];
  /** Once the run is in the ledger. */
  begun(): void;
  /** After the run is sealed. */
  close(): Promise<void>;
}

/** Before the first entry: what a crash left torn is cut, and what is older than wanted goes. Neither keeps an engine from starting. */
const tidyTapes = ({ tapeFolder, tapeDaysKept }: EngineOptions, now: Instant, log: Log): void => {
  try {
    recoverTapes(tapeFolder, log);
    if (tapeDaysKept) pruneTapes(tapeFolder, tapeDaysKept, dateInNewYork(now), log);
  } catch (error) {
    log('error', 'old tapes could not be tidied', { error });
  }
};

/** All that is kept of a run beside its ledger: tape, bars, live state, payloads that did not fit. */
export const openRecords = (
  options: EngineOptions,
  run: { readonly runId: string; readonly now: Instant; readonly log: Log },
): Records => {
  const { runId, now, log } = run;
  tidyTapes(options, now, log);
  const { tapeFolder } = options;
  // A connection of its own: a slow insert must never stand in front of an operator's command.
  const database = openDatabase({ url: options.databaseUrl, connectionsMax: 1 });
  const bars = keepBarsOf({ database, tapeFolder, runId, log });
  const { onPulse, storeHealth, close, ...forFeeds } = keepCopies(options, log);
  return {
    tape: bars.overhear(createTapeWriter({ folder: tapeFolder, runId, sessionDateOf: dateInNewYork, log })),
    forFeeds,
    storeHealth,
    onPulse: (state, view) => {
      onPulse(state, view);
      bars.pulse(state);
    },
    begun: () => void bars.refill(),
    close: async () => {
      await Promise.all([bars.close(), close()]);
      await database.close();
    },
  };
};
