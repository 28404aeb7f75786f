const NEWLINE = 10;
const RETURN = 13;
const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;

export interface TableShape {
  /** Columns that every row must have. */
  readonly columns: readonly string[];
  /** Further columns are skipped instead of refused. */
  readonly allowMore: boolean;
}

const textUntilComma = (bytes: Uint8Array, from: number): string => {
  let end = from;
  while (end < bytes.length && end < from + 24 && bytes[end] !== COMMA && bytes[end] !== NEWLINE) end++;
  return new TextDecoder().decode(bytes.subarray(from, end)).trim();
};

const countColumns = (bytes: Uint8Array, lineStart: number): number => {
  let count = 1;
  for (let at = lineStart; at < bytes.length && bytes[at] !== NEWLINE; at++) if (bytes[at] === COMMA) count++;
  return count;
};

/**
 * Reads a CSV of plain decimal numbers without a header. `takeRow` gets a reused array and may refuse the row with
 * what was expected. Returns the problem, naming line and column, or null.
 */
export const readNumberTable = (
  bytes: Uint8Array,
  label: string,
  shape: TableShape,
  takeRow: (values: Float64Array, row: number) => string | null,
): string | null => {
  const width = shape.columns.length;
  const values = new Float64Array(width);
  let at = 0;
  let row = 0;
  while (at < bytes.length) {
    const lineStart = at;
    const where = (): string => `${label}, line ${row + 1}`;
    for (let column = 0; column < width; column++) {
      const start = at;
      const negative = bytes[at] === MINUS;
      if (negative) at++;
      let value = 0;
      let digits = 0;
      let scale = 0;
      for (; at < bytes.length; at++) {
        const digit = (bytes[at] ?? 0) - ZERO;
        if (digit >= 0 && digit <= 9) {
          value = value * 10 + digit;
          digits++;
          if (scale > 0) scale *= 10;
        } else if (bytes[at] === DOT && scale === 0) scale = 1;
        else break;
      }
      if (bytes[at] === RETURN) at++;
      const ends = at >= bytes.length || bytes[at] === NEWLINE;
      if (digits === 0 || (!ends && bytes[at] !== COMMA))
        return `${where()}, column ${column + 1} (${shape.columns[column]}): expected a number, found "${textUntilComma(bytes, start)}"`;
      values[column] = (negative ? -value : value) / Math.max(scale, 1);
      if (ends && column < width - 1)
        return `${where()}: expected ${width} columns, found ${countColumns(bytes, lineStart)}`;
      at++;
    }
    if (bytes[at - 1] === COMMA) {
      if (!shape.allowMore) return `${where()}: expected ${width} columns, found ${countColumns(bytes, lineStart)}`;
      while (at < bytes.length && bytes[at] !== NEWLINE) at++;
      at++;
    }
    const problem = takeRow(values, row);
    if (problem !== null) return `${where()}, ${problem}`;
    row++;
  }
  return row === 0 ? `${label}: expected rows, found an empty file` : null;
};

export const countLines = (bytes: Uint8Array): number => {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return bytes.length > 0 && bytes[bytes.length - 1] !== NEWLINE ? count + 1 : count;
};
