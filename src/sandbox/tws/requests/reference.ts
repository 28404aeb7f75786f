import type { Handler } from '../desk.ts';
import { ANSWER } from '../wire/codes.ts';
import { message, since, toAscii7 } from '../wire/fields.ts';
import { SINCE } from '../wire/versions.ts';

const MATCHES_MAX = 16;

/** Stocks and indices whose symbol begins with the pattern or whose name holds it. */
export const requestMatchingSymbols: Handler = (desk, session, fields) => {
  const requestId = fields.integer('requestId');
  const pattern = fields.text('pattern').toUpperCase();
  const found = desk.market
    .instruments()
    .filter(({ symbol, name }) => symbol.startsWith(pattern) || name.toUpperCase().includes(pattern))
    .slice(0, MATCHES_MAX);
  const rows = found.map(({ conId, symbol, kind, primaryExchange, hasOptions, name }) => {
    const derivatives = hasOptions ? ['OPT'] : [];
    return (
      message(conId, symbol, kind === 'index' ? 'IND' : 'STK', primaryExchange, 'USD') +
      message(derivatives.length, ...derivatives) +
      since(session.version, SINCE.bondIssuerId, toAscii7(name), '')
    );
  });
  session.send(message(ANSWER.symbolSamples, requestId, found.length) + rows.join(''));
};

/** Venues as a SMART quote abbreviates them. Source: the codes of the consolidated tapes. */
const VENUE_LETTERS: readonly (readonly [venue: string, letter: string])[] = [
  ['AMEX', 'A'],
  ['BEX', 'B'],
  ['NYSENAT', 'C'],
  ['FINRA', 'D'],
  ['EDGEA', 'J'],
  ['DRCTEDGE', 'K'],
  ['NYSE', 'N'],
  ['ARCA', 'P'],
  ['NASDAQ', 'Q'],
  ['IEX', 'V'],
  ['PSX', 'X'],
  ['BYX', 'Y'],
  ['BATS', 'Z'],
];

export const requestSmartComponents: Handler = (_desk, session, fields) => {
  const requestId = fields.integer('requestId');
  const rows = VENUE_LETTERS.flatMap(([venue, letter], bit) => [bit, venue, letter]);
  session.send(message(ANSWER.smartComponents, requestId, VENUE_LETTERS.length, ...rows));
};

/** The news of the sandbox come from its market; there is one provider of them, or none. */
export const requestNewsProviders: Handler = (desk, session) => {
  const providers = desk.market.news ? ['BRFG', 'Briefing.com General Market Columns'] : [];
  session.send(message(ANSWER.newsProviders, providers.length / 2, ...providers));
};

/** Headlines, newest first, with when they were published in UTC. */
export const requestHistoricalNews: Handler = (desk, session, fields) => {
  const requestId = fields.integer('requestId');
  const conId = fields.integer('conId');
  fields.skip(3); // providerCodes, startDateTime, endDateTime
  const count = fields.integer('totalResults');
  const listing = desk.directory.byConId(conId);
  if (!listing) return session.error(requestId, 200, 'No security definition has been found for the request');
  const news = desk.market.news?.(listing.symbol, count + 1) ?? [];
  for (const { publishedAt, title } of news.slice(0, count)) {
    const time = Temporal.Instant.fromEpochMilliseconds(publishedAt).toString({ smallestUnit: 'millisecond' });
    const stamp = time.replace('T', ' ').replace('Z', '').replace(/0$/, '').replace(/00$/, '');
    session.send(message(ANSWER.historicalNews, requestId, stamp, 'BRFG', `BRFG$${publishedAt}`, toAscii7(title)));
  }
  session.send(message(ANSWER.historicalNewsEnd, requestId, news.length > count));
};

export const requestFamilyCodes: Handler = (desk, session) => {
  session.send(message(ANSWER.familyCodes, 1, desk.rules.account, ''));
};

export const requestUserInfo: Handler = (_desk, session, fields) => {
  session.send(message(ANSWER.userInfo, fields.integer('requestId'), ''));
};

export const requestSoftDollarTiers: Handler = (_desk, session, fields) => {
  session.send(message(ANSWER.softDollarTiers, fields.integer('requestId'), 0));
};

export const requestDisplayGroups: Handler = (_desk, session, fields) => {
  fields.skip(1);
  session.send(message(ANSWER.displayGroupList, 1, fields.integer('requestId'), ''));
};

export const subscribeToGroupEvents: Handler = (_desk, session, fields) => {
  fields.skip(1);
  session.send(message(ANSWER.displayGroupUpdated, 1, fields.integer('requestId'), 'none'));
};

export const requestScannerParameters: Handler = (_desk, session) => {
  session.send(
    message(ANSWER.scannerParameters, 1, '<?xml version="1.0" encoding="UTF-8"?>\n<ScanParameterResponse/>'),
  );
};

/** There is nothing to scan: no rows, and the note that TWS sends with them. */
export const requestScanner: Handler = (_desk, session, fields) => {
  if (session.version < SCANNER_WITHOUT_VERSION) fields.skip(1);
  const requestId = fields.integer('requestId');
  session.send(message(ANSWER.scannerData, 3, requestId, 0));
  session.error(requestId, 165, 'Historical Market Data Service query message:no items retrieved');
};

/** `MIN_SERVER_VER_SCANNER_GENERIC_OPTS`. */
const SCANNER_WITHOUT_VERSION = 143;

/** A service this gateway has no subscription for: refused under the request's id, which stands behind `skip` fields. */
export const refused =
  (skip: number, code: number, text: string): Handler =>
  (_desk, session, fields) => {
    fields.skip(skip);
    session.error(fields.integer('requestId'), code, text);
  };
