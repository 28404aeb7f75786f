import type { Handler } from '../desk.ts';
import { endOf } from '../history/query.ts';
import { ANSWER } from '../wire/codes.ts';
import { readContract } from '../wire/contract.ts';
import { message } from '../wire/fields.ts';
import { resolveOne } from './resolve.ts';

const TICKS_MAX = 1_000;

/** Trades, quotes or midpoints since the server heard of them: from a start on, or up to an end. */
export const requestHistoricalTicks: Handler = (desk, session, fields) => {
  const requestId = fields.integer('requestId');
  const contract = readContract(fields);
  fields.skip(1); // includeExpired
  const [startText, endText] = [fields.text('startDateTime'), fields.text('endDateTime')];
  const count = fields.integer('numberOfTicks');
  const what = fields.text('whatToShow').toUpperCase();
  const listing = resolveOne(desk, session, requestId, contract);
  if (!listing) return;
  const now = desk.market.now();
  const from = startText === '' ? null : endOf(startText, now);
  const to = endText === '' ? null : endOf(endText, now);
  const invalid = (cause: string) => session.error(requestId, 321, `Error validating request.-'cb' : cause - ${cause}`);
  if ((startText === '') === (endText === '')) return invalid('Please specify either start or end time');
  if (from === null && to === null) return invalid(`Incorrect date time: ${startText}${endText}`);
  if (count < 1 || count > TICKS_MAX) return invalid(`Number of ticks must be 1 to ${TICKS_MAX}`);
  const seconds = (at: number): number => Math.floor(at / 1000);
  const chosen = <T extends { readonly at: number }>(ticks: readonly T[]): readonly T[] => {
    const within = listing.option ? [] : ticks.filter(({ at }) => (from === null ? at <= (to ?? 0) : at >= from));
    if (from === null) return within.slice(-count);
    // A second is never cut in two.
    const last = within[count - 1];
    const whole = within.findIndex(({ at }, i) => i >= count && last !== undefined && seconds(at) !== seconds(last.at));
    return whole < 0 ? within : within.slice(0, whole);
  };
  const send = (answer: number, rows: readonly string[]) =>
    session.send(message(answer, requestId, rows.length) + rows.join('') + message(1));
  switch (what) {
    case 'TRADES':
      return send(
        ANSWER.historicalTicksLast,
        chosen(desk.tickLog.trades(listing.symbol)).map(({ at, price, size, venue }) =>
          message(seconds(at), 0, price, size, venue, ''),
        ),
      );
    case 'BID_ASK':
      return send(
        ANSWER.historicalTicksBidAsk,
        chosen(desk.tickLog.quotes(listing.symbol)).map(({ at, bid, ask, bidSize, askSize }) =>
          message(seconds(at), 0, bid, ask, bidSize, askSize),
        ),
      );
    case 'MIDPOINT':
      return send(
        ANSWER.historicalTicks,
        chosen(desk.tickLog.quotes(listing.symbol)).map(({ at, bid, ask }) =>
          message(seconds(at), 0, (bid + ask) / 2, 0),
        ),
      );
    default:
      return invalid(`Incorrect what to show: ${what}`);
  }
};
