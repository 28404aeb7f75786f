import { solveShape } from './american-boundary.ts';
import { GRID, gridVolatility } from './american-grid.ts';
import { chebyshevRow, FAST_SCHEME } from './american-scheme.ts';
import { countSolved } from './effort.ts';

/* From one chain to the next of the same expiry only time and the carry that its quotes tell move, and both by little.
 * Time asks for nothing new: with the rest held, a boundary of less life is the beginning of the one of more. The yield
 * is interpolated between three. */
const NODES = FAST_SCHEME.nodes;
const COLUMNS = 3;

/** A boundary is read until this share of the life it was solved for has passed, or so many years: half a day. */
const LIFE_PASSED_MAX = 0.25;
const YEARS_PASSED_MAX = 0.5 / 365;
/**
 * The yield may move by this share of what the boundary's shape is made of, the distance between rate and yield and, of
 * a call, the yield itself; and by no more than this over √life. Read within that, prices are within 2e-6 of the strike
 * of boundaries solved anew (`american-bank.test.ts`).
 */
const YIELD_SHARE_MAX = 0.1;
const YIELD_ROOT_MAX = 0.001;
/** A range narrower than this, per year, is left by the next chain: not worth keeping. */
const YIELD_STEP_MIN = 1e-5;

/** What has been solved for one expiry and right, at one rate and three yields. Plain data; grows as it is read. */
export interface BoundaryBank {
  readonly isCall: boolean;
  /** The life that the boundaries begin with. */
  readonly years: number;
  readonly rate: number;
  readonly dividendYield: number;
  /** The other two yields are this far off on either side. */
  readonly yieldStep: number;
  /** By column and grid volatility: 1 once solved. */
  readonly solved: Uint8Array;
  readonly shapes: Float64Array;
}

/** Null where a boundary is too sensitive to its yield to be kept. */
const createBank = (isCall: boolean, years: number, rate: number, dividendYield: number): BoundaryBank | null => {
  const apart = Math.abs(rate - dividendYield);
  const scale = isCall ? Math.min(apart, dividendYield) : apart;
  const yieldStep = Math.min(YIELD_SHARE_MAX * scale, YIELD_ROOT_MAX / Math.sqrt(years));
  return yieldStep < YIELD_STEP_MIN
    ? null
    : {
        isCall,
        years,
        rate,
        dividendYield,
        yieldStep,
        solved: new Uint8Array(COLUMNS * GRID),
        shapes: new Float64Array(COLUMNS * GRID * NODES),
      };
};

/** Whether the bank can be read for this life, rate and yield. */
const covers = (bank: BoundaryBank, years: number, rate: number, dividendYield: number): boolean =>
  rate === bank.rate &&
  years <= bank.years &&
  bank.years - years <= Math.min(LIFE_PASSED_MAX * bank.years, YEARS_PASSED_MAX) &&
  Math.abs(dividendYield - bank.dividendYield) <= bank.yieldStep;

/** A bank as one chain reads it. */
export interface BankReading {
  readonly bank: BoundaryBank;
  /** Of the three yields. */
  readonly weights: Float64Array;
  /** Row i: the shape at node i of the life left from the nodes of the whole; null when all of it is left. */
  readonly fromNodes: Float64Array | null;
}

const row = new Float64Array(NODES);

export const readingOf = (bank: BoundaryBank, years: number, dividendYield: number): BankReading => {
  const x = (dividendYield - bank.dividendYield) / bank.yieldStep;
  const weights = Float64Array.of(0.5 * x * (x - 1), 1 - x * x, 0.5 * x * (x + 1));
  if (years === bank.years) return { bank, weights, fromNodes: null };
  const left = Math.sqrt(years / bank.years);
  const fromNodes = new Float64Array(NODES * NODES);
  for (let i = 0; i < NODES; i++) {
    const z = 2 * left * Math.sqrt(FAST_SCHEME.lifeShare[i + 1] as number) - 1;
    chebyshevRow(NODES, z, row);
    fromNodes.set(row, i * NODES);
  }
  return { bank, weights, fromNodes };
};

const solveColumn = (bank: BoundaryBank, column: number, j: number): void => {
  const { isCall, years, rate } = bank;
  const dividendYield = bank.dividendYield + (column - 1) * bank.yieldStep;
  const at = column * GRID + j;
  const row = bank.shapes.subarray(at * NODES, (at + 1) * NODES);
  solveShape(FAST_SCHEME, years, gridVolatility(j), isCall ? dividendYield : rate, isCall ? rate : dividendYield, row);
  bank.solved[at] = 1;
  countSolved();
};

const mixed = new Float64Array(NODES);

/** Row `j` of `out`: the shape at that grid volatility, as `solveShape` tells it; solves what nobody has asked for before. */
export const readBank = ({ bank, weights, fromNodes }: BankReading, j: number, out: Float64Array): void => {
  mixed.fill(0);
  for (let column = 0; column < COLUMNS; column++) {
    const weight = weights[column] as number;
    if (weight === 0) continue;
    const at = column * GRID + j;
    if (bank.solved[at] !== 1) solveColumn(bank, column, j);
    for (let node = 0; node < NODES; node++)
      mixed[node] = (mixed[node] as number) + weight * (bank.shapes[at * NODES + node] as number);
  }
  if (fromNodes === null) {
    out.set(mixed, j * NODES);
    return;
  }
  for (let i = 0, at = 0; i < NODES; i++) {
    let sum = 0;
    for (let node = 0; node < NODES; node++, at++) sum += (fromNodes[at] as number) * (mixed[node] as number);
    out[j * NODES + i] = sum;
  }
};

/** Banks of one underlying by expiry, settlement and right. */
export type BoundaryBanks = Map<string, BoundaryBank>;

/** The bank to read, made anew where the one kept no longer covers what is asked. */
export const bankFor = (
  banks: BoundaryBanks,
  key: string,
  isCall: boolean,
  years: number,
  rate: number,
  dividendYield: number,
): BoundaryBank | null => {
  const kept = banks.get(key);
  if (kept && covers(kept, years, rate, dividendYield)) return kept;
  const made = createBank(isCall, years, rate, dividendYield);
  if (made === null) banks.delete(key);
  else banks.set(key, made);
  return made;
};
