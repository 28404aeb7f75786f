import { closeSync, openSync, writeSync } from 'node:fs';
import { fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import type { Cell, CellType, Column } from './columns.ts';

/** Rows held before they are written; also the size of a Parquet row group. */
const BATCH_ROWS = 50_000;

export interface TableWriter {
  add(row: unknown): void;
  finish(): Promise<void>;
}

type Batch = (columns: readonly Cell[][]) => void | Promise<void>;

/** Collects cells by column and hands them on in batches. */
const batching = (
  columns: readonly Column<unknown>[],
  write: Batch,
  finish: () => void | Promise<void>,
): TableWriter => {
  let cells: Cell[][] = columns.map(() => []);
  let rows = 0;
  let writing: Promise<void> = Promise.resolve();
  const cut = (): void => {
    if (rows === 0) return;
    const batch = cells;
    cells = columns.map(() => []);
    rows = 0;
    writing = writing.then(() => write(batch));
  };
  return {
    add: (row) => {
      columns.forEach(({ of }, i) => void cells[i]?.push(of(row)));
      rows += 1;
      if (rows >= BATCH_ROWS) cut();
    },
    finish: async () => {
      cut();
      await writing;
      await finish();
    },
  };
};

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const csvCell = (cell: Cell, type: CellType): string => {
  if (cell === null) return '';
  if (typeof cell === 'string') return quoted(cell);
  return type === 'instant' ? new Date(cell).toISOString() : String(cell);
};

/** RFC 4180; an empty field is an absence, instants are ISO 8601 in UTC. */
export const csvWriter = (path: string, columns: readonly Column<unknown>[]): TableWriter => {
  const file = openSync(path, 'wx', 0o640);
  writeSync(file, `${columns.map(({ name }) => name).join(',')}\r\n`);
  return batching(
    columns,
    (cells) => {
      const rows = cells[0]?.length ?? 0;
      let text = '';
      for (let row = 0; row < rows; row += 1)
        text += `${columns.map(({ type }, i) => csvCell(cells[i]?.[row] ?? null, type)).join(',')}\r\n`;
      writeSync(file, text);
    },
    () => closeSync(file),
  );
};

const PARQUET_TYPES = { text: 'STRING', number: 'DOUBLE', whole: 'INT64', instant: 'TIMESTAMP' } as const;

const parquetCell = (cell: Cell, type: CellType): string | number | bigint | Date | null => {
  if (cell === null || typeof cell === 'string') return cell;
  if (type === 'whole') return BigInt(cell);
  return type === 'instant' ? new Date(cell) : cell;
};

/** Parquet, Snappy-compressed, a row group per batch; an absence is a null, instants are milliseconds in UTC. */
export const parquetWriter = (path: string, columns: readonly Column<unknown>[]): TableWriter => {
  closeSync(openSync(path, 'wx', 0o640));
  const described = columns.map(({ name, type }) => ({ name, type: PARQUET_TYPES[type], nullable: true, data: [] }));
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: schemaFromColumnData({ columnData: described }),
  });
  return batching(
    columns,
    (cells) =>
      writer.write({
        columnData: columns.map(({ name, type }, i) => ({
          name,
          data: (cells[i] ?? []).map((cell) => parquetCell(cell, type)),
        })),
        rowGroupSize: BATCH_ROWS,
      }),
    () => writer.finish(),
  );
};
