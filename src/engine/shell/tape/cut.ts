import { rmSync } from 'node:fs';
import { dateInNewYork } from '../../core/market/calendar.ts';
import { instant } from '../../core/types.ts';
import type { TapeItem, TapeSpan } from '../../ports/tape.ts';
import { dayFilesOf, tapeFolder } from './run-folder.ts';
import { createTapeReader, type FileTapeReader } from './tape-reader.ts';
import { createTapeWriter, type RunTapeWriter } from './tape-writer.ts';

const FLUSH_EVERY_ENTRIES = 100_000;

export interface TapeCut {
  readonly folder: string;
  readonly entries: number;
  readonly from: number;
  readonly to: number;
  /** The recording goes on before and after what was cut out. */
  readonly beginsInside: boolean;
  readonly endsInside: boolean;
}

/** The sequence just before the first entry of the span; 0 when the span takes in the run's beginning. */
const seqBefore = (reader: FileTapeReader, runId: string, from: number | undefined): number => {
  if (from === undefined) return 0;
  let before = 0;
  // A span of everything up to there, begun close by: the index knows where.
  for (const item of reader.items(runId, { from: instant(from - 60_000) })) {
    if (item.kind !== 'entry') continue;
    if (item.entry.at >= from) break;
    before = item.entry.seq;
  }
  if (before > 0) return before;
  for (const item of reader.items(runId)) {
    if (item.kind !== 'entry') continue;
    if (item.entry.at >= from) break;
    before = item.entry.seq;
  }
  return before;
};

const copy = (writer: RunTapeWriter, item: TapeItem): void => {
  if (item.kind === 'entry') writer.record(item.entry);
  else if (item.kind === 'mark') writer.mark(item.mark);
  else writer.gap(item.problem);
};

/**
 * Writes a span of a run as a tape of its own, under the same run id: sequences, marks and gaps are kept, and what lies
 * before and after is told as a gap, so that nobody takes the part for the whole.
 */
export const cutTape = async (
  from: { readonly folder: string; readonly runId: string },
  span: TapeSpan,
  into: string,
  onProgress: (entries: number) => void = () => {},
): Promise<TapeCut> => {
  const { runId } = from;
  const reader = createTapeReader({ folder: from.folder });
  const target = tapeFolder(into, runId);
  if (dayFilesOf(target).length > 0) throw new Error(`tape: ${target} holds a tape already`);
  const previousLastSeq = seqBefore(reader, runId, span.from);
  const writer = createTapeWriter({
    folder: into,
    runId,
    sessionDateOf: dateInNewYork,
    previousLastSeq,
    log: () => {},
  });
  let [entries, first, last, endsInside] = [0, Number.NaN, Number.NaN, false];
  for (const item of reader.items(runId, span.from === undefined ? {} : { from: span.from })) {
    if (item.kind === 'entry') {
      if (span.to !== undefined && item.entry.at > span.to) {
        endsInside = true;
        break;
      }
      if (entries === 0) first = item.entry.at;
      last = item.entry.at;
      entries += 1;
      if (entries % FLUSH_EVERY_ENTRIES === 0) {
        await writer.flush();
        onProgress(entries);
      }
    } else if (entries === 0) continue;
    copy(writer, item);
  }
  if (endsInside) writer.gap('cut here: the recording goes on');
  await writer.close();
  if (entries === 0) {
    rmSync(target, { recursive: true, force: true });
    throw new Error(`tape: run ${runId} has no entries in that span`);
  }
  return { folder: target, entries, from: first, to: last, beginsInside: previousLastSeq > 0, endsInside };
};
