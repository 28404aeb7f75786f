/**
 * Exceptions that no rule foretells: days of mourning, storms, an early close for the afternoon. By date (`YYYY-MM-DD`),
 * with the reason that operators are shown. Part of a run's parameters and, when they change, an input: a replay sees
 * the calendar that the run saw.
 */
export interface CalendarOverrides {
  readonly closures: Readonly<Record<string, string>>;
  /** Closing at 13:00. */
  readonly earlyCloses: Readonly<Record<string, string>>;
}

export const NO_OVERRIDES: CalendarOverrides = Object.freeze({
  closures: Object.freeze({}),
  earlyCloses: Object.freeze({}),
});
