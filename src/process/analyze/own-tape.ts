import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Rates } from '../../engine/core/analytics/exposure-sums.ts';
import { crossView } from '../../engine/core/analytics/suite/cross.ts';
import { type ModuleView, type SuiteView, suiteView } from '../../engine/core/analytics/suite/suite-view.ts';
import type { MarketInput } from '../../engine/core/inputs.ts';
import { DEFAULT_LIMITS } from '../../engine/core/limits.ts';
import { createState, type State } from '../../engine/core/state.ts';
import { step } from '../../engine/core/step.ts';
import { type Instant, instant } from '../../engine/core/types.ts';
import type { TapeItem } from '../../engine/ports/tape.ts';
import { createTapeReader } from '../../engine/shell/tape/tape-reader.ts';
import { UnreadableFile } from './open-file.ts';

export interface OwnTape {
  readonly run: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly entries: number;
  readonly gaps: readonly { readonly afterSeq: number; readonly problem: string }[];
  /** What the feeds had refused by the end, by feed and reason. */
  readonly refused: Readonly<Record<string, number>>;
  readonly symbols: readonly SymbolTape[];
  readonly crossAsset: readonly ModuleView[];
  readonly anomalies: readonly object[];
}

export interface SymbolTape {
  readonly symbol: string;
  readonly trades: number;
  readonly quotes: number;
  readonly bookChanges: number;
  readonly minuteBars: number;
  readonly lateTrades: number;
  readonly refusedTrades: number;
  readonly futureTrades: number;
  readonly analytics: SuiteView;
}

const isTape = (name: string): boolean => name.endsWith('.tape');

/** The folder of a run for the folder itself or one of its day files; null when it is neither. */
export const runFolderOf = (path: string): string | null => {
  if (!existsSync(path)) return null;
  if (!statSync(path).isDirectory()) return isTape(path) ? dirname(resolve(path)) : null;
  return readdirSync(path).some(isTape) ? resolve(path) : null;
};

/** The runs in a folder of tapes, for the person who named that instead of one of them. */
export const runsIn = (path: string): readonly string[] =>
  existsSync(path) && statSync(path).isDirectory()
    ? readdirSync(path, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && readdirSync(resolve(path, entry.name)).some(isTape))
        .map(({ name }) => name)
    : [];

const symbolOf = (input: MarketInput | { readonly kind: string }): string | null => {
  if ('chain' in input) return input.chain.underlying;
  return 'symbol' in input ? input.symbol : null;
};

const eachItem = async (folder: string, take: (item: TapeItem) => void): Promise<void> => {
  const reader = createTapeReader({ folder: dirname(folder) });
  try {
    for await (const item of reader.items(basename(folder))) take(item);
  } catch (error) {
    throw new UnreadableFile(
      `${folder}: expected a tape of this program's, found one it cannot read (${error instanceof Error ? error.message : 'unknown reason'})`,
    );
  }
};

const symbolsIn = async (folder: string): Promise<readonly string[]> => {
  const symbols = new Set<string>();
  await eachItem(folder, (item) => {
    const symbol = item.kind === 'entry' ? symbolOf(item.entry.input) : null;
    if (symbol !== null) symbols.add(symbol);
  });
  return [...symbols].sort();
};

const symbolsTold = (state: State, at: Instant): readonly SymbolTape[] =>
  [...state.symbols.values()].map(({ symbol, suite }) => ({
    symbol,
    trades: suite.hearts.trades,
    quotes: suite.hearts.quotes,
    bookChanges: suite.hearts.books,
    minuteBars: suite.hearts.bars,
    lateTrades: suite.levelOne.bars.minutes.lateTrades,
    refusedTrades: suite.levelOne.bars.minutes.refusedTrades,
    futureTrades: suite.levelOne.bars.minutes.futureTrades,
    analytics: suiteView(suite, at),
  }));

const refusedBy = (state: State): Record<string, number> =>
  Object.fromEntries(
    [...state.feeds].flatMap(([feed, { refused }]) =>
      Object.entries(refused).map(([reason, times]) => [`${feed} ${reason}`, times]),
    ),
  );

const ENTRIES_PER_TELLING = 50_000;

/**
 * Folds the market inputs of a run through the engine itself, with nobody to trade for. Figures hold for its end.
 * `tell` hears how far it is.
 */
export const foldOwnTape = async (
  folder: string,
  rates: Rates,
  tell: (done: string) => void = () => {},
): Promise<OwnTape> => {
  const symbols = await symbolsIn(folder);
  if (symbols.length === 0)
    throw new UnreadableFile(`${folder}: expected quotes, trades, books or chains in this tape, found none`);
  const state = createState({ runId: 'analyze', symbols, limits: DEFAULT_LIMITS, mode: 'simulated', rates });
  const gaps: { afterSeq: number; problem: string }[] = [];
  const anomalies: object[] = [];
  let entries = 0;
  let from = Number.NaN;
  await eachItem(folder, (item) => {
    if (item.kind === 'gap') gaps.push({ afterSeq: item.afterSeq, problem: item.problem });
    if (item.kind !== 'entry') return;
    if (entries === 0) from = item.entry.at;
    entries += 1;
    if (entries % ENTRIES_PER_TELLING === 0) tell(`${entries} entries`);
    for (const output of step(state, item.entry))
      if (output.kind === 'anomaly.seen') anomalies.push({ at: item.entry.at, name: output.name, ...output.facts });
  });
  return {
    run: basename(folder),
    from: instant(from),
    to: state.at,
    entries,
    gaps,
    refused: refusedBy(state),
    symbols: symbolsTold(state, state.at),
    crossAsset: crossView(state.cross, state.at),
    anomalies,
  };
};
