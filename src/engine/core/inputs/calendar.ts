import type { CalendarOverrides } from '../market/calendar-overrides.ts';

/** The exceptions to the calendar's rules as they are from now on, all of them: they replace those before. */
export interface CalendarSeen extends CalendarOverrides {
  kind: 'calendar.seen';
}
