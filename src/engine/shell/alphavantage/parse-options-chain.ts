import { settlesAm } from '../../core/market/calendar.ts';
import type { ChainColumns } from '../../core/market/chain.ts';
import { type OptionContract, parseContractId } from '../../core/market/contract.ts';
import type { ContractId, Instant, SessionDate } from '../../core/types.ts';
import { parseBody, type Refusal, refusal } from './body.ts';
import { type Count, figure, isObject, type JsonObject, nonNegative } from './fields.ts';

interface Row {
  readonly contract: OptionContract;
  readonly fields: JsonObject;
}

const realDate = (date: string): boolean => {
  try {
    return Temporal.PlainDate.from(date).toString() === date;
  } catch {
    return false;
  }
};

/** The row's contract when its id can be read and its other fields say the same; else the reason. */
const contractOf = (row: unknown, underlying: string, knownDates: Map<string, boolean>): Row | string => {
  if (!isObject(row)) return 'not-an-object';
  const id = row['contractID'];
  const contract = typeof id === 'string' ? parseContractId(id) : null;
  if (!contract) return 'bad-contract-id';
  let real = knownDates.get(contract.expiry);
  if (real === undefined) {
    real = realDate(contract.expiry);
    knownDates.set(contract.expiry, real);
  }
  if (!real) return 'bad-contract-id';
  if (contract.underlying !== underlying && row['symbol'] !== underlying) return 'other-underlying';
  if (row['expiration'] !== contract.expiry) return 'expiration-disagrees';
  if (Number(row['strike']) !== contract.strike) return 'strike-disagrees';
  if (row['type'] !== (contract.right === 'C' ? 'call' : 'put')) return 'type-disagrees';
  return { contract, fields: row };
};

const takeRows = (data: readonly unknown[], underlying: string, count: Count): Row[] => {
  const seen = new Set<ContractId>();
  const knownDates = new Map<string, boolean>();
  const rows: Row[] = [];
  for (const item of data) {
    const row = contractOf(item, underlying, knownDates);
    if (typeof row === 'string') count(row);
    else if (seen.has(row.contract.id)) count('duplicate');
    else {
      seen.add(row.contract.id);
      rows.push(row);
    }
  }
  return rows;
};

const deltaOf = (value: unknown, count: Count): number => {
  const read = figure(value, count);
  if (!(Math.abs(read) > 1)) return read;
  count('delta-out-of-range');
  return Number.NaN;
};

const toColumns = (
  rows: readonly Row[],
  underlying: string,
  receivedAt: Instant,
  rejected: Record<string, number>,
  count: Count,
): ChainColumns => {
  const expiries: SessionDate[] = [...new Set(rows.map((row) => row.contract.expiry))].sort();
  const indexOf = new Map(expiries.map((expiry, index) => [expiry, index]));
  const floats = (): Float64Array => new Float64Array(rows.length);
  const chain = {
    underlying,
    receivedAt,
    vendor: 'alphavantage' as const,
    rowCount: rows.length,
    contractIds: rows.map((row) => row.contract.id),
    expiries,
    expiryIndex: new Uint16Array(rows.length),
    settlesAm: new Uint8Array(rows.length),
    isCall: new Uint8Array(rows.length),
    strike: floats(),
    bid: floats(),
    ask: floats(),
    last: floats(),
    volume: floats(),
    openInterest: floats(),
    impliedVolatility: floats(),
    delta: floats(),
    gamma: floats(),
    thetaPerDay: floats(),
    vegaPerPoint: floats(),
    rejected,
  };
  rows.forEach(({ contract, fields }, i) => {
    chain.expiryIndex[i] = indexOf.get(contract.expiry) ?? 0;
    chain.settlesAm[i] = settlesAm(contract.tradingClass, contract.expiry) ? 1 : 0;
    chain.isCall[i] = contract.right === 'C' ? 1 : 0;
    chain.strike[i] = contract.strike;
    const bid = nonNegative(fields['bid'], count);
    const ask = nonNegative(fields['ask'], count);
    const crossed = bid > ask;
    if (crossed) count('crossed-quote');
    chain.bid[i] = crossed ? Number.NaN : bid;
    chain.ask[i] = crossed ? Number.NaN : ask;
    chain.last[i] = nonNegative(fields['last'], count);
    chain.volume[i] = nonNegative(fields['volume'], count);
    chain.openInterest[i] = nonNegative(fields['open_interest'], count);
    chain.impliedVolatility[i] = nonNegative(fields['implied_volatility'], count);
    chain.delta[i] = deltaOf(fields['delta'], count);
    chain.gamma[i] = nonNegative(fields['gamma'], count);
    chain.thetaPerDay[i] = figure(fields['theta'], count);
    chain.vegaPerPoint[i] = nonNegative(fields['vega'], count);
  });
  return chain;
};

/**
 * An answer of REALTIME_OPTIONS&require_greeks=true as columns. Rows whose identity is doubtful are left out, single
 * figures that cannot be true are absent; both are counted in `rejected`.
 */
export const parseOptionsChain = (
  bytes: Uint8Array,
  underlying: string,
  receivedAt: Instant,
): { readonly ok: true; readonly chain: ChainColumns } | Refusal => {
  const parsed = parseBody(bytes);
  if (!parsed.ok) return parsed;
  const data = parsed.body['data'];
  if (!Array.isArray(data)) return refusal('unexpected-shape', 'expected an array under "data"');
  if (data.length === 0) return refusal('empty-answer', 'the chain holds no rows');
  const rejected: Record<string, number> = {};
  const count: Count = (reason) => {
    rejected[reason] = (rejected[reason] ?? 0) + 1;
  };
  const rows = takeRows(data, underlying, count);
  if (rows.length === 0)
    return refusal('unexpected-shape', `none of ${data.length} rows could be taken: ${JSON.stringify(rejected)}`);
  return { ok: true, chain: toColumns(rows, underlying, receivedAt, rejected, count) };
};
