import { expect, test } from 'bun:test';
import { chainOf, type TestContract } from '../../../testing/chain.ts';
import { createWorld, feed, goLive, quoteSpy, wait } from '../../../testing/world.ts';
import { hashOf, stateHash } from '../../hash.ts';
import { newYorkInstant, nextSession } from '../../market/calendar.ts';
import type { ChainColumns } from '../../market/chain.ts';
import { bsmPrice } from '../../pricing/bsm.ts';
import { createReplayer } from '../../replay.ts';
import { type Instant, instant, type SessionDate } from '../../types.ts';
import { beginSuiteChain, continueSuiteChain, isChainWorkLeft, onSuiteChain } from './on-chain.ts';
import { createSuite, type Suite } from './suite.ts';
import { suiteView } from './suite-view.ts';

const DATE = '2026-08-20' as SessionDate;
const AT = newYorkInstant(DATE, '11:00:00');
const RATES = { rate: 0.04, dividendYield: 0.013 };

/** `expiries` of 100 strikes with both rights, quoted a few cents about their own price. */
const bigChain = (symbol: string, expiries: number, receivedAt: Instant = AT): ChainColumns => {
  const rows: TestContract[] = [];
  let expiry = DATE;
  for (let e = 0; e < expiries; e++, expiry = nextSession(expiry).date) {
    for (let k = 0; k < 100; k++) {
      const strike = 550 + k;
      const impliedVolatility = 0.15 + 0.5 * Math.log(strike / 600) ** 2;
      for (const right of ['C', 'P'] as const) {
        const years = (e + 0.2) / 365;
        const price = bsmPrice(right === 'C', 600, strike, years, impliedVolatility, RATES.rate, RATES.dividendYield);
        const quote = { bid: Math.max(0, price - 0.02), ask: price + 0.02 };
        rows.push({
          expiry,
          right,
          strike,
          ...quote,
          openInterest: 500 + k,
          impliedVolatility,
          gamma: 0.01,
          delta: 0.5,
        });
      }
    }
  }
  return chainOf(symbol, receivedAt, rows);
};

const createQuoted = (symbol: string): Suite =>
  Object.assign(createSuite(symbol), { bidPrice: 599.99, askPrice: 600.01 });

test.each(['SPX', 'SPY'])(
  'parts of a large %s chain worked out over several steps say what they say worked out at once',
  (symbol) => {
    const chain = bigChain(symbol, 60);
    const whole = createQuoted(symbol);
    onSuiteChain(whole, chain, 600, AT, RATES);
    const parts = createQuoted(symbol);
    beginSuiteChain(parts, chain, 600, AT);
    let steps = 1;
    for (; isChainWorkLeft(parts); steps++) {
      continueSuiteChain(parts, chain, { spot: 610, at: instant(AT + 100 * steps), rates: RATES }, 0);
      // The market goes on: what waits is of the moment that the chain came.
      Object.assign(parts, { bidPrice: 609.99, askPrice: 610.01 });
    }
    expect(steps).toBeGreaterThan(3);
    Object.assign(parts, { bidPrice: 599.99, askPrice: 600.01 });
    expect(hashOf(parts)).toBe(hashOf(whole));
    expect([parts.vendorGreeks.chainAt, parts.vendorGreeks.check?.checked ?? 0] as number[]).toEqual([
      AT,
      chain.rowCount,
    ]);
    const figures = suiteView(whole, AT).modules.filter(({ cadence }) => cadence === 'new-chain');
    expect(figures.length).toBeGreaterThan(3);
    expect(JSON.stringify(suiteView(parts, AT))).toBe(JSON.stringify(suiteView(whole, AT)));
  },
);

test('a small chain is done with in the step that brings it', () => {
  const suite = createQuoted('SPY');
  const chain = bigChain('SPY', 2);
  beginSuiteChain(suite, chain, 600, AT);
  continueSuiteChain(suite, chain, { spot: 600, at: AT, rates: RATES }, 0);
  expect(isChainWorkLeft(suite)).toBe(false);
});

