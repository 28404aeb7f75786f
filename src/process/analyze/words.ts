import type { Measured } from '../../engine/core/analytics/measured.ts';
import { figuresIn, isFigure } from '../../engine/core/analytics/suite/figures.ts';
import type { ModuleView } from '../../engine/core/analytics/suite/suite-view.ts';

const isoInNewYork = (ms: number): string => {
  const zoned = Temporal.Instant.fromEpochMilliseconds(Math.floor(ms)).toZonedDateTimeISO('America/New_York');
  return `${zoned.toPlainDate()} ${zoned.toPlainTime().toString({ smallestUnit: 'second' })} ET`;
};
export const momentWords = isoInNewYork;

/** Seven figures, thousands apart, powers of ten where they are many. */
export const numberWords = (value: number): string => {
  if (!Number.isFinite(value)) return 'absent';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e15 || size < 1e-6)) return value.toExponential(6);
  const digits = size >= 1e7 ? 0 : size >= 1000 ? 2 : size >= 1 ? 4 : 7;
  return value.toLocaleString('en-US', { minimumFractionDigits: 0, maximumFractionDigits: digits });
};

const plainWords = (value: unknown): string => {
  if (typeof value === 'number') return numberWords(value);
  if (value === null || value === undefined) return 'absent';
  if (Array.isArray(value)) return value.map(plainWords).join(', ') || 'none';
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .map(([name, item]) => `${name} ${isInstant(name, item) ? isoInNewYork(item) : plainWords(item)}`)
    .join(', ');
};

/** By the house's naming: `at`, `openAt`; and since when a regime holds. */
const isInstant = (name: string, item: unknown): item is number =>
  typeof item === 'number' && (/(^|[a-z])(At|at)$/.test(name) || name === 'since');

const figureWords = (figure: Measured<unknown>): readonly [string, string] =>
  'reason' in figure
    ? [`absent: ${figure.reason}`, figure.basis]
    : [
        plainWords(figure.value),
        `${figure.basis}, as of ${isoInNewYork(figure.asOf)}${figure.confidence < 1 ? `, confidence ${numberWords(figure.confidence)}` : ''}`,
      ];

/** Columns as wide as they need to be; the last one is not padded. */
export const tableWords = (rows: readonly (readonly string[])[], indent = '  '): string => {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  return rows
    .map((row) => indent + row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
};

const heading = (module: ModuleView): string => {
  const heard = module.at === null ? module.state : `${module.state}, heard ${isoInNewYork(module.at)}`;
  return `${module.module} (level ${module.level}, ${module.cadence}; ${heard})`;
};

const cellWords = (value: unknown): string => {
  if (isFigure(value)) return 'reason' in value ? value.reason : plainWords(value.value);
  return plainWords(value);
};

/** Everything in an entry of a list that is no list itself, figures and facts, by its path. */
const cellsOf = (item: object, path: string, cells: Map<string, string>): Map<string, string> => {
  for (const [name, value] of Object.entries(item)) {
    const here = path === '' ? name : `${path}.${name}`;
    if (isInstant(name, value)) cells.set(here, isoInNewYork(value));
    else if (typeof value !== 'object' || value === null || isFigure(value)) cells.set(here, cellWords(value));
    else if (!Array.isArray(value)) cellsOf(value, here, cells);
  }
  return cells;
};

const COLUMNS_AT_ONCE = 7;

/** A list of like things as tables of no more columns than fit on a line; its first column is on each of them. */
const listWords = (name: string, list: readonly object[]): string => {
  const rows = list.map((item) => cellsOf(item, '', new Map()));
  const [first, ...names] = [...new Set(rows.flatMap((cells) => [...cells.keys()]))];
  if (first === undefined) return '';
  const tables: string[] = [];
  for (let from = 0; from < names.length; from += COLUMNS_AT_ONCE) {
    const columns = [first, ...names.slice(from, from + COLUMNS_AT_ONCE)];
    tables.push(tableWords([columns, ...rows.map((cells) => columns.map((column) => cells.get(column) ?? ''))]));
  }
  return `  ${name}\n${tables.join('\n\n')}`;
};

const isListOfObjects = (value: unknown): value is readonly object[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'object' && item !== null);

const listsIn = (value: object, path: string): readonly string[] =>
  Object.entries(value).flatMap(([name, item]) => {
    const here = path === '' ? name : `${path}.${name}`;
    if (isListOfObjects(item)) return [listWords(here, item)];
    return typeof item === 'object' && item !== null && !isFigure(item) && !Array.isArray(item)
      ? listsIn(item, here)
      : [];
  });

/** Facts beside the figures: counts, dates, states. */
const factsIn = (figures: object): readonly string[] => {
  const shown = new Set(figuresIn(figures, false).map(({ name }) => name));
  const facts = [...cellsOf(figures, '', new Map())].filter(([name]) => !shown.has(name));
  return facts.length === 0 ? [] : [tableWords(facts)];
};

const moduleWords = (module: ModuleView): string => {
  const { figures } = module;
  if (figures === null) return `${heading(module)}\n  failed: it says nothing any more`;
  const scalars = figuresIn(figures, false);
  return [
    heading(module),
    ...(scalars.length === 0 ? [] : [tableWords(scalars.map(({ name, figure }) => [name, ...figureWords(figure)]))]),
    ...factsIn(figures),
    ...listsIn(figures, ''),
  ].join('\n');
};

export const modulesWords = (modules: readonly ModuleView[]): string => modules.map(moduleWords).join('\n\n');

/** `expired 812, crossed-quote 3`; `none` when nothing was. */
export const countsWords = (counts: Readonly<Record<string, number>>): string => {
  const given = Object.entries(counts).filter(([, times]) => times > 0);
  return given.length === 0 ? 'none' : given.map(([reason, times]) => `${reason} ${numberWords(times)}`).join(', ');
};
