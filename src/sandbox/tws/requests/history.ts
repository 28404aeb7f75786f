import { nextSession, sessionOn } from '../../../engine/core/market/calendar.ts';
import { instant, type SessionDate } from '../../../engine/core/types.ts';
import type { Desk, Handler } from '../desk.ts';
import { historyMessages } from '../history/message.ts';
import {
  barSecondsOf,
  barShapeOf,
  endOf,
  type HistoryQuery,
  INTRADAY_SESSIONS_MAX,
  spanOf,
  WHAT_TO_SHOW,
} from '../history/query.ts';
import { PAST_SESSIONS, readBars } from '../history/read-bars.ts';
import { compactDate, sessionDateOf, utcStamp } from '../market-clock.ts';
import type { Session } from '../session.ts';
import { ANSWER } from '../wire/codes.ts';
import { type ContractSpec, readContract } from '../wire/contract.ts';
import { type FieldReader, MalformedRequest, message } from '../wire/fields.ts';
import { SINCE } from '../wire/versions.ts';
import { resolveOne } from './resolve.ts';

const SERVICE = 'Historical Market Data Service error message:';

interface HistoryRequest {
  readonly requestId: number;
  readonly contract: ContractSpec;
  readonly endText: string;
  readonly barSize: string;
  readonly duration: string;
  readonly regularHoursOnly: boolean;
  readonly what: string;
  readonly epochSeconds: boolean;
  readonly keepUpToDate: boolean;
}

const readRequest = (fields: FieldReader): HistoryRequest => {
  if (!fields.since(SINCE.syntheticRealTimeBars)) fields.skip(1); // version
  const requestId = fields.integer('requestId');
  const contract = readContract(fields);
  if (contract.secType === 'BAG') throw new MalformedRequest('combinations have no history here');
  fields.skip(1); // includeExpired
  const endText = fields.text('endDateTime');
  const barSize = fields.text('barSizeSetting');
  const duration = fields.text('durationStr');
  const regularHoursOnly = fields.boolean('useRTH');
  const what = fields.text('whatToShow').toUpperCase();
  const epochSeconds = fields.integer('formatDate') === 2;
  const keepUpToDate = fields.since(SINCE.syntheticRealTimeBars) && fields.boolean('keepUpToDate');
  return { requestId, contract, endText, barSize, duration, regularHoursOnly, what, epochSeconds, keepUpToDate };
};

export const requestHistory: Handler = (desk, session, fields) => {
  const request = readRequest(fields);
  const { requestId } = request;
  const listing = resolveOne(desk, session, requestId, request.contract);
  if (!listing) return;
  if (request.what === 'SCHEDULE' && session.version >= SINCE.historicalSchedule) {
    return sendSchedule(desk, session, requestId, request);
  }
  const now = desk.market.now();
  const barSeconds = barSecondsOf(request.barSize);
  const span = barSeconds === null ? null : spanOf(request.duration, barSeconds);
  const endAt = endOf(request.endText, now);
  const what = WHAT_TO_SHOW.find((name) => name === request.what);
  const invalid = (field: string, text: string) =>
    session.error(requestId, 321, `Error validating request.-'bZ' : cause - Incorrect ${field}: ${text}`);
  if (barSeconds === null) return invalid('bar size', request.barSize);
  if (!span) return invalid('duration', request.duration);
  if (endAt === null) return invalid('end date time', request.endText);
  if (!what) return invalid('what to show', request.what);
  const contractAndType = `${listing.conId} ${request.contract.exchange} ${what}`;
  const rest = `${request.endText} ${request.barSize} ${request.duration} ${request.regularHoursOnly}`;
  if (!desk.pacing.allows(now, contractAndType, rest, barSeconds, desk.faults.strictPacing)) {
    return session.error(requestId, 162, `${SERVICE}Historical data request pacing violation`);
  }
  if (desk.history.has(session, requestId)) return session.error(requestId, 322, 'Duplicate ticker id');
  if (barSeconds < 86_400 && (span.sessions ?? 0) > INTRADAY_SESSIONS_MAX) {
    return session.error(requestId, 162, `${SERVICE}Time length exceed max.`);
  }
  const query: HistoryQuery = { listing, what, ...barShapeOf(barSeconds), ...span, endAt };
  const bars = barSeconds < 60 ? [] : readBars(desk.market, query);
  if (bars.length === 0) {
    return session.error(
      requestId,
      162,
      `${SERVICE}HMDS query returned no data: ${listing.localSymbol}@${request.contract.exchange} ${what}`,
    );
  }
  const from = bars[0]?.at ?? instant(sessionOn(bars[0]?.date ?? sessionDateOf(now))?.openAt ?? now);
  const answer = {
    requestId,
    bars,
    from,
    to: endAt,
    epochSeconds: request.epochSeconds,
    inLots: listing.kind === 'STK',
  };
  for (const text of historyMessages(session.version, answer)) session.send(text);
  if (request.keepUpToDate) desk.history.keep(session, requestId, query, request.epochSeconds);
};