test('chains that come faster than they are worked off starve no part: a pulse between two of them is enough', () => {
  const suite = createQuoted('SPY');
  const large = bigChain('SPY', 100);
  const asOf = (): Record<string, number> => ({
    positioning: suite.positioning.current?.exposure.chainAt ?? Number.NaN,
    'chain-greeks': suite.chainGreeks.sums?.chainAt ?? Number.NaN,
    'put-call-parity': suite.parity.chainAt,
  });
  let waited = 0;
  let checks = 0;
  for (let i = 0; i < 60; i++) {
    const at = instant(AT + i * 5_000);
    const now = { spot: 600, at, rates: RATES };
    const chain = { ...large, receivedAt: at };
    beginSuiteChain(suite, chain, 600, at);
    if (suite.chainWork.isNewerWaiting) waited++;
    const checkedAt = suite.vendorGreeks.chainAt;
    continueSuiteChain(suite, chain, now, 0);
    continueSuiteChain(suite, chain, now, 0);
    if (suite.vendorGreeks.chainAt > checkedAt || (Number.isNaN(checkedAt) && suite.vendorGreeks.check)) checks++;
    // No part is left further and further behind.
    if (i > 40) for (const [part, of] of Object.entries(asOf())) expect(at - of, part).toBeLessThan(150_000);
  }
  expect(waited).toBeGreaterThan(10);
  expect(checks).toBeGreaterThan(1);
});

test('symbols take turns, and a run replays to the same state wherever its work was left', () => {
  const world = createWorld({ symbols: ['SPY', 'QQQ', 'IWM'] });
  goLive(world);
  quoteSpy(world, 599.99, 600.01);
  for (const symbol of ['QQQ', 'IWM'])
    feed(world, {
      kind: 'quote.seen',
      symbol,
      bidPrice: 599.99,
      bidSize: 1,
      askPrice: 600.01,
      askSize: 1,
      lastPrice: 600,
    });
  for (const symbol of ['SPY', 'QQQ', 'IWM'])
    feed(world, { kind: 'chain.seen', chain: bigChain(symbol, 25, world.at) });
  const left = (): number => [...world.state.symbols.values()].filter(({ suite }) => isChainWorkLeft(suite)).length;
  expect(left()).toBe(3);
  wait(world, 100);
  const replayer = createReplayer(world.params);
  for (const entry of world.entries) replayer.take({ kind: 'entry', entry: structuredClone(entry) });
  expect(replayer.result().hash).toBe(stateHash(world.state));
  const order: number[] = [];
  for (let i = 0; i < 60 && left() > 0; i++) {
    wait(world, 100);
    order.push(world.state.chainTurn);
  }
  expect(left()).toBe(0);
  expect(new Set(order.slice(0, 6)).size).toBe(3);
});

test('a chain in which nothing has moved waits until five seconds after the one before; one that has is worked out at once', () => {
  const suite = createQuoted('SPX');
  const chain = bigChain('SPX', 2);
  const come = (afterMs: number, changed: Partial<ChainColumns> = {}, spot = 600): number => {
    const at = instant(AT + afterMs);
    const newer = { ...chain, ...changed, receivedAt: at };
    beginSuiteChain(suite, newer, spot, at);
    continueSuiteChain(suite, newer, { spot, at, rates: RATES }, 0);
    return (suite.positioning.current?.exposure.chainAt ?? Number.NaN) - AT;
  };
  expect(come(0)).toBe(0);
  expect(come(2_000)).toBe(0);
  expect(isChainWorkLeft(suite)).toBe(false);
  // The pulse takes it up when it is due.
  const at = instant(AT + 5_000);
  continueSuiteChain(suite, { ...chain, receivedAt: instant(AT + 2_000) }, { spot: 600, at, rates: RATES }, 0);
  expect(suite.positioning.current?.exposure.chainAt).toBe(instant(AT + 2_000));
  expect(come(6_000)).toBe(2_000);
  expect(come(7_000, {}, 600.01)).toBe(7_000);
  const bid = chain.bid.slice();
  bid[7] = Number.NaN;
  expect(come(8_000, { bid }, 600.01)).toBe(8_000);
});
