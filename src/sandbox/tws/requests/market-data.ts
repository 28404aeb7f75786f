import type { Handler } from '../desk.ts';
import { COMPETING } from '../faults.ts';
import { BAR_SOURCES } from '../feeds/bars.ts';
import { readGenericTicks } from '../feeds/generic-ticks.ts';
import { TICK_BY_TICK_TYPES, type TickByTickType } from '../feeds/tick-by-tick.ts';
import { ANSWER } from '../wire/codes.ts';
import { readContract } from '../wire/contract.ts';
import { MalformedRequest, message } from '../wire/fields.ts';
import { SINCE } from '../wire/versions.ts';
import { permissionFor } from './permission.ts';
import { resolveOne } from './resolve.ts';

export const requestMarketData: Handler = (desk, session, fields) => {
  fields.skip(1);
  const requestId = fields.integer('requestId');
  const contract = readContract(fields);
  if (contract.secType === 'BAG') throw new MalformedRequest('combinations have no quotes here');
  if (fields.boolean('deltaNeutralContract')) fields.skip(3);
  const genericNames = readGenericTicks(fields.text('genericTickList'));
  const snapshot = fields.boolean('snapshot');
  if (desk.quotes.has(session, requestId)) return session.error(requestId, 322, 'Duplicate ticker id');
  const listing = resolveOne(desk, session, requestId, contract);
  if (!listing) return;
  if ('illegal' in genericNames) {
    const text = `Error validating request.-'bP' : cause - Incorrect generic tick list of ${genericNames.illegal}.`;
    return session.error(requestId, 321, text);
  }
  const permission = permissionFor(desk, session, requestId, listing);
  if (permission === 'none') return;
  const request = { requestId, listing, genericNames, delayed: permission === 'delayed' };
  if (desk.faults.competing) session.error(requestId, 10197, COMPETING);
  if (snapshot) return desk.quotes.snapshot(session, request);
  if (desk.quotes.count(session) >= desk.limits.marketData) {
    return session.error(requestId, 101, 'Max number of tickers has been reached');
  }
  desk.quotes.subscribe(session, request);
};

export const setMarketDataType: Handler = (_desk, session, fields) => {
  fields.skip(1);
  const type = fields.integer('marketDataType');
  if (type !== 1 && type !== 2 && type !== 3 && type !== 4) {
    return session.error(-1, 321, `Error validating request.-'bW' : cause - market data type ${type}`);
  }
  session.marketDataType = type;
};

export const cancelMarketData: Handler = (desk, session, fields) => {
  fields.skip(1);
  const requestId = fields.integer('requestId');
  if (!desk.quotes.cancel(session, requestId)) {
    session.error(requestId, 300, `Can't find EId with tickerId:${requestId}`);
  }
};

export const requestDepth: Handler = (desk, session, fields) => {
  fields.skip(1);
  const requestId = fields.integer('requestId');
  const contract = readContract(fields, fields.since(SINCE.marketDepthPrimExchange));
  const rows = fields.integer('numRows');
  const smart = fields.since(SINCE.smartDepth) && fields.boolean('isSmartDepth');
  const listing = resolveOne(desk, session, requestId, contract);
  if (!listing) return;
  if (!listing.instrument.hasDepth || listing.kind === 'OPT') {
    const text = 'Deep market data is not supported for this combination of security type/exchange';
    return session.error(requestId, 10092, text);
  }
  if (desk.depth.has(session, requestId)) {
    session.error(requestId, 322, 'Duplicate ticker id');
    return;
  }
  if (desk.depth.count(session) >= desk.limits.depth) {
    const text = `Max number (${desk.limits.depth}) of market depth requests has been reached.`;
    return session.error(requestId, 309, text);
  }
  if (permissionFor(desk, session, requestId, listing) !== 'live') return;
  if (desk.faults.competing) session.error(requestId, 10197, COMPETING);
  desk.depth.subscribe(session, requestId, listing, rows > 0 ? rows : 5, smart);
};

