import {
  dateInNewYork,
  nextSession,
  previousSession,
  type Session,
  sessionOn,
} from '../../engine/core/market/calendar.ts';
import { type Instant, instant, type SessionDate } from '../../engine/core/types.ts';

/** Market time shown after each close, so that the close and its report can be seen. */
export const AFTER_CLOSE_MS = 15 * 60_000;
/** The calendar ends with 2035; whoever gets there at 600 times speed sees time stand still. */
const LAST_DATE = '2035-12-28';

/** Everything that market time depends on. Plain JSON, so that other threads can tell the same time. */
export interface SessionClockAnchor {
  readonly wallMs: number;
  readonly marketMs: number;
  /** Market milliseconds per wall millisecond. */
  readonly speed: number;
  /** Market time stops here (a recording); null: nights are skipped, session after session. */
  readonly endsAtMs: number | null;
}

/** A stretch of market time that runs without a jump. */
interface Segment {
  readonly wallMs: number;
  readonly marketMs: number;
  readonly endMs: number;
  readonly session: Session | null;
}

/** The session that is shown at this time: the one running or just closed, else the next. */
export const nextSessionToShow = (at: Instant): Session => {
  const session = sessionOn(dateInNewYork(at));
  return session !== null && at < session.closeAt + AFTER_CLOSE_MS ? session : nextSession(dateInNewYork(at));
};

const firstSegment = (anchor: SessionClockAnchor): Segment => {
  const { wallMs, marketMs, endsAtMs } = anchor;
  if (endsAtMs !== null) return { wallMs, marketMs, endMs: endsAtMs, session: null };
  const session = nextSessionToShow(instant(marketMs));
  return { wallMs, marketMs: Math.max(marketMs, session.openAt), endMs: session.closeAt + AFTER_CLOSE_MS, session };
};

const segmentAfter = (segment: Segment, speed: number): Segment | null => {
  if (segment.session === null || segment.session.date >= LAST_DATE) return null;
  const session = nextSession(segment.session.date);
  const wallMs = segment.wallMs + (segment.endMs - segment.marketMs) / speed;
  return { wallMs, marketMs: session.openAt, endMs: session.closeAt + AFTER_CLOSE_MS, session };
};

const segments = new WeakMap<SessionClockAnchor, Segment>();

/** Market time at a wall time: a pure function of both. Never before the anchor; constant time within a session. */
export const marketTimeOf = (anchor: SessionClockAnchor, wallMs: number): Instant => {
  let segment = segments.get(anchor);
  if (segment === undefined || wallMs < segment.wallMs) segment = firstSegment(anchor);
  let market = segment.marketMs + Math.max(0, wallMs - segment.wallMs) * anchor.speed;
  while (market >= segment.endMs) {
    const next = segmentAfter(segment, anchor.speed);
    if (next === null) {
      market = segment.endMs;
      break;
    }
    segment = next;
    market = segment.marketMs + Math.max(0, wallMs - segment.wallMs) * anchor.speed;
  }
  segments.set(anchor, segment);
  return instant(Math.floor(market));
};

export interface SessionClock {
  readonly anchor: SessionClockAnchor;
  now(): Instant;
}

export interface SessionClockOptions {
  readonly speed: number;
  readonly startAt: Instant;
  readonly wallNow: () => number;
  /** Where a recording ends; left out, the clock goes from session to session. */
  readonly endsAt?: Instant;
}

/** A clock that runs `speed` times as fast as the wall's and is open whenever somebody looks. Never goes back. */
export const createSessionClock = (options: SessionClockOptions): SessionClock => {
  const anchor: SessionClockAnchor = Object.freeze({
    wallMs: options.wallNow(),
    marketMs: options.startAt,
    speed: options.speed,
    endsAtMs: options.endsAt ?? null,
  });
  let latestWallMs = anchor.wallMs;
  return {
    anchor,
    now() {
      latestWallMs = Math.max(latestWallMs, options.wallNow());
      return marketTimeOf(anchor, latestWallMs);
    },
  };
};

/** The latest session on or before a day. */
export const sessionOnOrBefore = (date: SessionDate): Session => sessionOn(date) ?? previousSession(date);
