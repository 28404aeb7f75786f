import type { ContractId, Instant, SessionDate } from '../types.ts';

/**
 * One underlying's option chain as columns (struct of arrays), row i = one contract.
 * Absent figures are NaN, never 0: a zero open interest is a fact, a missing one is not.
 */
export interface ChainColumns {
  readonly underlying: string;
  /** When the vendor's answer arrived (Alpha Vantage stamps days only). */
  readonly receivedAt: Instant;
  readonly vendor: 'alphavantage' | 'cboe';
  readonly rowCount: number;
  readonly contractIds: readonly ContractId[];
  /** Distinct expiries, ascending; `expiryIndex[i]` points into it. */
  readonly expiries: readonly SessionDate[];
  readonly expiryIndex: Uint16Array;
  /** 1 when the contract settles at the open of its expiry day (SPX root third Fridays), else 0. */
  readonly settlesAm: Uint8Array;
  readonly isCall: Uint8Array;
  readonly strike: Float64Array;
  readonly bid: Float64Array;
  readonly ask: Float64Array;
  readonly last: Float64Array;
  /** Contracts traded today. */
  readonly volume: Float64Array;
  /** Contracts, as of the previous night's OCC figure. */
  readonly openInterest: Float64Array;
  /** Decimal per year: 0.18 is 18 %. */
  readonly impliedVolatility: Float64Array;
  readonly delta: Float64Array;
  /** Per 1.00 of the underlying. */
  readonly gamma: Float64Array;
  /** Per calendar day. */
  readonly thetaPerDay: Float64Array;
  /** Per 1 volatility point (0.01). */
  readonly vegaPerPoint: Float64Array;
  /** Rows of the answer that were not taken, by reason: `bad-contract-id`, `crossed-quote`, … */
  readonly rejected: Readonly<Record<string, number>>;
}
