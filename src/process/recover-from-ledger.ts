import type { Recovered } from '../engine/core/execution/trade.ts';
import type { CommandGiven } from '../engine/core/inputs.ts';
import { createRecovery } from '../engine/core/recover.ts';
import type { Ledger, LedgerRow } from '../engine/ports/ledger.ts';

export interface Recovery {
  /** Null on a record that holds no run yet. */
  readonly recovered: Recovered | null;
  /** Commands of the last run: its crash may have come between the ledger's commit and their rows' marks. */
  readonly takenCommandIds: readonly number[];
}

const isCommand = (body: unknown): body is CommandGiven => (body as CommandGiven).kind === 'command.given';

/** Folds the last run's rows into what survives it, and seals a run that crashed. */
export const recoverFromLedger = async (ledger: Ledger): Promise<Recovery> => {
  const from = await ledger.lastRunPosition();
  if (from === null) return { recovered: null, takenCommandIds: [] };
  const recovery = createRecovery();
  const takenCommandIds: number[] = [];
  let last: LedgerRow | null = null;
  // A run may have left a million rows: none is kept.
  for await (const row of ledger.read(from)) {
    recovery.take(row);
    if (row.kind === 'input' && isCommand(row.body)) takenCommandIds.push(Number(row.body.commandId));
    last = row;
  }
  const recovered = recovery.result();
  if (last && last.kind !== 'run.sealed' && last.kind !== 'run.crashed')
    await ledger.append([{ runId: last.runId, seq: last.seq, at: last.at, kind: 'run.crashed', body: {} }], []);
  return { recovered, takenCommandIds };
};
