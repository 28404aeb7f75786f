import { type Instant, instant, type SessionDate } from '../types.ts';
import { previousSession, sessionOn, settlesAm } from './calendar.ts';

const QUARTER_HOUR_MS = 15 * 60_000;

/** Cash-settled index roots: they trade a quarter of an hour past the shares, except what expires that afternoon. */
const INDEX_ROOTS: ReadonlySet<string> = new Set([
  ...['SPX', 'SPXW', 'XSP', 'NDX', 'NDXP', 'RUT', 'RUTW', 'MRUT', 'OEX', 'XEO', 'DJX', 'VIX', 'VIXW'],
]);

/** Funds whose options do so as well, on their last day too. Source: exchanges' list of options trading to 15:15 Central. */
const LATE_FUNDS: ReadonlySet<string> = new Set([
  ...['AUM', 'DBA', 'DBB', 'DBC', 'DBO', 'DBS', 'DIA', 'EEM', 'EFA', 'FXI', 'IWM', 'IWN', 'IWO', 'IWV', 'IYR', 'KBE'],
  ...['KRE', 'LQD', 'MDY', 'MOO', 'OEF', 'QQQ', 'SLX', 'SPY', 'SVXY', 'TLT', 'UNG', 'UUP', 'UVIX', 'UVXY', 'VIXM'],
  ...['VIXY', 'VXX', 'VXZ', 'XHB', 'XLB', 'XLE', 'XLF', 'XLI', 'XLK', 'XLP', 'XLU', 'XLV', 'XLY', 'XME', 'XRT'],
]);

/**
 * When trading in one option ends on `date`: 16:00, or 16:15 for index options and some funds; 13:00 and 13:15 on an early
 * close. What settles by the afternoon's index stops with the shares on its last day; what settles by the opening does
 * not trade on its expiry at all. Null when it does not trade that day. Source: Cboe product specifications.
 */
export const optionTradesUntil = (root: string, expiry: SessionDate, date: SessionDate): Instant | null => {
  const session = sessionOn(date);
  if (session === null) return null;
  const am = settlesAm(root, expiry);
  const lastDay = (sessionOn(expiry) ?? previousSession(expiry)).date;
  if (date > lastDay || (am && date >= lastDay)) return null;
  const expiring = !am && date === lastDay;
  const late = LATE_FUNDS.has(root) || (INDEX_ROOTS.has(root) && !expiring);
  return instant(session.closeAt + (late ? QUARTER_HOUR_MS : 0));
};
