import type { CalendarSeen } from '../inputs/calendar.ts';
import { useCalendar } from '../market/calendar.ts';
import type { State } from '../state.ts';

/** From the next look at the clock on, sessions are what these exceptions make of them. */
export const foldCalendar = (state: State, { closures, earlyCloses }: CalendarSeen): void => {
  state.calendar = { closures: { ...closures }, earlyCloses: { ...earlyCloses } };
  useCalendar(state.calendar);
};
