import type { ChainColumns } from '../../market/chain.ts';
import type { Instant, SessionDate } from '../../types.ts';
import { computeExposure, type Exposure } from '../exposure.ts';
import type { Rates } from '../exposure-sums.ts';
import type { ModuleInfo } from '../measured.ts';
import { createGexWatch, type GexShift, type GexWatch, onGexWatch } from './gex-watch.ts';
import { createIvRank, type IvRank, onIvRankDay } from './iv-rank.ts';

export const POSITIONING_MODULE: ModuleInfo = {
  name: 'positioning',
  level: 3,
  cadence: 'new-chain',
  warmUp: 'one chain; 60 sessions for the volatility rank, 252 for full confidence',
  ageMsMax: 120_000,
};

export interface Positioning {
  exposure: Exposure | null;
  readonly gexWatch: GexWatch;
  readonly ivRank: IvRank;
}

export const createPositioning = (): Positioning => ({
  exposure: null,
  gexWatch: createGexWatch(),
  ivRank: createIvRank(),
});

/** On a new chain, and again every 30 s on the same chain at the spot of then. A shift is anomaly `gex`. */
export const onPositioningChain = (
  state: Positioning,
  chain: ChainColumns,
  spot: number,
  at: Instant,
  rates: Rates,
): GexShift | null => {
  state.exposure = computeExposure(chain, spot, at, rates);
  return onGexWatch(state.gexWatch, state.exposure.gexOwn.value ?? Number.NaN, 0, state.exposure.contractsOwn, at);
};

/** At-the-money 30-day volatility at the end of an earlier session, for the rank: from the database at start. */
export const onPositioningDay = (state: Positioning, date: SessionDate, volatility: number): void =>
  onIvRankDay(state.ivRank, date, volatility);
