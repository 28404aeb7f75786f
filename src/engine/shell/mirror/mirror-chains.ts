import type { ChainColumns } from '../../core/market/chain.ts';
import type { SymbolState } from '../../core/state.ts';
import type { StateStore } from '../../ports/store.ts';
import { type Moment, stampOf } from './stamp.ts';

/** Rows turned into text per pulse and symbol: about a millisecond's work. */
const ROWS_PER_PULSE = 400;

interface Progress {
  readonly chain: ChainColumns;
  row: number;
  readonly rows: Map<string, string[]>;
}

const rowText = (chain: ChainColumns, i: number): string =>
  JSON.stringify({
    contract: chain.contractIds[i],
    right: chain.isCall[i] === 1 ? 'C' : 'P',
    strike: chain.strike[i],
    bid: chain.bid[i],
    ask: chain.ask[i],
    last: chain.last[i],
    volume: chain.volume[i],
    openInterest: chain.openInterest[i],
    impliedVolatility: chain.impliedVolatility[i],
    delta: chain.delta[i],
    gamma: chain.gamma[i],
    thetaPerDay: chain.thetaPerDay[i],
    vegaPerPoint: chain.vegaPerPoint[i],
  });

const step = (progress: Progress): boolean => {
  const { chain, rows } = progress;
  const end = Math.min(chain.rowCount, progress.row + ROWS_PER_PULSE);
  for (let i = progress.row; i < end; i += 1) {
    const expiry = chain.expiries[chain.expiryIndex[i] ?? -1] ?? 'unknown';
    const list = rows.get(expiry);
    if (list) list.push(rowText(chain, i));
    else rows.set(expiry, [rowText(chain, i)]);
  }
  progress.row = end;
  return end === chain.rowCount;
};

/** Option chains, told a slice per pulse: a chain of 20,000 rows as text at once would hold up the engine. */
export const createChainMirror = (store: StateStore) => {
  const inProgress = new Map<string, Progress>();
  const done = new Map<string, ChainColumns>();
  return ({ symbol, chain }: SymbolState, moment: Moment): void => {
    if (!chain) return;
    let progress = inProgress.get(symbol);
    if (!progress) {
      if (done.get(symbol) === chain) return;
      progress = { chain, row: 0, rows: new Map() };
      inProgress.set(symbol, progress);
    }
    if (!step(progress)) return;
    inProgress.delete(symbol);
    done.set(symbol, progress.chain);
    const { receivedAt, vendor, rowCount, rejected } = progress.chain;
    const fields: Record<string, string> = { vendor, rows: String(rowCount), rejected: JSON.stringify(rejected) };
    for (const [expiry, rows] of progress.rows) fields[expiry] = `[${rows.join(',')}]`;
    store.put(`options:${symbol}:chain`, { kind: 'hash', fields }, stampOf(moment, receivedAt));
  };
};
