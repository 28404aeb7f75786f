import type { MacroSeen } from '../../../core/inputs.ts';
import { calendarCovers } from '../../../core/market/calendar.ts';
import type { SessionDate } from '../../../core/types.ts';
import { type Refusal, refusal } from '../body.ts';
import { type Count, figure, isObject, type JsonObject } from '../fields.ts';

/** Of series that go back decades, what a reader of today's regime and its revisions needs. */
const NEWEST = 24;

export type ReadMacro =
  | { readonly ok: true; readonly seen: readonly MacroSeen[]; readonly rejected: Readonly<Record<string, number>> }
  | Refusal;

/** An answer of REAL_GDP, CPI or FEDERAL_FUNDS_RATE: its newest observations, oldest first. One that is absent (".") is left out. */
export const readMacro = (body: JsonObject, series: MacroSeen['series']): ReadMacro => {
  const { unit, data } = body;
  if (typeof unit !== 'string' || !Array.isArray(data))
    return refusal('unexpected-shape', 'expected a text under "unit" and an array under "data"');
  if (data.length === 0) return refusal('empty-answer', 'the series holds no observations');
  const rejected: Record<string, number> = {};
  const count: Count = (reason) => {
    rejected[reason] = (rejected[reason] ?? 0) + 1;
  };
  const seen: MacroSeen[] = [];
  for (const item of data) {
    const date = isObject(item) ? item['date'] : null;
    if (!isObject(item) || typeof date !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(date)) count('bad-observation');
    else if (calendarCovers(date)) {
      const value = figure(item['value'], count);
      if (!Number.isNaN(value)) seen.push({ kind: 'macro.seen', series, date: date as SessionDate, value, unit });
    }
  }
  if (seen.length === 0) return refusal('unexpected-shape', `none of ${data.length} observations could be taken`);
  seen.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
  return { ok: true, seen: seen.slice(-NEWEST), rejected };
};
