import type { ChainColumns } from '../core/market/chain.ts';
import { contractId, type OptionRight } from '../core/market/contract.ts';
import type { Instant, SessionDate } from '../core/types.ts';

/** One row of a test's chain; what is left out is absent (NaN). */
export interface TestContract {
  readonly root?: string;
  readonly expiry: string;
  readonly right: OptionRight;
  readonly strike: number;
  readonly settlesAm?: boolean;
  readonly bid?: number;
  readonly ask?: number;
  readonly last?: number;
  readonly volume?: number;
  readonly openInterest?: number;
  readonly impliedVolatility?: number;
  readonly gamma?: number;
  readonly delta?: number;
}

/** Builds the columns of a chain from rows. */
export const chainOf = (underlying: string, receivedAt: Instant, rows: readonly TestContract[]): ChainColumns => {
  const expiries = [...new Set(rows.map((row) => row.expiry))].sort() as SessionDate[];
  const column = (pick: (row: TestContract) => number | undefined): Float64Array =>
    Float64Array.from(rows, (row) => pick(row) ?? Number.NaN);
  const none = (): Float64Array => new Float64Array(rows.length).fill(Number.NaN);
  return {
    underlying,
    receivedAt,
    vendor: 'alphavantage',
    rowCount: rows.length,
    contractIds: rows.map((row) =>
      contractId(row.root ?? underlying, row.expiry as SessionDate, row.right, row.strike),
    ),
    expiries,
    expiryIndex: Uint16Array.from(rows, (row) => expiries.indexOf(row.expiry as SessionDate)),
    settlesAm: Uint8Array.from(rows, (row) => (row.settlesAm === true ? 1 : 0)),
    isCall: Uint8Array.from(rows, (row) => (row.right === 'C' ? 1 : 0)),
    strike: column((row) => row.strike),
    bid: column((row) => row.bid),
    ask: column((row) => row.ask),
    last: column((row) => row.last),
    volume: column((row) => row.volume),
    openInterest: column((row) => row.openInterest),
    impliedVolatility: column((row) => row.impliedVolatility),
    delta: column((row) => row.delta),
    gamma: column((row) => row.gamma),
    thetaPerDay: none(),
    vegaPerPoint: none(),
    rejected: {},
  };
};
