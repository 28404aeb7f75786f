import { settlesAm } from '../core/market/calendar.ts';
import type { ChainColumns } from '../core/market/chain.ts';
import { type OptionContract, parseContractId } from '../core/market/contract.ts';
import type { ContractId, Instant, SessionDate } from '../core/types.ts';
import { parseBody, type Refusal, refusal } from '../shell/alphavantage/body.ts';
import { type Count, figure, isObject, type JsonObject, nonNegative } from '../shell/alphavantage/fields.ts';

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
  if (figure(row['strike'], () => {}) !== contract.strike) return 'strike-disagrees';
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
    const counted = (name: string, read: typeof figure): number => {
      if (Object.hasOwn(fields, name)) return read(fields[name], count);
      count('missing-field');
      return Number.NaN;
    };
    const bid = counted('bid', nonNegative);
    const ask = counted('ask', nonNegative);
    const crossed = bid > ask;
    if (crossed) count('crossed-quote');
    chain.bid[i] = crossed ? Number.NaN : bid;
    chain.ask[i] = crossed ? Number.NaN : ask;
    chain.last[i] = counted('last', nonNegative);
    chain.volume[i] = counted('volume', nonNegative);
    chain.openInterest[i] = counted('open_interest', nonNegative);
    chain.impliedVolatility[i] = counted('implied_volatility', nonNegative);
    chain.delta[i] = counted('delta', deltaOf);
    chain.gamma[i] = counted('gamma', nonNegative);
    chain.thetaPerDay[i] = counted('theta', figure);
    chain.vegaPerPoint[i] = counted('vega', nonNegative);
  });
  return chain;
};

const FIGURES = 'bid ask last volume open_interest implied_volatility delta gamma theta vega'.split(' ');
const KNOWN: ReadonlySet<string> = new Set([
  ...FIGURES,
  ...'contractID symbol expiration strike type mark bid_size ask_size date rho'.split(' '),
]);

const blankDropout = (chain: ChainColumns, rejected: Record<string, number>): void => {
  const figures = [...chain.delta, ...chain.gamma, ...chain.vegaPerPoint].filter((value) => !Number.isNaN(value));
  if (chain.rowCount < 10 || figures.length === 0 || figures.some((value) => value !== 0)) return;
  rejected['greeks-dropout'] = chain.rowCount;
  for (const column of [chain.delta, chain.gamma, chain.thetaPerDay, chain.vegaPerPoint]) column.fill(Number.NaN);
  for (const [i, value] of chain.impliedVolatility.entries()) if (value === 0) chain.impliedVolatility[i] = Number.NaN;
};

/** What `parseOptionsChain` must agree with: `JSON.parse`, then one row after the other. */
export const plainOptionsChain = (
  bytes: Uint8Array,
  underlying: string,
  receivedAt: Instant,
): { readonly ok: true; readonly chain: ChainColumns; readonly unknownFields: number } | Refusal => {
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
  if (rows.length === 0) return refusal('unexpected-shape', 'no row could be taken');
  if (FIGURES.some((name) => !rows.some(({ fields }) => Object.hasOwn(fields, name))))
    return refusal('unexpected-shape', 'no row has one of the fields');
  const chain = toColumns(rows, underlying, receivedAt, rejected, count);
  blankDropout(chain, rejected);
  const unknownFields = data
    .filter(isObject)
    .flatMap(Object.keys)
    .filter((key) => !KNOWN.has(key)).length;
  return { ok: true, chain, unknownFields };
};
