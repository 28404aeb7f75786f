import { type Instant, instant } from '../../../core/types.ts';

const FORM = /^(\d{4})(\d{2})(\d{2})(?:-|\s+)(\d{2}):(\d{2}):(\d{2})(?:\s+(\S+))?$/;
const ZONES: Readonly<Record<string, string>> = { 'US/Eastern': 'America/New_York', 'US/Central': 'America/Chicago' };

/**
 * TWS writes `yyyymmdd hh:mm:ss zone`, `yyyymmdd-hh:mm:ss` (UTC), or `yyyymmdd  hh:mm:ss` in the zone of the
 * machine it runs on, which we are told. Null when it is none of them.
 */
export const parseExecutionTime = (text: string, localZone: string): Instant | null => {
  const match = FORM.exec(text.trim());
  if (!match) return null;
  const [, year, month, day, hour, minute, second, named] = match;
  const zone = named ? (ZONES[named] ?? named) : /^\d{8}-/.test(text.trim()) ? 'UTC' : localZone;
  try {
    const local = Temporal.PlainDateTime.from(`${year}-${month}-${day}T${hour}:${minute}:${second}`);
    return instant(local.toZonedDateTime(zone).epochMilliseconds);
  } catch {
    return null;
  }
};
