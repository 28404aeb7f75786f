import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Instant, instant } from '../engine/core/types.ts';
import { analyzeChain } from '../process/analyze/analyze-chain.ts';
import { analyzeTape } from '../process/analyze/analyze-tape.ts';
import { chainWords } from '../process/analyze/chain-words.ts';
import { tapeWords } from '../process/analyze/tape-words.ts';
import { print } from './print.ts';
import { progress } from './progress.ts';

const momentOf = (text: string): Instant => {
  try {
    return instant(Temporal.Instant.from(text).epochMilliseconds);
  } catch {
    throw new InvalidArgumentError('expected an instant with its zone, such as 2026-08-20T14:30:00-04:00');
  }
};

const numberBetween =
  (low: number, high: number, example: string) =>
  (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (value > low && value < high) return value;
    throw new InvalidArgumentError(`expected a number above ${low} and below ${high}, such as ${example}`);
  };

const rateOption = (): Option =>
  new Option('--rate <decimal>', 'continuously compounded rate per year').argParser(numberBetween(-0.5, 1, '0.04'));
const yieldOption = (words: string): Option =>
  new Option('--dividend-yield <decimal>', words).argParser(numberBetween(-0.5, 1, '0.013'));

interface ChainFlags {
  readonly at?: Instant;
  readonly spot?: number;
  readonly rate?: number;
  readonly dividendYield?: number;
}

const addChainCommand = (analyze: Command): void => {
  analyze
    .command('chain')
    .description(
      'a Cboe quotedata export (CSV), an answer of Alpha Vantage REALTIME_OPTIONS (JSON) or a profile of one day’s expiry by strike (CSV); gzipped, in a ZIP archive or plain',
    )
    .argument('<file>', 'the file')
    .addOption(
      new Option('--at <instant>', 'the moment that the figures hold for, when it is not the file’s').argParser(
        momentOf,
      ),
    )
    .addOption(
      new Option('--spot <price>', 'price of the underlying, when it is not the file’s').argParser(
        numberBetween(0, 1e9, '4479.09'),
      ),
    )
    .addOption(rateOption())
    .addOption(yieldOption('continuously compounded; implied by put-call parity when left out'))
    .action((file: string, flags: ChainFlags, command: Command) => {
      const report = analyzeChain(file, {
        at: flags.at ?? null,
        spot: flags.spot ?? null,
        rate: flags.rate ?? null,
        dividendYield: flags.dividendYield ?? null,
      });
      print(command, report, () => chainWords(report));
    });
};

const addTapeCommand = (analyze: Command): void => {
  analyze
    .command('tape')
    .description('a LOBSTER sample (ZIP, folder or one of its two files), or the folder of one of our own tapes')
    .argument('<path>', 'file or folder')
    .addOption(rateOption().default(0.04))
    .addOption(yieldOption('continuously compounded').default(0.013))
    .action(async (path: string, flags: { rate: number; dividendYield: number }, command: Command) => {
      const shown = progress(`analyzing ${path}`);
      const reports = await analyzeTape(path, flags, shown.at).finally(shown.end);
      print(command, reports.length === 1 ? reports[0] : reports, () => reports.map(tapeWords).join('\n\n\n'));
    });
};

export const addAnalyzeCommands = (program: Command): void => {
  const analyze = program
    .command('analyze')
    .description('work out every figure of a recorded option chain or tape, with what was refused and why');
  addChainCommand(analyze);
  addTapeCommand(analyze);
};
