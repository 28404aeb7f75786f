import type { BookLevel, BookSnapshot } from './types.ts';

/** One row change as TWS sends it: operation 0 insert, 1 update, 2 delete; side 0 ask, 1 bid; level from 0. */
export interface RowOperation {
  readonly operation: 0 | 1 | 2;
  readonly side: 0 | 1;
  readonly level: number;
  readonly price: number;
  readonly size: number;
  readonly venue: string;
}

const sameRow = (a: BookLevel | undefined, b: BookLevel | undefined): boolean =>
  a !== undefined && b !== undefined && a.price === b.price && a.venue === b.venue;

const has = (rows: readonly BookLevel[], row: BookLevel): boolean => rows.some((other) => sameRow(other, row));

const deletions = (side: 0 | 1, from: readonly BookLevel[], to: readonly BookLevel[], out: RowOperation[]): void => {
  for (let level = from.length - 1; level >= 0; level--) {
    const row = from[level];
    if (row !== undefined && !has(to, row))
      out.push({ operation: 2, side, level, price: 0, size: 0, venue: row.venue });
  }
};

const additions = (side: 0 | 1, from: readonly BookLevel[], to: readonly BookLevel[], out: RowOperation[]): void => {
  const kept = from.filter((row) => has(to, row));
  let taken = 0;
  for (const [level, row] of to.entries()) {
    const current = kept[taken];
    if (current === undefined || !sameRow(current, row)) {
      out.push({ operation: 0, side, level, ...row });
      continue;
    }
    taken++;
    if (current.size !== row.size) out.push({ operation: 1, side, level, ...row });
  }
};

/**
 * The row operations that turn one book into another. Both keep their rows in one order, best price first, no price
 * twice from one venue. Deletions of both sides come first: the book is never crossed or too deep on the way.
 */
export const diffBook = (from: BookSnapshot, to: BookSnapshot): readonly RowOperation[] => {
  const out: RowOperation[] = [];
  deletions(0, from.asks, to.asks, out);
  deletions(1, from.bids, to.bids, out);
  additions(0, from.asks, to.asks, out);
  additions(1, from.bids, to.bids, out);
  return out;
};
