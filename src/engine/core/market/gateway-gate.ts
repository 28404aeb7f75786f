import { type Instant, instant } from '../types.ts';

const MINUTE_MS = 60_000;
const SUNDAY = 7;

/** When the broker's gateway goes away by its own timetable. Wall-clock times are `HH:MM`. */
export interface GatewaySchedule {
  /** Daily restart by the clock of the machine the gateway runs on (IB Gateway's own default: 23:45). */
  readonly restartAt: string;
  /** That machine's zone, `America/New_York`. */
  readonly restartZone: string;
  /** Sunday's re-login, by UTC: somebody confirms it by hand, so it takes longer. */
  readonly loginAtUtc: string;
  readonly closedMinutesBefore: number;
  readonly closedMinutesAfterRestart: number;
  readonly closedMinutesAfterLogin: number;
}

export const DEFAULT_GATEWAY_SCHEDULE: GatewaySchedule = Object.freeze({
  restartAt: '23:45',
  restartZone: 'America/New_York',
  loginAtUtc: '12:00',
  closedMinutesBefore: 5,
  closedMinutesAfterRestart: 5,
  closedMinutesAfterLogin: 15,
});

export interface GatewayClosure {
  readonly cause: 'daily-restart' | 'weekly-login';
  readonly from: Instant;
  /** Exclusive, and the earliest: orders also need a complete sync since. */
  readonly until: Instant;
}

/**
 * Both instants that a wall-clock time can mean. They differ where the clock is set back and it comes twice, and where
 * the clock is set forward and it never comes: no telling which of the two the gateway takes.
 */
const instantsOf = (date: Temporal.PlainDate, time: string, zone: string): number[] => {
  const local = date.toPlainDateTime(Temporal.PlainTime.from(time));
  const earlier = local.toZonedDateTime(zone, { disambiguation: 'earlier' }).epochMilliseconds;
  const later = local.toZonedDateTime(zone, { disambiguation: 'later' }).epochMilliseconds;
  return earlier === later ? [earlier] : [earlier, later];
};

const covers = (
  at: Instant,
  goneAt: number,
  cause: GatewayClosure['cause'],
  before: number,
  after: number,
): GatewayClosure | null => {
  const from = goneAt - before * MINUTE_MS;
  const until = goneAt + after * MINUTE_MS;
  return at >= from && at < until ? { cause, from: instant(from), until: instant(until) } : null;
};

/**
 * The stretch around the gateway's restart or re-login that this instant falls into, in which no order may be handed to
 * it: one sent as its socket resets is neither refused nor known. Null while the gate is open. Of two that overlap, the
 * one that ends last.
 */
export const gatewayClosureAt = (at: Instant, schedule: GatewaySchedule): GatewayClosure | null => {
  const { restartAt, restartZone, loginAtUtc, closedMinutesBefore } = schedule;
  const now = Temporal.Instant.fromEpochMilliseconds(Math.floor(at));
  const there = now.toZonedDateTimeISO(restartZone).toPlainDate();
  const utc = now.toZonedDateTimeISO('UTC').toPlainDate();
  let found: GatewayClosure | null = null;
  const consider = (closure: GatewayClosure | null): void => {
    if (closure && (!found || closure.until > found.until)) found = closure;
  };
  // A closure may begin on the day before the restart's, and end on the day after.
  for (const days of [-1, 0, 1]) {
    for (const goneAt of instantsOf(there.add({ days }), restartAt, restartZone))
      consider(covers(at, goneAt, 'daily-restart', closedMinutesBefore, schedule.closedMinutesAfterRestart));
    const day = utc.add({ days });
    if (day.dayOfWeek !== SUNDAY) continue;
    for (const goneAt of instantsOf(day, loginAtUtc, 'UTC'))
      consider(covers(at, goneAt, 'weekly-login', closedMinutesBefore, schedule.closedMinutesAfterLogin));
  }
  return found;
};
