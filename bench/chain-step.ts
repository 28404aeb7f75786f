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

/** 20,000 contracts quoted a few cents about their own price. */
const chainFor = (symbol: string): ChainColumns => {
  const rows: TestContract[] = [];
  let expiry = '2026-09-18' as SessionDate;
  for (let e = 0; e < EXPIRIES; e++, expiry = nextSession(expiry).date) {
    for (let s = 0; s < STRIKES; s++) {
      const strike = 300 + s;
      const moneyness = Math.log(strike / SPOT);
      const impliedVolatility = 0.18 + 0.4 * moneyness * moneyness - 0.1 * moneyness;
      for (const right of ['C', 'P'] as const) {
        const years = (1.4 * e + 0.2) / 365;
        const price = bsmPrice(right === 'C', SPOT, strike, years, impliedVolatility, RATES.rate, RATES.dividendYield);
        const quote = { bid: Math.max(0, price - 0.02), ask: price + 0.02 };
        const figures = { openInterest: 100 + ((s * 37 + e * 11) % 900), impliedVolatility, gamma: 0.001, delta: 0.5 };
        rows.push({ expiry, right, strike, ...quote, ...figures });
      }
    }
  }
  return chainOf(symbol, AT, rows);
};

interface Steps {
  readonly longestMs: number;
  readonly count: number;
}

/** One chain through a fresh engine, and pulses until nothing of it waits. */
const throughEngine = (symbol: string, chain: ChainColumns): Steps => {
  const state = createState({ runId: 'b', symbols: [symbol], limits: DEFAULT_LIMITS, mode: 'simulated', rates: RATES });
  let seq = 0;
  let at: Instant = AT;
  const feed = (input: Input): number => {
    const startedMs = performance.now();
    step(state, { seq: ++seq, at, input });
    return performance.now() - startedMs;
  };
  feed({ kind: 'quote.seen', symbol, bidPrice: 499.99, bidSize: 1, askPrice: 500.01, askSize: 1, lastPrice: SPOT });
  let longestMs = feed({ kind: 'chain.seen', chain });
  const suite = state.symbols.get(symbol)?.suite;
  while (suite && isChainWorkLeft(suite)) {
    at = instant(at + 250);
    longestMs = Math.max(longestMs, feed({ kind: 'timer.fired' }));
  }
  return { longestMs, count: seq - 1 };
};

const atOnce = (symbol: string, chain: ChainColumns): number => {
  const suite = Object.assign(createSuite(symbol), { bidPrice: 499.99, askPrice: 500.01 });
  const startedMs = performance.now();
  onSuiteChain(suite, structuredClone(chain), SPOT, AT, RATES);
  return performance.now() - startedMs;
};

const index = chainFor('SPX');
const fund = chainFor('SPY');
const seen: string[] = [];

/** The longest time the engine stands still for a chain of 20,000 contracts: no tick is folded and no stop moved meanwhile. */
export const bench: Bench = {
  name: 'longest step of a 20,000-contract chain',
  peer: 'all parts at once',
  unit: 'ms',
  goal: 'engine stall at most 5 ms',
  run: async () => {
    const ours = throughEngine('SPX', index);
    const peer = atOnce('SPX', index);
    const american = throughEngine('SPY', fund);
    const americanPeer = atOnce('SPY', fund);
    seen.push(
      `European in ${ours.count} steps; American: longest ${american.longestMs.toFixed(1)} ms of ${american.count} steps, at once ${americanPeer.toFixed(1)} ms`,
    );
    return { ours: ours.longestMs, peer };
  },
  notes: () => seen.slice(1),
};
