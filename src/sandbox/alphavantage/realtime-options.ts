import type { ChainRow } from '../market/types.ts';

/** How the vendor writes a figure that it does not have. */
const ABSENT = 'None';

/** A contract as the vendor's JSON has it: every figure is a string. */
export type OptionJson = Record<string, string>;

/** At least so many decimals, and more where fewer would change the value. */
export const decimalText = (value: number | null, decimals: number): string => {
  if (value === null || !Number.isFinite(value)) return ABSENT;
  const fixed = value.toFixed(decimals);
  return Number(fixed) === value ? fixed : String(value);
};

const countText = (value: number | null): string => (value === null ? ABSENT : String(value));

const optionJson = (row: ChainRow, withGreeks: boolean): OptionJson => {
  const { contract } = row;
  const json: OptionJson = {
    contractID: contract.id,
    symbol: contract.underlying,
    expiration: contract.expiry,
    strike: decimalText(contract.strike, 2),
    type: contract.right === 'C' ? 'call' : 'put',
    last: decimalText(row.last, 2),
    mark: decimalText(row.mark, 2),
    bid: decimalText(row.bid, 2),
    bid_size: countText(row.bidSize),
    ask: decimalText(row.ask, 2),
    ask_size: countText(row.askSize),
    volume: countText(row.volume),
    open_interest: countText(row.openInterest),
    date: row.date,
  };
  if (!withGreeks) return json;
  json['implied_volatility'] = decimalText(row.impliedVolatility, 5);
  json['delta'] = decimalText(row.delta, 5);
  json['gamma'] = decimalText(row.gamma, 5);
  json['theta'] = decimalText(row.theta, 5);
  json['vega'] = decimalText(row.vega, 5);
  json['rho'] = decimalText(row.rho, 5);
  return json;
};

export interface RowFaults {
  readonly allGammaZero: boolean;
  /** Every Greek of every row is zero, the volatility with them. */
  readonly greeksDropout: boolean;
  readonly missingOpenInterest: boolean;
  readonly crossedQuotes: boolean;
}

const GREEKS = ['implied_volatility', 'delta', 'gamma', 'theta', 'vega', 'rho'];

const spoil = (rows: readonly OptionJson[], faults: RowFaults): void => {
  for (const [index, row] of rows.entries()) {
    if (faults.allGammaZero && 'gamma' in row) row['gamma'] = '0.00000';
    if (faults.greeksDropout) for (const name of GREEKS) if (name in row) row[name] = '0.00000';
    if (faults.missingOpenInterest) row['open_interest'] = ABSENT;
    const { bid, ask } = row;
    if (
      faults.crossedQuotes &&
      index % 3 === 0 &&
      bid !== undefined &&
      ask !== undefined &&
      Number(bid) < Number(ask)
    ) {
      row['bid'] = ask;
      row['ask'] = bid;
    }
  }
};

/** `HISTORICAL_OPTIONS`: the chain as it stood at the end of a session, always with Greeks; empty for a day without. */
export const historicalOptions = (chain: readonly ChainRow[], faults: RowFaults) => {
  const data = chain.map((row) => optionJson(row, true));
  spoil(data, faults);
  return { endpoint: 'Historical Options', message: 'success', data };
};

/** `REALTIME_OPTIONS`: the chain, sorted by expiration, then strike; Greeks only where asked for. */
export const realtimeOptions = (chain: readonly ChainRow[], withGreeks: boolean, faults: RowFaults) => {
  const data = chain.map((row) => optionJson(row, withGreeks));
  spoil(data, faults);
  return { endpoint: 'Realtime Options', message: 'success', data };
};
