import { join } from 'node:path';
import { type Instant, instant } from '../engine/core/types.ts';
import type { BarKeeper, MinuteBar } from '../engine/ports/bars.ts';
import { createTapeFold } from '../engine/shell/bars/fold-tape.ts';
import { holdOf } from '../engine/shell/tape/lock.ts';
import { surveyTapes } from '../engine/shell/tape/survey.ts';
import { createTapeReader } from '../engine/shell/tape/tape-reader.ts';
import type { Log } from '../log.ts';

/** Entries between two breaths: a millisecond's work, so that nothing on this thread waits longer. */
const ENTRIES_PER_BREATH = 500;
const BATCH = 500;
/** Read again from before the last bar that was written, for what was heard at its edge. */
const OVERLAP_MS = 3 * 60_000;

export interface RefillStore extends BarKeeper {
  /** Of these runs, those not refilled from yet, in the order given. */
  pending(runIds: readonly string[]): Promise<readonly string[]>;
  /** Opening of the newest own bar that every symbol of the run has; null when it wrote none. */
  lastOwnBar(runId: string): Promise<number | null>;
  done(runId: string): Promise<void>;
}

/**
 * Writes the bars that earlier runs recorded but never wrote, from their tapes: a crash leaves no hole. Bars that are
 * there are left as they are. Resolves to the minutes that were still open at the end, which the next run may go on with.
 */
export const refillBars = async (
  tapes: string,
  currentRun: string,
  store: RefillStore,
  log: Log,
): Promise<ReadonlyMap<string, MinuteBar>> => {
  const runs = surveyTapes(tapes).filter(
    ({ runId }) => runId !== currentRun && holdOf(join(tapes, runId)).state === 'closed',
  );
  const pending = await store.pending(runs.map(({ runId }) => runId));
  const fold = createTapeFold();
  const reader = createTapeReader({ folder: tapes });
  // A minute that this run began may have been begun by the one before, which is done.
  const before = runs[runs.findIndex(({ runId }) => runId === pending[0]) - 1];
  if (before && before.to !== null) {
    fold.begin(before.runId);
    for (const item of reader.items(before.runId, { from: instant(before.to - OVERLAP_MS) })) fold.take(item);
  }
  for (const runId of pending) {
    const last = await store.lastOwnBar(runId);
    const from: Instant | null = last === null ? null : instant(last - OVERLAP_MS);
    fold.begin(runId);
    let batch: MinuteBar[] = [];
    let added = 0;
    let entries = 0;
    for (const item of reader.items(runId, from === null ? {} : { from })) {
      for (const bar of fold.take(item)) batch.push(bar);
      entries += 1;
      if (entries % ENTRIES_PER_BREATH === 0) await Bun.sleep(0);
      if (batch.length < BATCH) continue;
      added += await store.keep(batch, true);
      batch = [];
    }
    // The minute that the end cut short: a later run may complete it, as another version.
    added += await store.keep([...batch, ...fold.parts().values()], true);
    await store.done(runId);
    if (added > 0) log('info', 'bars that a run had not written were read from its tape', { runId, added, entries });
  }
  return fold.parts();
};
