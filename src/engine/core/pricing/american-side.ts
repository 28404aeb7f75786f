import { type BankReading, type BoundaryBanks, bankFor, readBank, readingOf } from './american-bank.ts';
import { logBoundary, logCeilingOf, solveShape } from './american-boundary.ts';
import { GRID, GRID_PER_OCTAVE, gridVolatility, LOWEST_OCTAVE } from './american-grid.ts';
import { type AmericanScheme, FAR_SCHEME, FAST_SCHEME, NEAR_SCHEME } from './american-scheme.ts';
import { countSolved } from './effort.ts';

/** Grid points an interpolation is made of. */
const POINTS = 6;

const NODES = FAST_SCHEME.nodes;
const OUTER_MAX = Math.max(FAR_SCHEME.outer, FAST_SCHEME.outer, NEAR_SCHEME.outer);

/** What of Kim's integrand depends on neither strike nor volatility, at one scheme's outer points. */
export interface Flows {
  readonly scheme: AmericanScheme;
  /** Elapsed years at the outer points, and their square roots. */
  readonly elapsed: Float64Array;
  readonly root: Float64Array;
  /** Weight · rate · e^(−ru), and weight · yield · e^(−qu). */
  readonly cash: Float64Array;
  readonly stock: Float64Array;
}

/** One expiry and side, and the boundaries solved for it so far. */
export interface Side {
  readonly isCall: boolean;
  readonly years: number;
  readonly rate: number;
  readonly dividendYield: number;
  /** ln of the boundary's place at expiry, of the side's put with strike 1. */
  readonly logCeiling: number;
  /** Made when a contract first comes so near to the boundary. */
  far: Flows | null;
  middle: Flows | null;
  near: Flows | null;
  /** Where what earlier chains solved for the same expiry and side is found; null keeps nothing. */
  readonly keeper: BankKeeper | null;
  /** Made when the first contract asks: of most sides none does. */
  grid: ShapeGrid | null;
}

interface ShapeGrid {
  readonly kept: BankReading | null;
  readonly solved: Uint8Array;
  /** Row per grid volatility: the boundary's shape at the nodes. */
  readonly shapes: Float64Array;
}

/** Where an expiry's boundaries of one right are kept. */
export interface BankKeeper {
  readonly banks: BoundaryBanks;
  readonly key: string;
}

const flowsOf = (scheme: AmericanScheme, years: number, rate: number, dividendYield: number): Flows => {
  const { outer, outerShare, outerWeight } = scheme;
  const [elapsed, root] = [new Float64Array(outer), new Float64Array(outer)];
  const [cash, stock] = [new Float64Array(outer), new Float64Array(outer)];
  for (let k = 0; k < outer; k++) {
    const u = (outerShare[k] as number) * years;
    const weight = (outerWeight[k] as number) * years;
    elapsed[k] = u;
    root[k] = Math.sqrt(u);
    cash[k] = weight * rate * Math.exp(-rate * u);
    stock[k] = weight * dividendYield * Math.exp(-dividendYield * u);
  }
  return { scheme, elapsed, root, cash, stock };
};

export const createSide = (
  isCall: boolean,
  years: number,
  rate: number,
  dividendYield: number,
  keeper: BankKeeper | null = null,
): Side => ({
  isCall,
  years,
  rate,
  dividendYield,
  logCeiling: isCall ? logCeilingOf(dividendYield, rate) : logCeilingOf(rate, dividendYield),
  far: null,
  middle: null,
  near: null,
  keeper,
  grid: null,
});

const gridOf = (side: Side): ShapeGrid => {
  if (side.grid !== null) return side.grid;
  const { isCall, years, rate, dividendYield, keeper } = side;
  const bank = keeper && bankFor(keeper.banks, keeper.key, isCall, years, rate, dividendYield);
  side.grid = {
    kept: bank && readingOf(bank, years, dividendYield),
    solved: new Uint8Array(GRID),
    shapes: new Float64Array(GRID * NODES),
  };
  return side.grid;
};

