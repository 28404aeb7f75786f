import { join } from 'node:path';
import type { Command } from 'commander';
import { createPostgresLedger } from '../db/ledger.ts';
import type { LedgerRow } from '../engine/ports/ledger.ts';
import { createTapeReader } from '../engine/shell/tape/tape-reader.ts';
import { type ReplayReport, replayRun } from '../process/replay-run.ts';
import { VERSION } from '../process/version.ts';
import { print } from './print.ts';
import { type OpenServer, withServer } from './server.ts';

const rowsOf = async ({ database, databaseUrl }: OpenServer, runId: string | undefined): Promise<LedgerRow[]> => {
  const [found] = runId
    ? await database.sql<{ run_id: string; position: number }[]>`
        select run_id, min(position)::int as position from ledger where run_id = ${runId} group by run_id`
    : await database.sql<{ run_id: string; position: number }[]>`
        select run_id, position::int from ledger where kind = 'run.started' order by position desc limit 1`;
  if (!found)
    throw new Error(runId ? `replay: the record holds no run ${runId}` : 'replay: the record holds no run yet');
  const ledger = createPostgresLedger({ url: databaseUrl });
  const rows: LedgerRow[] = [];
  for await (const row of ledger.read(found.position)) {
    if (row.runId !== found.run_id) break;
    rows.push(row);
  }
  await ledger.close();
  return rows;
};

const verdict = (report: ReplayReport): string => {
  if (report.ok) return 'The replay is the run.';
  const differs = report.firstDifference !== null || report.firstDifferentMark !== null;
  if (!differs && report.gaps.length > 0 && report.entries > 0)
    return 'Up to the first gap the replay is the run; past it nothing could be compared.';
  return report.entries === 0 && !report.sealed
    ? 'There is nothing to compare: the run crashed before its first second was on tape, or its tape was taken away.'
    : 'The replay is NOT the run.';
};

const words = (report: ReplayReport): string => {
  const lines = [
    `run ${report.runId} (${report.build}${report.build === VERSION ? '' : `; this is ${VERSION}, so differences may be ours`})`,
    `${report.entries} entries folded in ${report.elapsedMs} ms, ${report.outputs} outputs, ${report.marksAgreed} state hashes agreed along the way`,
    ...report.gaps.map((gap) => `gap in the tape after ${gap.afterSeq}: ${gap.problem}; nothing is compared after it`),
  ];
  if (report.rowsBeyondTape > 0)
    lines.push(`${report.rowsBeyondTape} outputs lie beyond the tape's end and were not compared`);
  if (report.uncommitted > 0)
    lines.push(`${report.uncommitted} outputs were never committed before the crash, and so never performed`);
  const { firstDifference: output, firstDifferentMark: mark } = report;
  if (mark) lines.push(`the state after ${mark.seq} differs: recorded ${mark.recorded}, replayed ${mark.replayed}`);
  if (output)
    lines.push(
      `the output at ${output.seq} differs:`,
      `  recorded ${output.recorded}`,
      `  replayed ${output.replayed}`,
    );
  lines.push(
    report.recordedStateHash === null
      ? `state ${report.stateHash}; the run was never sealed, so there is no last hash to compare`
      : `state ${report.stateHash}, recorded ${report.recordedStateHash}`,
    verdict(report),
  );
  return lines.join('\n');
};

export const addReplayCommand = (program: Command): void => {
  program
    .command('replay')
    .description('fold a recorded run again and compare every output and the state with the record')
    .option('--run <id>', 'which run; the newest when left out')
    .option('--tape <folder>', 'folder of tapes, such as one that `tape cut` made; the server’s own when left out')
    .action((options: { run?: string; tape?: string }, command: Command) =>
      withServer(async (server) => {
        const rows = await rowsOf(server, options.run);
        const report = await replayRun(
          rows,
          createTapeReader({ folder: options.tape ?? join(server.config.DATA_DIR, 'tape') }),
        );
        print(command, report, () => words(report));
        if (!report.ok) process.exitCode = 1;
      }),
    );
};
