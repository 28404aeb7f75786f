import type { ChainColumns } from '../../core/market/chain.ts';

const columnsOf = (chain: ChainColumns): readonly Float64Array[] => [
  chain.bid,
  chain.ask,
  chain.last,
  chain.volume,
  chain.impliedVolatility,
  chain.gamma,
];

const fingerprint = (chain: ChainColumns): bigint => {
  let hash = BigInt(chain.rowCount);
  for (const column of columnsOf(chain))
    hash = Bun.hash.wyhash(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), hash);
  return hash;
};

/** Tells a market at rest from a vendor that sends the same chain for ever. */
export const createRepeats = () => {
  const known = new Map<string, { readonly print: bigint; readonly sinceMs: number }>();
  return {
    /** For how long this symbol's chain has been the same to the last figure, wall milliseconds; 0 when it is new. */
    repeatedMs: (chain: ChainColumns, wallMs: number): number => {
      const print = fingerprint(chain);
      const before = known.get(chain.underlying);
      if (before?.print === print) return wallMs - before.sinceMs;
      known.set(chain.underlying, { print, sinceMs: wallMs });
      return 0;
    },
  };
};
