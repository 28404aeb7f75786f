import { existsSync, rmSync } from 'node:fs';
import type { TapeSpan } from '../../engine/ports/tape.ts';
import { createTapeReader } from '../../engine/shell/tape/tape-reader.ts';
import { type ExportKind, exportTable } from './columns.ts';
import { csvWriter, parquetWriter } from './write-table.ts';

export interface TapeExport {
  readonly path: string;
  readonly rows: number;
  readonly gaps: number;
}

const BREATHE_EVERY = 50_000;

/** Writes one kind of entry of a run as a table. The file must not exist; nothing is left where there are no rows. */
export const exportTape = async (
  from: { readonly folder: string; readonly runId: string },
  wish: {
    readonly kind: ExportKind;
    readonly format: 'csv' | 'parquet';
    readonly symbol: string | null;
    readonly span: TapeSpan;
    readonly path: string;
  },
  onProgress: (entries: number) => void = () => {},
): Promise<TapeExport> => {
  if (existsSync(wish.path)) throw new Error(`tape export: ${wish.path} exists already`);
  const table = exportTable(wish.kind);
  const writer = (wish.format === 'csv' ? csvWriter : parquetWriter)(wish.path, table.columns);
  let [rows, gaps, entries] = [0, 0, 0];
  for (const item of createTapeReader({ folder: from.folder }).items(from.runId, wish.span)) {
    if (item.kind === 'gap') gaps += 1;
    if (item.kind !== 'entry') continue;
    entries += 1;
    if (entries % BREATHE_EVERY === 0) {
      onProgress(entries);
      await Bun.sleep(0);
    }
    for (const row of table.rows(item.entry)) {
      if (wish.symbol !== null && table.symbol(row) !== wish.symbol) continue;
      writer.add(row);
      rows += 1;
    }
  }
  await writer.finish();
  if (rows > 0) return { path: wish.path, rows, gaps };
  rmSync(wish.path, { force: true });
  const of = wish.symbol === null ? '' : ` of ${wish.symbol}`;
  throw new Error(`tape export: run ${from.runId} holds no ${wish.kind}${of} in that span`);
};