/** The flows for a contract so many standard deviations from the boundary: the nearer, the more points. */
export const flowsAt = (side: Side, deviations: number): Flows => {
  const { years, rate, dividendYield } = side;
  if (deviations > FAR) {
    side.far ??= flowsOf(FAR_SCHEME, years, rate, dividendYield);
    return side.far;
  }
  if (deviations > NEAR) {
    side.middle ??= flowsOf(FAST_SCHEME, years, rate, dividendYield);
    return side.middle;
  }
  side.near ??= flowsOf(NEAR_SCHEME, years, rate, dividendYield);
  return side.near;
};
const FAR = 1;
const NEAR = 0.1;

// Working memory of one contract, written before it is read.
const weights = new Float64Array(POINTS);
const slopes = new Float64Array(POINTS);
const shape = new Float64Array(NODES);
const shapeSlope = new Float64Array(NODES);
/** At the outer points: ln B of the side's put with strike 1, and its change per unit of volatility. */
export const logBoundaries = new Float64Array(OUTER_MAX);
export const boundarySlopes = new Float64Array(OUTER_MAX);

/** 1 / Π (j − m) over the other points m. */
const PER_PRODUCT = Float64Array.from({ length: POINTS }, (_, j) => {
  let product = 1;
  for (let m = 0; m < POINTS; m++) if (m !== j) product *= j - m;
  return 1 / product;
});

/** Lagrange weights at `x` for values at 0 … POINTS − 1, and those of the derivative. */
const lagrange = (x: number): void => {
  for (let j = 0; j < POINTS; j++) {
    let weight = PER_PRODUCT[j] as number;
    let slope = 0;
    for (let m = 0; m < POINTS; m++) {
      if (m === j) continue;
      slope = slope * (x - m) + weight;
      weight *= x - m;
    }
    weights[j] = weight;
    slopes[j] = slope;
  }
};

const solveAt = (side: Side, { kept, shapes, solved }: ShapeGrid, j: number): void => {
  const { isCall, years, rate, dividendYield } = side;
  if (kept !== null) readBank(kept, j, shapes);
  else {
    const row = shapes.subarray(j * NODES, (j + 1) * NODES);
    solveShape(
      FAST_SCHEME,
      years,
      gridVolatility(j),
      isCall ? dividendYield : rate,
      isCall ? rate : dividendYield,
      row,
    );
    countSolved();
  }
  solved[j] = 1;
};

/** Interpolates the shape for one volatility; ln of the boundary today (strike 1), NaN when that is off the grid. */
export const interpolateShape = (side: Side, volatility: number): number => {
  const x = (Math.log2(volatility) - LOWEST_OCTAVE) * GRID_PER_OCTAVE;
  const first = Math.floor(x) - POINTS / 2 + 1;
  if (!(first >= 0 && first + POINTS <= GRID)) return Number.NaN;
  const grid = gridOf(side);
  const { shapes, solved } = grid;
  const { logCeiling } = side;
  for (let j = first; j < first + POINTS; j++) if (solved[j] !== 1) solveAt(side, grid, j);
  lagrange(x - first);
  const perVolatility = GRID_PER_OCTAVE / (volatility * Math.LN2);
  for (let node = 0; node < NODES; node++) {
    let value = 0;
    let slope = 0;
    for (let j = 0, at = first * NODES + node; j < POINTS; j++, at += NODES) {
      const s = shapes[at] as number;
      value += (weights[j] as number) * s;
      slope += (slopes[j] as number) * s;
    }
    shape[node] = value;
    shapeSlope[node] = slope * perVolatility;
  }
  return logBoundary(logCeiling, shape[NODES - 1] as number);
};

/** Fills `logBoundaries` and `boundarySlopes` at the scheme's outer points from the shape interpolated last. */
export const spreadBoundary = ({ outer, outerFromNodes }: AmericanScheme, logCeiling: number): void => {
  for (let k = 0, at = 0; k < outer; k++) {
    let h = 0;
    let slope = 0;
    for (let j = 0; j < NODES; j++, at++) {
      const from = outerFromNodes[at] as number;
      h += from * (shape[j] as number);
      slope += from * (shapeSlope[j] as number);
    }
    logBoundaries[k] = logBoundary(logCeiling, h);
    boundarySlopes[k] = h > 0 ? (-0.5 * slope) / Math.sqrt(h) : 0;
  }
};
