import { dateInNewYork } from '../../engine/core/market/calendar.ts';
import type { Instant, SessionDate } from '../../engine/core/types.ts';
import { SINCE } from './wire/versions.ts';

/** Exchange time of an instant. TWS stamps messages in the instrument's zone since server version 174. */
const ZONE = 'America/New_York';
const ZONE_NAME_AT_TWS = 'US/Eastern';

const zoned = (at: Instant) => Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(ZONE);

export const sessionDateOf: (at: Instant) => SessionDate = dateInNewYork;

/** `20230306 12:28:30 US/Eastern`, as in executions and completed orders. */
export const twsTimestamp = (at: Instant): string => {
  const moment = zoned(at);
  const time = moment.toPlainTime().toString({ smallestUnit: 'second' });
  return `${compactDate(moment.toPlainDate().toString() as SessionDate)} ${time} ${ZONE_NAME_AT_TWS}`;
};

/** The time of executions and bars as a version writes it: before 174 without its zone and two spaces apart. */
export const stampAt = (version: number, at: Instant): string =>
  version >= SINCE.instrumentTimezone
    ? twsTimestamp(at)
    : twsTimestamp(at)
        .slice(0, -1 - ZONE_NAME_AT_TWS.length)
        .replace(' ', '  ');

/** `20230306-17:28:30`, in UTC. */
export const utcStamp = (at: Instant): string =>
  Temporal.Instant.fromEpochMilliseconds(Math.floor(at))
    .toString({ smallestUnit: 'second' })
    .replace('T', '-')
    .replace(/^(\d{4})-(\d\d)-(\d\d)/, '$1$2$3')
    .replace('Z', '');

/** `14:30:00`, as in account updates. */
export const twsTimeOfDay = (at: Instant): string => zoned(at).toPlainTime().toString({ smallestUnit: 'second' });

/** `2022-03-23` → `20220323`. */
export const compactDate = (date: SessionDate): string => date.replaceAll('-', '');

/** The next New York midnight after `at`. */
export const endOfDay = (at: Instant): Instant =>
  zoned(at).toPlainDate().add({ days: 1 }).toZonedDateTime(ZONE).epochMilliseconds as Instant;
