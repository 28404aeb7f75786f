import { calendarCovers, type Session, sessionOn } from '../../../engine/core/market/calendar.ts';
import { type Instant, instant, type SessionDate } from '../../../engine/core/types.ts';
import {
  type CboeRecording,
  type LobsterRecording,
  type Parsed,
  type Recording,
  refused,
} from '../../recordings/types.ts';

const HALF_AN_HOUR_MS = 30 * 60_000;
/** Wall time before the opening, so that whoever listens is there for the first print. */
const LEAD_IN_WALL_MS = 10_000;

export interface RecordedSession {
  readonly session: Session;
  readonly startAt: Instant;
  readonly lobsters: readonly LobsterRecording[];
  readonly chains: readonly CboeRecording[];
}

const twice = (names: readonly string[]): string | undefined => names.find((name, i) => names.indexOf(name) < i);

const startOf = (session: Session, hasLobster: boolean, chain: CboeRecording | undefined, speed: number): Instant => {
  if (hasLobster || !chain) return instant(session.openAt - LEAD_IN_WALL_MS * speed);
  const within = chain.takenAt < session.closeAt;
  return within ? instant(Math.max(chain.takenAt, session.openAt)) : instant(session.closeAt - HALF_AN_HOUR_MS);
};

/** The one session that the recordings are played in: of the option chain if there is one, else of the messages. */
export const recordedSession = (recordings: readonly Recording[], speed: number): Parsed<RecordedSession> => {
  const lobsters = recordings.filter((recording) => recording.kind === 'lobster');
  const chains = recordings.filter((recording) => recording.kind === 'cboe');
  const ticker = twice(lobsters.map(({ symbol }) => symbol));
  if (ticker) return refused(`Recordings: expected one LOBSTER sample of ${ticker}, found several`);
  const underlying = twice(chains.map((chain) => chain.underlying));
  if (underlying) return refused(`Recordings: expected one option chain of ${underlying}, found several`);
  const dates = new Set<SessionDate>(
    chains.length > 0 ? chains.map((chain) => chain.sessionDate) : lobsters.map((lobster) => lobster.date),
  );
  const [date] = dates;
  if (date === undefined) return refused('Recordings: expected at least one');
  if (dates.size > 1) return refused(`Recordings: expected one session, found ${[...dates].sort().join(', ')}`);
  const session = calendarCovers(date) ? sessionOn(date) : null;
  if (!session) return refused(`Recordings: expected a day on which the exchange was open, found ${date}`);
  return {
    ok: true,
    value: { session, startAt: startOf(session, lobsters.length > 0, chains[0], speed), lobsters, chains },
  };
};
