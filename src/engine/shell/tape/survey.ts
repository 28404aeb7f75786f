import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { TapeItem } from '../../ports/tape.ts';
import { type IndexedBlock, readIndex } from './index-file.ts';
import { holdOf, type TapeHold } from './lock.ts';
import { dayFilesOf, runsIn, tapeFolder } from './run-folder.ts';
import { blocksOf, FileWindow } from './scan.ts';
import { itemsOfBlock } from './tape-reader.ts';

export interface TapeDay {
  readonly date: string;
  readonly bytes: number;
  readonly entries: number;
}

export interface TapeRun {
  readonly runId: string;
  readonly hold: TapeHold;
  readonly days: readonly TapeDay[];
  readonly bytes: number;
  /** Marks and gaps counted in. */
  readonly entries: number;
  /** Market time of the first and last entry; null when there is none. */
  readonly from: number | null;
  readonly to: number | null;
  /** Places where blocks do not follow one another, by what the indexes say; `tape check` reads every byte. */
  readonly gaps: number;
}

/** What one block holds; nothing when it is damaged. */
const itemsIn = (file: FileWindow, block: IndexedBlock): Iterable<TapeItem> => {
  const [found] = blocksOf(file, block.at);
  return found?.kind === 'block' ? itemsOfBlock(found.payload, 0) : [];
};

/** Market time of the last entry; a block may hold nothing but a mark. */
const lastAtOf = (file: FileWindow, blocks: readonly IndexedBlock[]): number | null => {
  for (const block of blocks.toReversed()) {
    let lastAt: number | null = null;
    for (const item of itemsIn(file, block)) if (item.kind === 'entry') lastAt = item.entry.at;
    if (lastAt !== null) return lastAt;
  }
  return null;
};

/** Marks of their own look the same from outside. */
const isToldGap = (file: FileWindow, block: IndexedBlock): boolean => {
  if (block.items !== 1 || block.firstSeq !== block.lastSeq || block.lastSeq !== block.previousLastSeq) return false;
  for (const item of itemsIn(file, block)) if (item.kind === 'gap') return true;
  return false;
};

interface DayFacts {
  readonly blocks: readonly IndexedBlock[];
  readonly gaps: number;
  readonly lastAt: number | null;
}

const factsOf = (path: string, afterSeq: number): DayFacts => {
  const { blocks } = readIndex(path);
  const file = new FileWindow(path);
  try {
    let lastSeq = afterSeq;
    let gaps = 0;
    for (const block of blocks) {
      if (block.previousLastSeq !== lastSeq || isToldGap(file, block)) gaps += 1;
      lastSeq = block.lastSeq;
    }
    return { blocks, gaps, lastAt: lastAtOf(file, blocks) };
  } finally {
    file.close();
  }
};

/** What there is of one run, from its indexes and its last block. */
const surveyRun = (folder: string, runId: string): TapeRun => {
  const runFolder = tapeFolder(folder, runId);
  const days: TapeDay[] = [];
  let from: number | null = null;
  let to: number | null = null;
  let lastSeq = 0;
  let gaps = 0;
  for (const name of dayFilesOf(runFolder)) {
    const path = join(runFolder, name);
    const facts = factsOf(path, lastSeq);
    lastSeq = facts.blocks.at(-1)?.lastSeq ?? lastSeq;
    gaps += facts.gaps;
    from ??= facts.blocks[0]?.firstAt ?? null;
    to = facts.lastAt ?? to;
    const entries = facts.blocks.reduce((sum, { items }) => sum + items, 0);
    days.push({ date: name.slice(0, -'.tape'.length), bytes: statSync(path).size, entries });
  }
  return {
    runId,
    hold: holdOf(runFolder),
    days,
    bytes: days.reduce((sum, { bytes }) => sum + bytes, 0),
    entries: days.reduce((sum, { entries }) => sum + entries, 0),
    from,
    to,
    gaps,
  };
};

/** Every run in a folder of tapes, oldest first. */
export const surveyTapes = (folder: string): readonly TapeRun[] =>
  runsIn(folder)
    .map((runId) => surveyRun(folder, runId))
    .filter(({ days }) => days.length > 0)
    .sort((a, b) => (a.from ?? 0) - (b.from ?? 0));
