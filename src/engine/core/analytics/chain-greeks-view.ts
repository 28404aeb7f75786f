import type { ChainColumns } from '../market/chain.ts';
import type { Instant, SessionDate } from '../types.ts';
import {
  type ChainGreekSums,
  type GreekColumns,
  type GreekSource,
  type GreekSum,
  type GreekTable,
  type GreekWeight,
  sumChainGreeks,
} from './chain-greeks-sums.ts';
import type { Rates } from './chain-terms.ts';
import type { PricedChain } from './exposure-sums.ts';
import { absent, type Basis, type Measured, type ModuleInfo, measuredNumber } from './measured.ts';

export const CHAIN_GREEKS_MODULE: ModuleInfo = {
  name: 'chain-greeks',
  level: 1,
  cadence: 'new-chain',
  warmUp: 'one chain with a live contract that has Greeks and open interest or volume',
  ageMsMax: 120_000,
};

export interface ChainGreekState {
  sums: ChainGreekSums | null;
}

export const createChainGreekState = (): ChainGreekState => ({ sums: null });

export const onChainGreeksChain = (
  state: ChainGreekState,
  chain: ChainColumns,
  spot: number,
  at: Instant,
  rates: Rates,
  priced?: PricedChain,
): void => {
  state.sums = sumChainGreeks(chain, spot, at, rates, priced);
};

/** Of a holder long of every contract counted. Confidence: the share of the weight whose Greeks are known. */
export interface GreekFigures {
  /** Shares of the underlying. */
  readonly deltaShares: Measured;
  /** Shares per 1.00 of the underlying. */
  readonly gammaSharesPerDollar: Measured;
  readonly thetaDollarsPerDay: Measured;
  readonly vegaDollarsPerPoint: Measured;
  /** In the sum of gamma. */
  readonly contracts: number;
}
/** Basis of every figure is whose Greeks; the weight is the name it stands under. */
export interface GreekFiguresTable {
  readonly own: Readonly<Record<GreekWeight, GreekFigures>>;
  readonly vendor: Readonly<Record<GreekWeight, GreekFigures>>;
}

export interface ChainGreeksView {
  readonly liveContracts: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly total: GreekFiguresTable;
  readonly byExpiry: readonly ({ readonly expiry: SessionDate } & GreekFiguresTable)[];
}

const BASIS: Readonly<Record<GreekSource, Basis>> = { own: 'own-greeks', vendor: 'vendor-greeks' };

/** Contracts without any weight do not make a sum of zero when all that carries weight lacks its Greeks. */
const sumOrNaN = (greek: GreekSum, group: number): number => {
  const isAllMissing = (greek.weight[group] ?? 0) === 0 && (greek.missingWeight[group] ?? 0) > 0;
  return (greek.contracts[group] ?? 0) > 0 && !isAllMissing ? (greek.sum[group] ?? Number.NaN) : Number.NaN;
};

const figures = (columns: GreekColumns, group: number, source: GreekSource, asOf: Instant): GreekFigures => {
  const figure = (greek: GreekSum): Measured => {
    const weight = greek.weight[group] ?? 0;
    const missing = greek.missingWeight[group] ?? 0;
    const confidence = missing === 0 ? 1 : weight / (weight + missing);
    const reason = missing > 0 ? 'greeks-absent' : 'no-usable-contract';
    return measuredNumber(sumOrNaN(greek, group), asOf, BASIS[source], reason, confidence);
  };
  return {
    deltaShares: figure(columns.delta),
    gammaSharesPerDollar: figure(columns.gamma),
    thetaDollarsPerDay: figure(columns.thetaPerDay),
    vegaDollarsPerPoint: figure(columns.vegaPerPoint),
    contracts: columns.gamma.contracts[group] ?? 0,
  };
};

const tableOf = (table: GreekTable, group: number, asOf: Instant): GreekFiguresTable => {
  const of = (source: GreekSource): Record<GreekWeight, GreekFigures> => ({
    openInterest: figures(table[source].openInterest, group, source, asOf),
    volume: figures(table[source].volume, group, source, asOf),
  });
  return { own: of('own'), vendor: of('vendor') };
};

const nothing = (reason: string): GreekFiguresTable => {
  const of = (source: GreekSource): Record<GreekWeight, GreekFigures> => {
    const none = absent(reason, BASIS[source]);
    const all: GreekFigures = {
      deltaShares: none,
      gammaSharesPerDollar: none,
      thetaDollarsPerDay: none,
      vegaDollarsPerPoint: none,
      contracts: 0,
    };
    return { openInterest: all, volume: all };
  };
  return { own: of('own'), vendor: of('vendor') };
};

/** The whole chain and its expiries, as of the chain's arrival. */
export const chainGreeksView = (state: ChainGreekState, at: Instant): ChainGreeksView => {
  const { sums } = state;
  if (sums === null) return { liveContracts: 0, rejected: {}, total: nothing('no-chain'), byExpiry: [] };
  const rejected = { ...sums.rejected };
  if (at - sums.chainAt > CHAIN_GREEKS_MODULE.ageMsMax)
    return { liveContracts: sums.live, rejected, total: nothing('stale'), byExpiry: [] };
  return {
    liveContracts: sums.live,
    rejected,
    total: tableOf(sums.total, 0, sums.chainAt),
    byExpiry: sums.expiries.map((expiry, e) => ({ expiry, ...tableOf(sums.byExpiry, e, sums.chainAt) })),
  };
};

/** One strike's sums; null where no contract of the strike has them. Units as in `GreekFigures`. */
export interface StrikeGreeks {
  readonly strike: number;
  readonly contracts: number;
  readonly deltaShares: number | null;
  readonly gammaSharesPerDollar: number | null;
  readonly thetaDollarsPerDay: number | null;
  readonly vegaDollarsPerPoint: number | null;
}

/** All expiries together, by strike, ascending. Empty without a chain, and once it is stale. */
export const chainGreeksByStrike = (
  state: ChainGreekState,
  source: GreekSource,
  weight: GreekWeight,
  at: Instant,
): readonly StrikeGreeks[] => {
  const { sums } = state;
  if (sums === null || at - sums.chainAt > CHAIN_GREEKS_MODULE.ageMsMax) return [];
  const columns = sums.byStrike[source][weight];
  return Array.from(sums.strikes, (strike, j) => {
    const value = (greek: GreekSum): number | null => {
      const sum = sumOrNaN(greek, j);
      return Number.isFinite(sum) ? sum : null;
    };
    return {
      strike,
      contracts: columns.gamma.contracts[j] ?? 0,
      deltaShares: value(columns.delta),
      gammaSharesPerDollar: value(columns.gamma),
      thetaDollarsPerDay: value(columns.thetaPerDay),
      vegaDollarsPerPoint: value(columns.vegaPerPoint),
    };
  });
};
