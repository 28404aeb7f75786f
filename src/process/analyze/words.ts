import type { Measured } from '../../engine/core/analytics/measured.ts';
import { figuresIn } from '../../engine/core/analytics/suite/figures.ts';
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
  if (Array.isArray(value)) return value.map(plainWords).join(', ');
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .map(([name, item]) => `${name} ${plainWords(item)}`)
    .join(', ');
};

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

const moduleWords = (module: ModuleView): string => {
  if (module.figures === null) return `${heading(module)}\n  failed: it says nothing any more`;
  const figures = figuresIn(module.figures);
  if (figures.length === 0) return `${heading(module)}\n  ${plainWords(module.figures)}`;
  return `${heading(module)}\n${tableWords(figures.map(({ name, figure }) => [name, ...figureWords(figure)]))}`;
};

export const modulesWords = (modules: readonly ModuleView[]): string => modules.map(moduleWords).join('\n\n');

/** `expired 812, crossed-quote 3`; `none` when nothing was. */
export const countsWords = (counts: Readonly<Record<string, number>>): string => {
  const given = Object.entries(counts).filter(([, times]) => times > 0);
  return given.length === 0 ? 'none' : given.map(([reason, times]) => `${reason} ${numberWords(times)}`).join(', ');
};
