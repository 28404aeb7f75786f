import type { Instant } from '../../types.ts';
import { atStrike, CONTRACTS, GAMMA, type Tally } from '../exposure-tally.ts';
import { absent, type Basis, measured } from '../measured.ts';
import type { LevelFigures } from './figures.ts';

/** Sums by strike over buckets 0 … b for one right: Σ weight · gamma, and Σ weight. */
export interface StrikeSums {
  readonly callGamma: Float64Array;
  readonly putGamma: Float64Array;
  readonly callContracts: Float64Array;
  readonly putContracts: Float64Array;
}

export const strikeSums = (tally: Tally, buckets: number): StrikeSums => {
  const column = (put: 0 | 1, measure: typeof GAMMA | typeof CONTRACTS): Float64Array => {
    const out = new Float64Array(tally.strikes);
    for (let j = 0; j < out.length; j++) out[j] = atStrike(tally, buckets, j, put, measure);
    return out;
  };
  return {
    callGamma: column(0, GAMMA),
    putGamma: column(1, GAMMA),
    callContracts: column(0, CONTRACTS),
    putContracts: column(1, CONTRACTS),
  };
};

/** Place of the largest value above zero, the first on ties; −1 when nothing is. */
const largest = (count: number, of: (j: number) => number): number => {
  let best = -1;
  let most = 0;
  for (let j = 0; j < count; j++) {
    const value = of(j);
    if (value > most) {
      most = value;
      best = j;
    }
  }
  return best;
};

/** `refusal` makes all of them absent. `flip` is null where total gamma keeps its sign. */
export const levelFigures = (
  strikes: Float64Array,
  sums: StrikeSums,
  flip: number | null,
  asOf: Instant,
  basis: Basis,
  confidence: number,
  refusal: string | null,
): LevelFigures => {
  const { callGamma, putGamma, callContracts, putContracts } = sums;
  const at = (reason: string, of: (j: number) => number): LevelFigures['callWall'] => {
    if (refusal !== null) return absent(refusal, basis);
    const j = largest(strikes.length, of);
    return j < 0 ? absent(reason, basis) : measured(strikes[j] as number, asOf, basis, confidence);
  };
  const call = (j: number): number => callGamma[j] as number;
  const put = (j: number): number => putGamma[j] as number;
  return {
    gammaFlip:
      refusal !== null
        ? absent(refusal, basis)
        : flip === null
          ? absent('no-sign-change', basis)
          : measured(flip, asOf, basis, confidence),
    callWall: at('no-call-gamma', call),
    putWall: at('no-put-gamma', put),
    absoluteGammaStrike: at('no-gamma', (j) => call(j) + put(j)),
    callWallByContracts: at('no-calls', (j) => callContracts[j] as number),
    putWallByContracts: at('no-puts', (j) => putContracts[j] as number),
    netGexStrikeMax: at('no-positive-net-gamma', (j) => call(j) - put(j)),
    netGexStrikeMin: at('no-negative-net-gamma', (j) => put(j) - call(j)),
  };
};
