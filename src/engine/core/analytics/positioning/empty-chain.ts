import { newYorkInstant } from '../../market/calendar.ts';
import type { ChainColumns } from '../../market/chain.ts';
import type { SessionDate } from '../../types.ts';

/** Any day that the calendar knows: nothing of it is told. */
export const EMPTY_AT = newYorkInstant('2026-01-02' as SessionDate, '12:00:00');

/** A chain of no contract: what every figure looks like in its absence. */
export const EMPTY_CHAIN: ChainColumns = {
  underlying: '',
  receivedAt: EMPTY_AT,
  vendor: 'alphavantage',
  rowCount: 0,
  contractIds: [],
  expiries: [],
  expiryIndex: new Uint16Array(0),
  settlesAm: new Uint8Array(0),
  isCall: new Uint8Array(0),
  strike: new Float64Array(0),
  bid: new Float64Array(0),
  ask: new Float64Array(0),
  last: new Float64Array(0),
  volume: new Float64Array(0),
  openInterest: new Float64Array(0),
  impliedVolatility: new Float64Array(0),
  delta: new Float64Array(0),
  gamma: new Float64Array(0),
  thetaPerDay: new Float64Array(0),
  vegaPerPoint: new Float64Array(0),
  rejected: {},
};
