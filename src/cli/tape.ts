import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Instant, instant } from '../engine/core/types.ts';
import { checkRun, type TapeCheck } from '../engine/shell/tape/check.ts';
import { cutTape } from '../engine/shell/tape/cut.ts';
import { holdOf } from '../engine/shell/tape/lock.ts';
import { recoverRun } from '../engine/shell/tape/recover.ts';
import { runsIn } from '../engine/shell/tape/run-folder.ts';
import { surveyTapes, type TapeRun } from '../engine/shell/tape/survey.ts';
import { EXPORT_KINDS, type ExportKind, exportTable } from '../process/export-tape/columns.ts';
import { exportTape } from '../process/export-tape/export-tape.ts';
import { print } from './print.ts';
import { progress } from './progress.ts';
import { configOrThrow } from './server.ts';

const momentOf = (text: string): Instant => {
  try {
    return instant(Temporal.Instant.from(text).epochMilliseconds);
  } catch {
    throw new InvalidArgumentError('expected an instant with its zone, such as 2026-08-20T14:30:00-04:00');
  }
};

interface Span {
  readonly from?: Instant;
  readonly to?: Instant;
}
interface Flags extends Span {
  readonly tape?: string;
}

const folderOption = (): Option => new Option('--tape <folder>', 'folder of tapes; the server’s own when left out');
const fromOption = (): Option => new Option('--from <instant>', 'first moment, market time').argParser(momentOf);
const toOption = (): Option => new Option('--to <instant>', 'last moment, market time').argParser(momentOf);
const spanOf = ({ from, to }: Span): Span => {
  if (from !== undefined && to !== undefined && from > to) throw new Error('tape: --from is after --to');
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
};

const folderOf = ({ tape }: Flags): string => resolve(tape ?? join(configOrThrow().DATA_DIR, 'tape'));

const runOf = (folder: string, runId: string): { readonly folder: string; readonly runId: string } => {
  const runs = runsIn(folder);
  if (!runs.includes(runId))
    throw new Error(
      `tape: there is no run ${JSON.stringify(runId)} in ${folder} (${runs.length === 0 ? 'it holds none' : `it holds ${runs.slice(-5).join(', ')}`}): see \`tape list\``,
    );
  return { folder, runId };
};

const time = (at: number | null): string => (at === null ? '?' : new Date(at).toISOString().replace('.000Z', 'Z'));
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

const holdWords = ({ hold }: TapeRun): string => {
  if (hold.state === 'written') return `being written by process ${hold.holder.pid} on ${hold.holder.host}`;
  return hold.state === 'abandoned' ? 'left by a crash, not recovered yet' : 'closed';
};

const runWords = (run: TapeRun): string =>
  [
    `${run.runId}  ${time(run.from)} … ${time(run.to)}  ${run.entries} entries  ${mebibytes(run.bytes)}  ${run.gaps === 0 ? 'no gaps' : `${run.gaps} gaps`}  ${holdWords(run)}`,
    ...run.days.map(({ date, entries, bytes }) => `    ${date}  ${entries} entries  ${mebibytes(bytes)}`),
  ].join('\n');

const addList = (tape: Command): void => {
  tape
    .command('list', { isDefault: true })
    .description('runs with their days, entries, size, span and gaps')
    .addOption(folderOption())
    .action((flags: Flags, command: Command) => {
      const folder = folderOf(flags);
      const runs = surveyTapes(folder);
      print(command, { folder, runs }, () =>
        runs.length === 0 ? `There is no tape in ${folder}.` : runs.map(runWords).join('\n'),
      );
    });
};

const checkWords = (check: TapeCheck): string =>
  [
    `${check.runId}: ${check.ok ? 'whole' : 'DAMAGED'}, ${check.entries} entries in ${check.blocks} blocks, ${mebibytes(check.bytes)}`,
    ...check.bad.slice(0, 20).map(({ file, byte, problem }) => `  ${file} at byte ${byte}: ${problem}`),
    ...(check.bad.length > 20 ? [`  and ${check.bad.length - 20} more`] : []),
    ...check.toldGaps.map(({ afterSeq, problem }) => `  known gap after sequence ${afterSeq}: ${problem}`),
  ].join('\n');

