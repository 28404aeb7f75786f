import type { ChainColumns } from '../../market/chain.ts';

/** A call and a put of one strike and expiry, both quoted on both sides. Dollars per share. */
export interface ParityPair {
  readonly callRow: number;
  readonly strike: number;
  readonly callBid: number;
  readonly callAsk: number;
  readonly putBid: number;
  readonly putAsk: number;
  readonly callMid: number;
  readonly putMid: number;
}

/** Why a row is in no pair; null when it may be. */
const refusalOf = (chain: ChainColumns, row: number, years: number): string | null => {
  if (Number.isNaN(years)) return 'unknown-expiry';
  if (years <= 0) return 'expired';
  const strike = chain.strike[row] as number;
  if (!(strike > 0 && strike < Infinity)) return 'bad-strike';
  const bid = chain.bid[row] as number;
  const ask = chain.ask[row] as number;
  // A bid of zero is nobody's bid: its mid is not a price.
  if (!(bid > 0 && ask > 0 && ask < Infinity)) return 'no-two-sided-quote';
  return bid > ask ? 'crossed-quote' : null;
};

const countIn = (rejected: Record<string, number>, reason: string): void => {
  rejected[reason] = (rejected[reason] ?? 0) + 1;
};

/** Pairs per slot (as in `yearsPerSlot`: 2 · expiryIndex + settlesAm), in the chain's order; rows that are in none are counted by reason. Of a doubled row the first counts. */
export const pairCalls = (
  chain: ChainColumns,
  years: Float64Array,
  rejected: Record<string, number>,
): ParityPair[][] => {
  const pairs: ParityPair[][] = Array.from(years, () => []);
  const puts: Map<number, number>[] = Array.from(years, () => new Map());
  const calls: number[] = [];
  const seen: Set<number>[] = Array.from(years, () => new Set());
  const slotOf = (row: number): number => 2 * (chain.expiryIndex[row] as number) + (chain.settlesAm[row] as number);
  for (let row = 0; row < chain.rowCount; row++) {
    const slot = slotOf(row);
    const reason = refusalOf(chain, row, years[slot] as number);
    const strike = chain.strike[row] as number;
    const isCall = chain.isCall[row] === 1;
    const known = isCall ? seen[slot]?.has(strike) : puts[slot]?.has(strike);
    if (reason !== null) countIn(rejected, reason);
    else if (known) countIn(rejected, 'doubled-row');
    else if (isCall) {
      seen[slot]?.add(strike);
      calls.push(row);
    } else puts[slot]?.set(strike, row);
  }
  for (const call of calls) {
    const slot = slotOf(call);
    const strike = chain.strike[call] as number;
    const put = puts[slot]?.get(strike);
    if (put === undefined) {
      countIn(rejected, 'other-side-absent');
      continue;
    }
    puts[slot]?.delete(strike);
    const [callBid, callAsk] = [chain.bid[call] as number, chain.ask[call] as number];
    const [putBid, putAsk] = [chain.bid[put] as number, chain.ask[put] as number];
    const callMid = (callBid + callAsk) / 2;
    pairs[slot]?.push({
      callRow: call,
      strike,
      callBid,
      callAsk,
      putBid,
      putAsk,
      callMid,
      putMid: (putBid + putAsk) / 2,
    });
  }
  for (const left of puts) for (let i = 0; i < left.size; i++) countIn(rejected, 'other-side-absent');
  return pairs;
};
