import { isChainWorkLeft, onSuiteChain } from '../src/engine/core/analytics/suite/on-chain.ts';
import { createSuite } from '../src/engine/core/analytics/suite/suite.ts';
import type { Input } from '../src/engine/core/inputs.ts';
import { DEFAULT_LIMITS } from '../src/engine/core/limits.ts';
import { newYorkInstant, nextSession } from '../src/engine/core/market/calendar.ts';
import type { ChainColumns } from '../src/engine/core/market/chain.ts';
import { bsmPrice } from '../src/engine/core/pricing/bsm.ts';
import { createState } from '../src/engine/core/state.ts';
import { step } from '../src/engine/core/step.ts';
import { type Instant, instant, type SessionDate } from '../src/engine/core/types.ts';
import { chainOf, type TestContract } from '../src/engine/testing/chain.ts';
import type { Bench } from './harness.ts';

const SPOT = 500;
const RATES = { rate: 0.045, dividendYield: 0.012 };
const AT = newYorkInstant('2026-09-18' as SessionDate, '11:00:00');
const EXPIRIES = 20;
const STRIKES = 500;

/** 20 expiries quoted a few cents about their own price. */
const chainFor = (symbol: string, strikes: number): ChainColumns => {
  const rows: TestContract[] = [];
  let expiry = '2026-09-18' as SessionDate;
  for (let e = 0; e < EXPIRIES; e++, expiry = nextSession(expiry).date) {
    for (let s = 0; s < strikes; s++) {
      const strike = 300 + (s * STRIKES) / strikes;
      const moneyness = Math.log(strike / SPOT);
      const impliedVolatility = 0.18 + 0.4 * moneyness * moneyness - 0.1 * moneyness;
      for (const right of ['C', 'P'] as const) {
        const years = (1.4 * e + 0.2) / 365;
        const price = bsmPrice(right === 'C', SPOT, strike, years, impliedVolatility, RATES.rate, RATES.dividendYield);
        const quote = { bid: Math.max(0, price - 0.02), ask: price + 0.02 };
        // Calls lean up and puts down, so that gamma turns somewhere.
        const lean = Math.exp(-((moneyness / 0.15) ** 2)) * (right === 'C' ? 1 + moneyness : 1 - 1.5 * moneyness);
        const openInterest = Math.round((100 + ((s * 37 + e * 11) % 900)) * lean);
        const figures = { openInterest, volume: (s * 13 + e * 7) % 50, impliedVolatility, gamma: 0.001, delta: 0.5 };
        rows.push({ expiry, right, strike, ...quote, ...figures });
      }
    }
  }
  return chainOf(symbol, AT, rows);
};

/** A chain every five seconds: the first of a run has every boundary to solve, those after it next to none. */
const CHAINS = 8;
const CHAIN_EVERY_MS = 5_000;
const PULSE_MS = 250;
/** Spot moves, or only time would have. */
const spotOfChain = (n: number): number => SPOT + 0.01 * n;

interface Passage {
  /** Longest step and whole cost of each chain, milliseconds. */
  readonly longestMs: readonly number[];
  readonly wholeMs: readonly number[];
  readonly steps: number;
}

/** Chains through a fresh engine, each with pulses until nothing of it waits. */
const throughEngine = (symbol: string, chain: ChainColumns): Passage => {
  const state = createState({ runId: 'b', symbols: [symbol], limits: DEFAULT_LIMITS, mode: 'simulated', rates: RATES });
  const [longestMs, wholeMs]: [number[], number[]] = [[], []];
  let seq = 0;
  let steps = 0;
  const feed = (at: Instant, input: Input): number => {
    const startedMs = performance.now();
    step(state, { seq: ++seq, at, input });
    return performance.now() - startedMs;
  };
  for (let n = 0; n < CHAINS; n++) {
    let at = instant(AT + n * CHAIN_EVERY_MS);
    const spot = spotOfChain(n);
    const quote = { bidPrice: spot - 0.01, bidSize: 1, askPrice: spot + 0.01, askSize: 1, lastPrice: spot };
    feed(at, { kind: 'quote.seen', symbol, ...quote });
    const taken = [feed(at, { kind: 'chain.seen', chain: { ...chain, receivedAt: at } })];
    const suite = state.symbols.get(symbol)?.suite;
    while (suite && isChainWorkLeft(suite)) {
      at = instant(at + PULSE_MS);
      taken.push(feed(at, { kind: 'timer.fired' }));
    }
    longestMs.push(Math.max(...taken));
    wholeMs.push(taken.reduce((sum, ms) => sum + ms, 0));
    steps = taken.length;
  }
  return { longestMs, wholeMs, steps };
};

/** The same chains, all parts of each in one go. */
const atOnce = (symbol: string, chain: ChainColumns): readonly number[] => {
  const suite = createSuite(symbol);
  return Array.from({ length: CHAINS }, (_, n) => {
    const at = instant(AT + n * CHAIN_EVERY_MS);
    const spot = spotOfChain(n);
    Object.assign(suite, { bidPrice: spot - 0.01, askPrice: spot + 0.01 });
    const copy = { ...structuredClone(chain), receivedAt: at };
    const startedMs = performance.now();
    onSuiteChain(suite, copy, spot, at, RATES);
    return performance.now() - startedMs;
  });
};

const medianOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
/** Of the chains after the first two: the second solves the yields on either side. */
const settled = (values: readonly number[]): number => medianOf(values.slice(2));

const index = chainFor('SPX', STRIKES);
const fund = chainFor('SPY', STRIKES);
const small = chainFor('SPY', 125);
const seen: string[] = [];

const noteOf = (name: string, chain: ChainColumns, { longestMs, wholeMs, steps }: Passage): string =>
  `${name}, ${chain.rowCount} contracts: first chain longest ${longestMs[0]?.toFixed(1)} of ${wholeMs[0]?.toFixed(1)} ms, ` +
  `then ${settled(longestMs).toFixed(1)} of ${settled(wholeMs).toFixed(1)} ms in ${steps} steps`;

/** The longest time the engine stands still for a chain of 20,000 contracts: no tick is folded and no stop moved meanwhile. */
export const bench: Bench = {
  name: 'longest step of a 20,000-contract chain, American',
  peer: 'all parts at once',
  unit: 'ms',
  goal: 'engine stall at most 5 ms',
  run: async () => {
    const american = throughEngine('SPY', fund);
    const european = throughEngine('SPX', index);
    const fewer = throughEngine('SPY', small);
    seen.push(
      [noteOf('American', fund, american), noteOf('European', index, european), noteOf('American', small, fewer)].join(
        '; ',
      ),
    );
    return { ours: settled(american.longestMs), peer: settled(atOnce('SPY', fund)) };
  },
  notes: () => seen.slice(1),
};
