import { sessionOn } from '../../../engine/core/market/calendar.ts';
import type { Instant, SessionDate } from '../../../engine/core/types.ts';
import type { Handler } from '../desk.ts';
import type { Listing } from '../directory.ts';
import { marketRuleOf, priceIncrements } from '../exchange/rules.ts';
import { compactDate, sessionDateOf, twsTimeOfDay } from '../market-clock.ts';
import { ANSWER } from '../wire/codes.ts';
import { readContract } from '../wire/contract.ts';
import { message, since } from '../wire/fields.ts';
import { SINCE } from '../wire/versions.ts';

export const requestContractDetails: Handler = (desk, session, fields) => {
  fields.skip(1);
  const requestId = fields.integer('requestId');
  const spec = readContract(fields);
  const found = desk.directory.find(spec);
  if (found.length === 0) {
    return session.error(requestId, 200, 'No security definition has been found for the request');
  }
  const today = sessionDateOf(desk.market.now());
  for (const listing of found) session.send(contractDetails(session.version, requestId, listing, today));
  session.send(message(ANSWER.contractDataEnd, 1, requestId));
};

/** `20230103:0930-20230103:1600` or `20230102:CLOSED`, in exchange time. */
const tradingHours = (day: SessionDate): string => {
  const date = compactDate(day);
  const session = sessionOn(day);
  if (!session) return `${date}:CLOSED`;
  const clock = (at: Instant) => twsTimeOfDay(at).slice(0, 5).replace(':', '');
  return `${date}:${clock(session.openAt)}-${date}:${clock(session.closeAt)}`;
};

/** contractData of the message's own version 8, by server version. */
const contractDetails = (version: number, requestId: number, listing: Listing, today: SessionDate): string => {
  const { option, instrument } = listing;
  const expiry = option ? compactDate(option.expiry) : '';
  const rule = marketRuleOf(listing);
  const minTick = priceIncrements(rule)?.[0]?.[1] ?? 0.01;
  const hours = tradingHours(today);
  // An index is published by one exchange; SMART routes orders, which it takes none of.
  const isIndex = listing.kind === 'IND';
  const exchange = isIndex ? instrument.primaryExchange : 'SMART';
  const validExchanges = isIndex ? exchange : `SMART,${instrument.primaryExchange}`;
  const underlyingKind = option ? (instrument.kind === 'index' ? 'IND' : 'STK') : '';
  return (
    message(ANSWER.contractData, ...(version < SINCE.sizeRules ? [8] : []), requestId) +
    message(listing.symbol, listing.kind, expiry) +
    since(version, SINCE.lastTradeDate, expiry) +
    message(option?.strike ?? 0, option?.right ?? '', exchange, listing.currency, listing.localSymbol) +
    message(listing.tradingClass, listing.tradingClass, listing.conId, minTick) +
    (version < SINCE.sizeRules ? since(version, SINCE.mdSizeMultiplier, option ? 1 : 100) : '') +
    message(option ? listing.multiplier : '') +
    message('DAY,GTC,LMT,MKT,OCA,STP,STPLMT,TRAIL', validExchanges, 1) +
    message(option ? instrument.conId : 0, instrument.name, option ? '' : instrument.primaryExchange) +
    message(expiry.slice(0, 6), '', '', '', 'US/Eastern', hours, hours, '', 0, 0) +
    since(version, SINCE.aggGroup, 1) +
    since(version, SINCE.underlyingInfo, option ? listing.symbol : '', underlyingKind) +
    since(version, SINCE.marketRules, `${rule},${rule}`) +
    since(version, SINCE.realExpirationDate, expiry) +
    since(version, SINCE.stockType, option ? '' : 'COMMON') +
    (version < SINCE.sizeRules ? since(version, SINCE.fractionalSizeSupport, 1) : message(1, 1, 100)) +
    since(version, SINCE.ineligibilityReasons, 0)
  );
};

/** Where TWS routes options of each kind; SMART stands for all of them. */
const INDEX_OPTION_VENUES = ['SMART', 'CBOE'];
const EQUITY_OPTION_VENUES = ['SMART', 'AMEX', 'BOX', 'CBOE', 'ISE', 'NASDAQOM', 'PHLX', 'PSE'];

/** One answer per exchange and trading class, as TWS groups a chain. */
export const requestOptionParameters: Handler = (desk, session, fields) => {
  const requestId = fields.integer('requestId');
  const symbol = fields.text('underlyingSymbol');
  fields.skip(2);
  const conId = fields.integer('underlyingConId');
  const underlying = conId > 0 ? desk.directory.byConId(conId) : desk.directory.ofSymbol(symbol);
  if (!underlying || underlying.kind === 'OPT') {
    return session.error(requestId, 321, "Error validating request.-'bL' : cause - Invalid contract id");
  }
  const classes = new Map<string, { expiries: Set<string>; strikes: Set<number> }>();
  for (const { option } of desk.directory.optionsOf(underlying.symbol)) {
    if (!option) continue;
    const group = classes.get(option.tradingClass) ?? { expiries: new Set<string>(), strikes: new Set<number>() };
    group.expiries.add(compactDate(option.expiry));
    group.strikes.add(option.strike);
    classes.set(option.tradingClass, group);
  }
  const venues = underlying.kind === 'IND' ? INDEX_OPTION_VENUES : EQUITY_OPTION_VENUES;
  for (const venue of venues) {
    for (const [tradingClass, { expiries, strikes }] of classes) {
      const head = message(ANSWER.optionParameters, requestId, venue, underlying.conId, tradingClass, 100);
      const dates = [...expiries].sort();
      const prices = [...strikes].sort((a, b) => a - b);
      session.send(head + message(dates.length, ...dates, prices.length, ...prices));
    }
  }
  session.send(message(ANSWER.optionParametersEnd, requestId));
};

export const requestMarketRule: Handler = (_desk, session, fields) => {
  const rule = fields.integer('marketRuleId');
  const increments = priceIncrements(rule);
  if (!increments) return session.error(-1, 321, `Error validating request.-'bW' : cause - market rule ${rule}`);
  session.send(message(ANSWER.marketRule, rule, increments.length, ...increments.flat()));
};
