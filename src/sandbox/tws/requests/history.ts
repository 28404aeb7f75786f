import type { Instant } from '../../../engine/core/types.ts';
import type { Handler } from '../desk.ts';
import { twsTimestamp } from '../market-clock.ts';
import { ANSWER } from '../wire/codes.ts';
import { readContract } from '../wire/contract.ts';
import { message } from '../wire/fields.ts';
import { resolveOne } from './resolve.ts';

const SESSION_MINUTES = 390;
const MINUTES_PER_UNIT: Readonly<Record<string, number>> = {
  S: 1 / 60,
  D: SESSION_MINUTES,
  W: 5 * SESSION_MINUTES,
  M: 21 * SESSION_MINUTES,
};

/** One-minute TRADES bars up to now; other sizes are refused as TWS refuses what its data service lacks. */
export const requestHistory: Handler = (desk, session, fields) => {
  const requestId = fields.integer('requestId');
  const contract = readContract(fields);
  fields.skip(2); // includeExpired, endDateTime
  const barSize = fields.text('barSizeSetting');
  const duration = /^(\d+) ([SDWM])$/.exec(fields.text('durationStr'));
  fields.skip(2); // useRTH, whatToShow
  const epochSeconds = fields.integer('formatDate') === 2;
  const listing = resolveOne(desk, session, requestId, contract);
  if (!listing) return;
  if (barSize !== '1 min' || !duration || listing.kind === 'OPT') {
    const what = barSize !== '1 min' ? `bar size '${barSize}'` : !duration ? 'duration' : 'security type OPT';
    const text = `Historical Market Data Service error message:No historical market data for ${listing.symbol}: ${what}`;
    return session.error(requestId, 162, text);
  }
  const count = Math.max(1, Math.ceil(Number(duration[1]) * (MINUTES_PER_UNIT[duration[2] ?? 'S'] ?? 1)));
  const bars = desk.market.minuteBars(listing.symbol, count);
  const stamp = (at: Instant) => (epochSeconds ? Math.floor(at / 1000) : twsTimestamp(at));
  const now = desk.market.now();
  const rows = bars.flatMap((bar) => {
    const average = Math.round(((bar.high + bar.low + bar.close) / 3) * 1e4) / 1e4;
    return [
      stamp(bar.openAt),
      bar.open,
      bar.high,
      bar.low,
      bar.close,
      bar.volume,
      average,
      Math.ceil(bar.volume / 100),
    ];
  });
  const from = twsTimestamp(bars[0]?.openAt ?? now);
  session.send(message(ANSWER.historicalData, requestId, from, twsTimestamp(now), bars.length, ...rows));
};
