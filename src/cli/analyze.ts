import type { Command } from 'commander';
import { analyzeTape } from '../process/analyze/analyze-tape.ts';
import { tapeWords } from '../process/analyze/tape-words.ts';
import { print } from './print.ts';

export const addAnalyzeCommands = (program: Command): void => {
  const analyze = program
    .command('analyze')
    .description('work out every figure of a recorded option chain or tape, with what was refused and why');
  analyze
    .command('tape')
    .description('a LOBSTER sample (ZIP, folder or one of its two files), or the folder of one of our own tapes')
    .argument('<path>', 'file or folder')
    .action(async (path: string, _options: object, command: Command) => {
      const reports = await analyzeTape(path);
      print(command, reports.length === 1 ? reports[0] : reports, () => reports.map(tapeWords).join('\n\n\n'));
    });
};