const addCheck = (tape: Command): void => {
  tape
    .command('check')
    .description(
      'read every byte: checksums, sequence, time, index. Names the bad spots; exit code 1 when there are any',
    )
    .argument('[run]', 'one run; all when left out')
    .option('--repair', 'first cut unfinished blocks off runs left by a crash, and make indexes whole')
    .addOption(folderOption())
    .action((runId: string | undefined, flags: Flags & { repair?: boolean }, command: Command) => {
      const folder = folderOf(flags);
      const runs = runId === undefined ? runsIn(folder) : [runOf(folder, runId).runId];
      const checks = runs.map((one) => {
        if (flags.repair && holdOf(join(folder, one)).state !== 'written') recoverRun(folder, one);
        const shown = progress(`checking ${one}`);
        const check = checkRun(folder, one, (bytes) => shown.at(mebibytes(bytes)));
        shown.end();
        return check;
      });
      print(command, checks, () =>
        checks.length === 0 ? `There is no tape in ${folder}.` : checks.map(checkWords).join('\n'),
      );
      if (checks.some(({ ok }) => !ok)) process.exitCode = 1;
    });
};

const addCut = (tape: Command): void => {
  tape
    .command('cut')
    .description('copy a span of a run to a folder of its own, as a tape that replay and analyze take')
    .argument('<run>', 'as listed')
    .argument('<folder>', 'where to; made when missing')
    .addOption(fromOption())
    .addOption(toOption())
    .addOption(folderOption())
    .action(async (runId: string, target: string, flags: Flags, command: Command) => {
      const shown = progress(`cutting ${runId}`);
      const cut = await cutTape(runOf(folderOf(flags), runId), spanOf(flags), resolve(target), (entries) =>
        shown.at(`${entries} entries`),
      );
      shown.end();
      print(command, cut, () =>
        [
          `${cut.entries} entries from ${time(cut.from)} to ${time(cut.to)} are in ${cut.folder}`,
          ...(cut.beginsInside ? ['The run began before: the part says so as a gap.'] : []),
          ...(cut.endsInside ? ['The run goes on after: the part says so as a gap.'] : []),
        ].join('\n'),
      );
    });
};

const kindsWords = (): string =>
  EXPORT_KINDS.map((kind) => `  ${kind.padEnd(16)} ${exportTable(kind).about}`).join('\n');

const addExport = (tape: Command): void => {
  tape
    .command('export')
    .description('write one kind of entry of a run as a table')
    .argument('<run>', 'as listed')
    .argument('<file>', 'must not exist')
    .addOption(new Option('--kind <kind>', 'which entries').choices(EXPORT_KINDS).makeOptionMandatory())
    .addOption(new Option('--format <format>', 'how').choices(['csv', 'parquet']).default('csv'))
    .option('--symbol <ticker>', 'of this underlying (option quotes: of this contract) alone')
    .addOption(fromOption())
    .addOption(toOption())
    .addOption(folderOption())
    .addHelpText('after', () => `\nKinds:\n${kindsWords()}`)
    .action(
      async (
        runId: string,
        path: string,
        flags: Flags & { kind: ExportKind; format: 'csv' | 'parquet'; symbol?: string },
        command: Command,
      ) => {
        const shown = progress(`exporting ${runId}`);
        const { kind, format, symbol = null } = flags;
        const wish = { kind, format, symbol, span: spanOf(flags), path: resolve(path) };
        const done = await exportTape(runOf(folderOf(flags), runId), wish, (entries) => shown.at(`${entries} entries`));
        shown.end();
        print(
          command,
          done,
          () =>
            `${done.rows} rows in ${done.path}${done.gaps > 0 ? `; the tape has ${done.gaps} gaps in that span` : ''}`,
        );
      },
    );
};

export const addTapeCommands = (program: Command): void => {
  const tape = program.command('tape').description('the recorded market inputs of each run of the engine');
  addList(tape);
  addCheck(tape);
  addCut(tape);
  addExport(tape);
};
