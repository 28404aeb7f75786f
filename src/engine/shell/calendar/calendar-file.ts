import { readFileSync } from 'node:fs';
import type { MarketInput } from '../../core/inputs.ts';
import { calendarCovers } from '../../core/market/calendar.ts';
import type { CalendarOverrides } from '../../core/market/calendar-overrides.ts';
import type { Feed, Sink } from '../../ports/feed.ts';
import type { Log } from '../../ports/log.ts';

export type CalendarFile =
  | { readonly ok: true; readonly overrides: CalendarOverrides; readonly text: string }
  | { readonly ok: false; readonly problems: readonly string[] };

const NAMES = ['closures', 'earlyCloses'] as const;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const problemsOf = (name: string, dates: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(dates).flatMap(([date, reason]) => {
    const problems: string[] = [];
    if (!calendarCovers(date)) problems.push(`${name}: "${date}" is no day of the calendar, expected YYYY-MM-DD`);
    if (typeof reason !== 'string' || reason.trim() === '')
      problems.push(`${name}: "${date}" has no reason, expected words such as "National day of mourning"`);
    return problems;
  });

/** Reads exceptions out of JSON: `{"closures": {"2026-12-09": "reason"}, "earlyCloses": {}}`. Names every problem. */
export const parseCalendarFile = (text: string): CalendarFile => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { ok: false, problems: [`expected JSON: ${error instanceof Error ? error.message : String(error)}`] };
  }
  if (!isRecord(json)) return { ok: false, problems: ['expected an object with "closures" and "earlyCloses"'] };
  const problems = Object.keys(json)
    .filter((name) => !NAMES.some((known) => known === name))
    .map((name) => `"${name}" is unknown, expected "closures" or "earlyCloses"`);
  for (const name of NAMES) {
    const dates = json[name] ?? {};
    if (isRecord(dates)) problems.push(...problemsOf(name, dates));
    else problems.push(`${name}: expected an object of dates with reasons`);
  }
  if (problems.length > 0) return { ok: false, problems };
  const of = (name: (typeof NAMES)[number]): Record<string, string> => ({ ...(json[name] as Record<string, string>) });
  return { ok: true, overrides: { closures: of('closures'), earlyCloses: of('earlyCloses') }, text };
};

export const readCalendarFile = (path: string): CalendarFile => {
  try {
    return parseCalendarFile(readFileSync(path, 'utf8'));
  } catch (error) {
    return { ok: false, problems: [error instanceof Error ? error.message : String(error)] };
  }
};

export interface CalendarWatch {
  stop(): void;
}

/**
 * Looks at the file again and again, and tells what it says when that has changed. A file that cannot be read or taken
 * changes nothing: what was last known stays in force, and the log says why.
 */
export const watchCalendarFile = (
  path: string,
  text: string,
  onChange: (overrides: CalendarOverrides) => void,
  log: Log,
  everyMs = 30_000,
): CalendarWatch => {
  let known = text;
  let told = '';
  const timer = setInterval(() => {
    const read = readCalendarFile(path);
    if (!read.ok) {
      const problems = read.problems.join('; ');
      if (problems !== told) log('error', 'the calendar file cannot be taken; the last one stays', { path, problems });
      told = problems;
      return;
    }
    told = '';
    if (read.text === known) return;
    known = read.text;
    log('warn', 'the calendar has changed', { path });
    onChange(read.overrides);
  }, everyMs);
  return { stop: () => clearInterval(timer) };
};

/** Changes of the file as inputs of the engine. */
export const createCalendarFeed = (path: string, text: string, log: Log, everyMs?: number): Feed => {
  let watch: CalendarWatch | null = null;
  return {
    start: async (sink: Sink<MarketInput>) => {
      watch = watchCalendarFile(path, text, (overrides) => sink({ kind: 'calendar.seen', ...overrides }), log, everyMs);
    },
    watch: () => {},
    unwatch: () => {},
    stop: async () => watch?.stop(),
  };
};
