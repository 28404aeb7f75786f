import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TableName, Tables } from './tables.ts';

/** What one transaction wrote; null in place of an object that it removed. */
export interface JournalEntry {
  readonly rows: readonly (readonly [TableName, string, object | null])[];
  readonly counters: Readonly<Record<string, number>>;
}
interface ReadEntry {
  readonly rows: readonly (readonly [TableName, string, Tables[TableName] | null])[];
  readonly counters: Readonly<Record<string, number>>;
}

export interface Journal {
  /** Empty when there is nothing yet. A torn last line, of a write that a crash cut, counts as not written. */
  read(): readonly ReadEntry[];
  append(entry: JournalEntry): void;
  /** Puts one entry in place of all, at once. */
  compact(entry: JournalEntry): void;
}

/** One line of JSON for each transaction, in the file `stripe.jsonl` of the folder. */
export const openJournal = (folder: string): Journal => {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'stripe.jsonl');
  return {
    read: () => {
      if (!existsSync(path)) return [];
      const lines = readFileSync(path, 'utf8').split('\n');
      // What follows the last line end is the torn line, or nothing. Only this program writes the file.
      return lines.slice(0, -1).map((line) => JSON.parse(line) as ReadEntry);
    },
    append: (entry) => appendFileSync(path, `${JSON.stringify(entry)}\n`),
    compact: (entry) => {
      writeFileSync(`${path}.new`, `${JSON.stringify(entry)}\n`);
      renameSync(`${path}.new`, path);
    },
  };
};
