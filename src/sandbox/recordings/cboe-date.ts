import { newYorkInstant } from '../../engine/core/market/calendar.ts';
import { type Instant, instant, type SessionDate } from '../../engine/core/types.ts';
import { monthNamedIn } from './month-names.ts';

const two = (value: number): string => String(value).padStart(2, '0');

/** Zones that the page names; without one it is New York's time. Hours from UTC. */
const ZONE_HOURS: Readonly<Record<string, number>> = { EST: -5, EDT: -4, CST: -6, CDT: -5, PST: -8, PDT: -7 };

interface DayFound {
  readonly date: SessionDate;
  /** The text without the date's numbers. */
  readonly rest: string;
}

const validDate = (year: number, month: number, day: number): SessionDate | null => {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
    ? (`${year}-${two(month)}-${two(day)}` as SessionDate)
    : null;
};

/** `2022-03-23`, `2022年3月23日`; else a named month with a day and a year; else numbers that can only be read one way. */
const findDay = (text: string): DayFound | null => {
  const yearFirst = /(\d{4})\s*[-/.年년]\s*(\d{1,2})\s*[-/.月월]\s*(\d{1,2})[日일]?/.exec(text);
  if (yearFirst) {
    const date = validDate(Number(yearFirst[1]), Number(yearFirst[2]), Number(yearFirst[3]));
    return date && { date, rest: text.replace(yearFirst[0], ' ') };
  }
  const numeric = /\b(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})\b/.exec(text);
  if (numeric) {
    const [first, second] = [Number(numeric[1]), Number(numeric[2])];
    // Day or month first? Only a number above twelve tells.
    if (first <= 12 && second <= 12 && first !== second) return null;
    const date =
      first > 12 ? validDate(Number(numeric[3]), second, first) : validDate(Number(numeric[3]), first, second);
    return date && { date, rest: text.replace(numeric[0], ' ') };
  }
  const month = monthNamedIn(text);
  const year = /\b(\d{4})\b(?!:)/.exec(text);
  if (month === null || !year) return null;
  const withoutTime = text.replaceAll(/\d{1,2}[:.h]\d{2}([:.]\d{2})?/g, ' ').replace(/(GMT|UTC).*$/i, ' ');
  const day = /(?<![\d])(\d{1,2})(?!\d)/.exec(withoutTime.replace(year[0], ' '));
  const date = day ? validDate(Number(year[1]), month, Number(day[1])) : null;
  return date && { date, rest: text.replace(year[0], ' ') };
};

const offsetHours = (text: string): number | null => {
  const numbered = /(?:GMT|UTC)\s*([+\-−])\s*(\d{1,2}):?(\d{2})?/i.exec(text);
  if (numbered) {
    const hours = Number(numbered[2]) + Number(numbered[3] ?? 0) / 60;
    return numbered[1] === '+' ? hours : -hours;
  }
  const named = /\b([ECP][SD]T)\b/.exec(text);
  if (named) return ZONE_HOURS[named[1] ?? ''] ?? null;
  return /\b(GMT|UTC)\b/.test(text) ? 0 : null;
};

/** Words after the time that name no zone, in languages whose `at` or `o'clock` follows it; New York's own names among them. */
const NO_ZONE = /\b(a\.?\s?m|p\.?\s?m|uhr|h|et|eastern(\s+time)?)\b\.?/gi;

/** A zone that is named and not known may be any. */
const namesUnknownZone = (afterTime: string): boolean => /\p{L}{2,}/u.test(afterTime.replaceAll(NO_ZONE, ' '));

const twentyFourHours = (hour: number, text: string): number => {
  if (/\bp\.?\s?m\b|오후|午後|下午/i.test(text)) return hour === 12 ? 12 : hour + 12;
  if (/\ba\.?\s?m\b|오전|午前|上午/i.test(text)) return hour === 12 ? 0 : hour;
  return hour;
};

/**
 * When an export was made, from its date line in whatever language the browser had: `September 14, 2023 at 4:31 PM
 * EDT`, `23 de marzo de 2022, 10:11 GMT-4`, `Thu Sep 14 2023 16:31:00 GMT-0400 (…)`. Null when it cannot be told.
 */
export const parseExportTime = (text: string): Instant | null => {
  const day = findDay(text);
  if (!day) return null;
  const time = /(\d{1,2})\s*[:h]\s*(\d{2})(?::(\d{2}))?/.exec(day.rest);
  if (!time) return null;
  const hour = twentyFourHours(Number(time[1]), day.rest);
  const [minute, second] = [Number(time[2]), Number(time[3] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return null;
  const clock = `${two(hour)}:${two(minute)}:${two(second)}`;
  const hours = offsetHours(day.rest);
  if (hours === null) {
    const afterTime = day.rest.slice(time.index + time[0].length);
    return namesUnknownZone(afterTime) ? null : newYorkInstant(day.date, clock);
  }
  return instant(Date.parse(`${day.date}T${clock}Z`) - hours * 3_600_000);
};

/** An expiration as the table writes it: `Wed Mar 23 2022`, `2022-03-23`. */
export const parseExpiration = (text: string): SessionDate | null => findDay(text)?.date ?? null;
