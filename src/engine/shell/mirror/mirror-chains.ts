import type { ChainColumns } from '../../core/market/chain.ts';
import type { SymbolState } from '../../core/state.ts';
import type { StateStore } from '../../ports/store.ts';
import { type Moment, stampOf } from './stamp.ts';

/** Rows turned into text per pulse, of all chains together: two or three milliseconds' work. */
const ROWS_PER_PULSE = 1_500;

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

/** Tells up to `most` more rows; how many it told. */
const tell = (progress: Progress, most: number): number => {
  const { chain, rows, row } = progress;
  const end = Math.min(chain.rowCount, row + most);
  for (let i = row; i < end; i += 1) {
    const expiry = chain.expiries[chain.expiryIndex[i] ?? -1] ?? 'unknown';
    const list = rows.get(expiry);
    if (list) list.push(rowText(chain, i));
    else rows.set(expiry, [rowText(chain, i)]);
  }
  progress.row = end;
  return end - row;
};

const fieldsOf = ({ chain, rows }: Progress): Record<string, string> => {
  const { vendor, rowCount, rejected } = chain;
  const fields: Record<string, string> = { vendor, rows: String(rowCount), rejected: JSON.stringify(rejected) };
  for (const [expiry, texts] of rows) fields[expiry] = `[${texts.join(',')}]`;
  return fields;
};

/** Option chains, told a slice per pulse: a chain of 20,000 rows as text at once would hold up the engine. */
export const createChainMirror = (store: StateStore) => {
  const inProgress = new Map<string, Progress>();
  const done = new Map<string, ChainColumns>();
  let turn = 0;
  const begun = ({ symbol, chain }: SymbolState): Progress | null => {
    const known = inProgress.get(symbol);
    if (known) return known;
    if (!chain || done.get(symbol) === chain) return null;
    const progress: Progress = { chain, row: 0, rows: new Map() };
    inProgress.set(symbol, progress);
    return progress;
  };
  const advance = (symbol: SymbolState, most: number, moment: Moment): number => {
    const progress = begun(symbol);
    if (!progress) return 0;
    const told = tell(progress, most);
    if (progress.row < progress.chain.rowCount) return told;
    inProgress.delete(symbol.symbol);
    done.set(symbol.symbol, progress.chain);
    const stamp = stampOf(moment, progress.chain.receivedAt);
    store.put(`options:${symbol.symbol}:chain`, { kind: 'hash', fields: fieldsOf(progress) }, stamp);
    return told;
  };
  return (symbols: readonly SymbolState[], moment: Moment): void => {
    let left = ROWS_PER_PULSE;
    // Who was stopped goes first at the next pulse.
    for (let n = 0; n < symbols.length && left > 0; n += 1) {
      const symbol = symbols[(turn + n) % symbols.length];
      if (!symbol) continue;
      left -= advance(symbol, left, moment);
      if (left <= 0) turn = (turn + n) % symbols.length;
    }
  };
};