export const cancelHistory: Handler = (desk, session, fields) => {
  fields.skip(1);
  desk.history.cancel(session, fields.integer('requestId'));
};

/** Sessions of the asked days in exchange time. */
const sendSchedule = (desk: Desk, session: Session, requestId: number, request: HistoryRequest): void => {
  const span = spanOf(request.duration, 60);
  const endAt = endOf(request.endText, desk.market.now());
  if (!span?.sessions || endAt === null) {
    const text = `Error validating request.-'bZ' : cause - Incorrect duration: ${request.duration}`;
    session.error(requestId, 321, text);
    return;
  }
  const days = lastSessions(sessionDateOf(endAt), span.sessions);
  const clock = (date: SessionDate, edge: 'openAt' | 'closeAt') => {
    const at = sessionOn(date)?.[edge] ?? null;
    const time = at === null ? '' : Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(ZONE).toPlainTime();
    return `${compactDate(date)}-${String(time)}`;
  };
  const rows = days.flatMap((date) => [clock(date, 'openAt'), clock(date, 'closeAt'), compactDate(date)]);
  const [first, last] = [days[0], days.at(-1)];
  const ends = first && last ? [clock(first, 'openAt'), clock(last, 'closeAt')] : ['', ''];
  session.send(message(ANSWER.historicalSchedule, requestId, ...ends, 'US/Eastern', days.length, ...rows));
};

const ZONE = 'America/New_York';

/** The last `count` session dates up to `until`, oldest first. */
const lastSessions = (until: SessionDate, count: number): SessionDate[] => {
  // Two calendar days per session are more than enough, long weekends included.
  const start = Temporal.PlainDate.from(until).subtract({ days: 2 * count + 7 });
  const dates: SessionDate[] = [];
  for (
    let session = nextSession(start.toString() as SessionDate);
    session.date <= until;
    session = nextSession(session.date)
  ) {
    dates.push(session.date);
  }
  return dates.slice(-count);
};

/** The first moment there is anything of a contract, a year back at most. */
export const requestHeadTimestamp: Handler = (desk, session, fields) => {
  const requestId = fields.integer('requestId');
  const contract = readContract(fields);
  fields.skip(3); // includeExpired, useRTH, whatToShow
  const epochSeconds = fields.integer('formatDate') === 2;
  const listing = resolveOne(desk, session, requestId, contract);
  if (!listing) return;
  const { market } = desk;
  const oldest = listing.option ? undefined : market.dailyBars?.(listing.symbol, PAST_SESSIONS)[0];
  const first = listing.option ? undefined : market.minuteBars(listing.symbol, 390)[0];
  const at = (oldest && sessionOn(oldest.date)?.openAt) ?? first?.openAt ?? null;
  if (at === null) {
    return session.error(requestId, 162, `${SERVICE}No head time stamp for ${listing.localSymbol}`);
  }
  session.send(message(ANSWER.headTimestamp, requestId, epochSeconds ? Math.floor(at / 1000) : utcStamp(at)));
};

/** Shares traded today per price of the minutes' closes. */
export const requestHistogram: Handler = (desk, session, fields) => {
  const requestId = fields.integer('requestId');
  const listing = resolveOne(desk, session, requestId, readContract(fields));
  if (!listing) return;
  const sizes = new Map<number, number>();
  for (const { close, volume } of listing.option ? [] : desk.market.minuteBars(listing.symbol, 390)) {
    sizes.set(close, (sizes.get(close) ?? 0) + volume);
  }
  const rows = [...sizes].sort(([a], [b]) => a - b).flat();
  session.send(message(ANSWER.histogram, requestId, sizes.size, ...rows));
};