export const cancelDepth: Handler = (desk, session, fields) => {
  fields.skip(1);
  const requestId = fields.integer('requestId');
  if (!desk.depth.cancel(session, requestId)) {
    session.error(requestId, 310, `Can't find the subscribed market depth with tickerId:${requestId}`);
  }
};

export const requestDepthExchanges: Handler = (desk, session) => {
  const venues = new Set<string>();
  for (const instrument of desk.market.instruments()) {
    if (instrument.hasDepth) venues.add(instrument.primaryExchange);
  }
  const detailed = session.version >= SINCE.serviceDataType;
  const rows = [...venues].flatMap((venue) => [venue, 'STK', ...(detailed ? ['', 'Deep2', ''] : ['1'])]);
  session.send(message(ANSWER.marketDepthExchanges, venues.size, ...rows));
};

export const requestTickByTick: Handler = (desk, session, fields) => {
  const requestId = fields.integer('requestId');
  const contract = readContract(fields);
  const type = fields.text('tickType');
  if (!Object.hasOwn(TICK_BY_TICK_TYPES, type)) {
    return session.error(requestId, 321, `Error validating request.-'bW' : cause - unknown tick type '${type}'`);
  }
  const listing = resolveOne(desk, session, requestId, contract);
  if (!listing) return;
  if (listing.kind !== 'STK' || !listing.instrument.hasTrades) {
    const text = `Failed to request tick-by-tick data:No market data permissions for ${contract.exchange} ${listing.kind}`;
    return session.error(requestId, 10189, text);
  }
  if (desk.ticks.has(session, requestId)) {
    session.error(requestId, 322, 'Duplicate ticker id');
    return;
  }
  if (desk.ticks.count(session) >= desk.limits.tickByTick) {
    return session.error(requestId, 10190, 'Max number of tick-by-tick requests has been reached.');
  }
  if (permissionFor(desk, session, requestId, listing) !== 'live') return;
  if (desk.faults.competing) session.error(requestId, 10197, COMPETING);
  desk.ticks.subscribe(session, requestId, listing, type as TickByTickType);
};

export const cancelTickByTick: Handler = (desk, session, fields) => {
  const requestId = fields.integer('requestId');
  if (!desk.ticks.cancel(session, requestId)) {
    session.error(requestId, 300, `Can't find EId with tickerId:${requestId}`);
  }
};

export const requestBars: Handler = (desk, session, fields) => {
  fields.skip(1);
  const requestId = fields.integer('requestId');
  const contract = readContract(fields);
  const barSeconds = fields.integer('barSize');
  const sourceText = fields.text('whatToShow').toUpperCase();
  const listing = resolveOne(desk, session, requestId, contract);
  if (!listing) return;
  const source = BAR_SOURCES.find((name) => name === sourceText);
  if (barSeconds !== 5 || !source) {
    const what = source ? `bar size ${barSeconds}` : `what to show ${sourceText}`;
    return session.error(requestId, 321, `Error validating request.-'bY' : cause - Incorrect ${what}`);
  }
  if (listing.kind === 'OPT' || (listing.kind === 'IND' && source !== 'TRADES')) {
    return session.error(requestId, 420, `Invalid Real-time Query:No market data permissions for ${listing.kind}`);
  }
  if (desk.bars.has(session, requestId)) return session.error(requestId, 322, 'Duplicate ticker id');
  if (permissionFor(desk, session, requestId, listing) !== 'live') return;
  if (desk.faults.competing) session.error(requestId, 10197, COMPETING);
  desk.bars.subscribe(session, requestId, listing, source);
};

export const cancelBars: Handler = (desk, session, fields) => {
  fields.skip(1);
  const requestId = fields.integer('requestId');
  if (!desk.bars.cancel(session, requestId)) {
    session.error(requestId, 300, `Can't find EId with tickerId:${requestId}`);
  }
};
