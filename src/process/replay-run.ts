import type { Recovered } from '../engine/core/execution/trade.ts';
import type { Entry, LedgerInput } from '../engine/core/inputs.ts';
import type { Output } from '../engine/core/outputs.ts';
import {
  createReplayer,
  type Difference,
  firstDifference,
  type Replayed,
  type ReplayOutput,
} from '../engine/core/replay.ts';
import type { StateParams } from '../engine/core/state.ts';
import type { LedgerRow } from '../engine/ports/ledger.ts';
import type { TapeItem, TapeReader } from '../engine/ports/tape.ts';

export interface ReplayReport {
  /** Every output and every hash agreed, as far as the tape reaches. */
  readonly ok: boolean;
  readonly runId: string;
  readonly build: string;
  readonly sealed: boolean;
  readonly entries: number;
  readonly outputs: number;
  readonly marksAgreed: number;
  readonly stateHash: string;
  /** From the run's seal; null for a run that crashed. */
  readonly recordedStateHash: string | null;
  readonly firstDifference: Difference | null;
  readonly firstDifferentMark: Replayed['firstDifferentMark'];
  readonly gaps: Replayed['gaps'];
  /** Rows of the ledger whose market inputs the tape no longer holds: a crash costs its last second. */
  readonly rowsBeyondTape: number;
  /** Outputs that a crash kept from being committed, and so from being performed. */
  readonly uncommitted: number;
  readonly elapsedMs: number;
}

interface Started {
  readonly recovered: Recovered | null;
  readonly params: StateParams;
  readonly build: string;
}

const entryOf = (row: LedgerRow): Entry => ({ seq: row.seq, at: row.at, input: row.body as LedgerInput });

/**
 * Tape and ledger inputs in one sequence. Without a seal it ends with the tape, or before the first number that neither
 * holds: an input that the crash kept from being committed.
 */
async function* merged(
  tape: AsyncIterable<TapeItem> | Iterable<TapeItem>,
  inputs: readonly LedgerRow[],
  sealed: boolean,
): AsyncGenerator<TapeItem> {
  let next = 0;
  let last = 0;
  let torn = false;
  for await (const item of tape) {
    if (item.kind === 'gap') torn = true;
    const seq = item.kind === 'entry' ? item.entry.seq : item.kind === 'mark' ? item.mark.seq + 1 : item.afterSeq + 1;
    for (let row = inputs[next]; row && row.seq < seq; row = inputs[++next]) {
      yield { kind: 'entry', entry: entryOf(row) };
      last = row.seq;
    }
    const cutOff = !sealed && !torn && next === inputs.length && seq > last + 1;
    if (cutOff) return;
    if (item.kind === 'entry') last = item.entry.seq;
    yield item;
  }
  if (sealed) for (const row of inputs.slice(next)) yield { kind: 'entry', entry: entryOf(row) };
}

const upTo = (outputs: readonly ReplayOutput[], seq: number): ReplayOutput[] =>
  outputs.filter((output) => output.seq <= seq);

/** Folds one recorded run again and says where, if anywhere, it parts from the record. `rows` are the run's own, in order. */
export const replayRun = async (rows: readonly LedgerRow[], reader: TapeReader): Promise<ReplayReport> => {
  const startedMs = performance.now();
  const first = rows[0];
  if (first?.kind !== 'run.started') throw new Error('replay: expected the rows of a run, beginning with run.started');
  const { recovered, params, build } = first.body as Started;
  const seal = rows.find(({ kind }) => kind === 'run.sealed')?.body as { stateHash: string } | undefined;
  const inputs = rows.filter(({ kind }) => kind === 'input');
  const recorded = rows.flatMap(({ kind, seq, body }) => (kind === 'output' ? [{ seq, output: body as Output }] : []));
  const replayer = createReplayer(params, recovered ?? undefined);
  for await (const item of merged(reader.items(first.runId), inputs, seal !== undefined)) replayer.take(item);
  const replayed = replayer.result();
  // Past a hole in the tape nothing can be expected to agree.
  // What a crash kept from being committed was never performed, and is in no record.
  const committedUpTo = seal ? Number.POSITIVE_INFINITY : (rows.at(-1)?.seq ?? 0);
  const comparedUpTo = Math.min(
    replayed.gaps[0]?.afterSeq ?? Number.POSITIVE_INFINITY,
    seal ? Number.POSITIVE_INFINITY : replayed.seq,
    committedUpTo,
  );
  const difference = firstDifference(upTo(recorded, comparedUpTo), upTo(replayed.outputs, comparedUpTo));
  const sameEnd = seal === undefined || seal.stateHash === replayed.hash;
  return {
    ok: difference === null && replayed.firstDifferentMark === null && replayed.gaps.length === 0 && sameEnd,
    runId: first.runId,
    build,
    sealed: seal !== undefined,
    entries: replayed.entries,
    outputs: replayed.outputs.length,
    marksAgreed: replayed.marksAgreed,
    stateHash: replayed.hash,
    recordedStateHash: seal?.stateHash ?? null,
    firstDifference: difference,
    firstDifferentMark: replayed.firstDifferentMark,
    gaps: replayed.gaps,
    rowsBeyondTape: recorded.length - upTo(recorded, comparedUpTo).length,
    uncommitted: replayed.outputs.length - upTo(replayed.outputs, committedUpTo).length,
    elapsedMs: Math.round(performance.now() - startedMs),
  };
};
