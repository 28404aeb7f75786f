import type { Measured } from '../measured.ts';

/** One figure of a module's view under its path in it: `byExpiry.2026-11-20.gex`. */
export interface NamedFigure {
  readonly name: string;
  readonly figure: Measured<unknown>;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** A figure has a basis and either a value with its time or null with its reason. */
export const isFigure = (value: unknown): value is Measured<unknown> =>
  isObject(value) && 'basis' in value && 'value' in value && ('asOf' in value || 'reason' in value);

/** What tells the entries of a list apart, where they say so themselves. */
const KEYS = ['expiry', 'strike', 'name', 'symbol', 'venue', 'label', 'intervalMinutes', 'levels', 'minutes'] as const;

const keyOf = (item: unknown, index: number): string => {
  if (!isObject(item)) return String(index);
  for (const key of KEYS) {
    const value = item[key];
    if (typeof value === 'string' || typeof value === 'number') return String(value);
  }
  return String(index);
};

const collect = (value: unknown, path: string, lists: boolean, found: NamedFigure[]): void => {
  if (isFigure(value)) {
    found.push({ name: path, figure: value });
    return;
  }
  if (Array.isArray(value)) {
    if (lists) value.forEach((item, i) => void collect(item, `${path}.${keyOf(item, i)}`, lists, found));
    return;
  }
  if (!isObject(value)) return;
  for (const [name, item] of Object.entries(value)) collect(item, path === '' ? name : `${path}.${name}`, lists, found);
};

/** Every figure in a view, in its order. `lists` false leaves out what is in arrays (strikes, expiries, rows). */
export const figuresIn = (view: unknown, lists = true): readonly NamedFigure[] => {
  const found: NamedFigure[] = [];
  collect(view, '', lists, found);
  return found;
};
