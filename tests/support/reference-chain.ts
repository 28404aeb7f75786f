import type { ChainColumns } from '../../src/engine/core/market/chain.ts';
import type { Instant } from '../../src/engine/core/types.ts';
import { chainOf, type TestContract } from '../../src/engine/testing/chain.ts';
import { readReference, referenceNames } from './reference.ts';

interface Crossing {
  root: number;
}
/** One file of `tests/reference/exposure`; its README tells units and signs. */
export interface ReferenceChain {
  S: number;
  r: number;
  q: number;
  contracts: { type: 'C' | 'P'; K: number; T: number; iv: number; oi: number }[];
  expected: {
    totals: Record<string, number>;
    by_strike: { K: number; call_gex: number; put_gex: number; call_oi: number; put_oi: number; net_gex: number }[];
    by_expiry_gex: { T: number; gex: number }[];
    gamma_flip: Crossing | null;
    all_crossings: Crossing[];
    call_wall: number;
    put_wall: number;
    call_wall_by_oi: number;
    put_wall_by_oi: number;
    max_net_gex_strike: number;
    min_net_gex_strike: number;
    max_pain: number;
    sweep: { spot: number[]; gex: number[] };
  };
}

export const REFERENCE_CHAINS = referenceNames('exposure', [
  'chain_spx_like',
  'chain_spy_like_0dte',
  'chain_hivol_stock',
]);

export const readReferenceChain = (name: string): ReferenceChain =>
  readReference(`exposure/${name}.json.gz`) as ReferenceChain;

/** Gives every contract the exact T of the reference: slot 2·e of the e-th time. */
export const asColumns = (
  source: ReferenceChain,
  at: Instant,
  extra: (i: number) => Partial<TestContract> = () => ({}),
): [ChainColumns, Float64Array] => {
  const times = [...new Set(source.contracts.map((c) => c.T))].sort((a, b) => a - b);
  const dates = times.map((_, i) => `2030-01-${String(i + 1).padStart(2, '0')}`);
  const rows = source.contracts.map(
    (c, i): TestContract => ({
      expiry: dates[times.indexOf(c.T)] as string,
      right: c.type,
      strike: c.K,
      openInterest: c.oi,
      impliedVolatility: c.iv,
      ...extra(i),
    }),
  );
  return [chainOf('SPX', at, rows), Float64Array.from(times.flatMap((t) => [t, t]))];
};
