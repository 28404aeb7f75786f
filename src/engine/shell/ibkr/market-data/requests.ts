import { type IBApi, TickByTickDataType, WhatToShow } from '@stoqey/ib';
import type { Outgoing } from '../pacing/policy.ts';
import type { Stream } from './stream.ts';

const DEPTH_ROWS = 10;
const BAR_SECONDS = 5;
/** Auction volume, price and imbalance (225); the day's volume beside each print (233). */
const SHARE_TICKS = '225,233';

/** Bars of five seconds weigh on the history service like questions about the past. */
export const laneOf = ({ kind, symbol }: Stream): Outgoing =>
  kind === 'bars'
    ? { lane: 'history', history: { identity: `bars ${symbol}`, series: `${symbol} SMART TRADES`, cost: 1 } }
    : { lane: 'routine' };

export const request = (api: IBApi, id: number, { kind, contract, auction }: Stream): void => {
  switch (kind) {
    case 'quote':
      api.reqMktData(id, contract, auction ? SHARE_TICKS : '', false, false);
      break;
    case 'option':
      api.reqMktData(id, contract, '', false, false);
      break;
    case 'depth':
      api.reqMktDepth(id, contract, DEPTH_ROWS, true);
      break;
    case 'trades':
      api.reqTickByTickData(id, contract, TickByTickDataType.AllLast, 0, false);
      break;
    case 'bid-ask':
      api.reqTickByTickData(id, contract, TickByTickDataType.BidAsk, 0, false);
      break;
    case 'bars':
      api.reqRealTimeBars(id, contract, BAR_SECONDS, WhatToShow.TRADES, true);
      break;
  }
};

export const cancel = (api: IBApi, id: number, { kind }: Stream): void => {
  switch (kind) {
    case 'quote':
    case 'option':
      api.cancelMktData(id);
      break;
    case 'depth':
      api.cancelMktDepth(id, true);
      break;
    case 'trades':
    case 'bid-ask':
      api.cancelTickByTickData(id);
      break;
    case 'bars':
      api.cancelRealTimeBars(id);
      break;
  }
};
