/** How the vendor writes "nothing". A zero is a figure; these are not. */
const ABSENT: ReadonlySet<string> = new Set(['', '-', '--', '.', 'None', 'none', 'null', 'N/A', 'NaN', 'nan']);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

export type Count = (reason: string) => void;

/** A vendor's figure, or NaN; what is neither a figure nor a known absence is counted. */
export const figure = (value: unknown, count: Count): number => {
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value === 'string') {
    const text = value.trim();
    if (ABSENT.has(text)) return Number.NaN;
    const read = NUMBER.test(text) ? Number(text) : Number.NaN;
    if (Number.isFinite(read)) return read;
  }
  count('unreadable-number');
  return Number.NaN;
};

/** A figure that cannot be below zero. */
export const nonNegative = (value: unknown, count: Count): number => {
  const read = figure(value, count);
  if (!(read < 0)) return read;
  count('negative-value');
  return Number.NaN;
};

export type JsonObject = Readonly<Record<string, unknown>>;
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
