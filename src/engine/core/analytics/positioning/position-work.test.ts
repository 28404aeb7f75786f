import { expect, test } from 'bun:test';
import { chainOf, type TestContract } from '../../../testing/chain.ts';
import { createRandom } from '../../../testing/random.ts';
import { newYorkInstant } from '../../market/calendar.ts';
import type { SessionDate } from '../../types.ts';
import { expiryTimes } from './expiry-times.ts';
import { beginPosition, continuePosition } from './position-work.ts';

const DATE = '2026-08-20' as SessionDate;
const AT = newYorkInstant(DATE, '11:00:00');
const RATES = { rate: 0.04, dividendYield: 0.013 };
/** More steps than there are blocks, stages and points of a flip: a slice that does nothing would go beyond. */
const STEPS_MAX = 5_000;

const smallChain = (symbol: string) => {
  const rows: TestContract[] = [];
  for (let strike = 560; strike < 640; strike++)
    for (const right of ['C', 'P'] as const) {
      const premium = Math.max(0.05, 12 - Math.abs(strike - 600) / 4);
      const quote = { bid: premium - 0.02, ask: premium + 0.02 };
      rows.push({
        expiry: DATE,
        right,
        strike,
        ...quote,
        openInterest: 500,
        impliedVolatility: 0.2,
        gamma: 0.01,
        delta: 0.5,
      });
    }
  return chainOf(symbol, AT, rows);
};

/** Works the chain out in slices of these budgets, over and over, and says how many it took. */
const inSlices = (symbol: string, budgets: readonly number[]) => {
  const chain = smallChain(symbol);
  const work = beginPosition(chain, expiryTimes(chain, AT), 600, AT, null);
  for (let steps = 1; steps <= STEPS_MAX; steps++) {
    const step = continuePosition(work, RATES, null, 0, budgets[steps % budgets.length] ?? 1);
    if (step.positioned !== null)
      return { steps, told: JSON.stringify(step.positioned.exposure), spentNs: step.spentNs };
  }
  return { steps: Number.POSITIVE_INFINITY, told: 'nothing', spentNs: Number.NaN };
};

test.each(['SPX', 'SPY'])(
  '%s: however small the slices, they come to an end and say what is said at once',
  (symbol) => {
    const whole = inSlices(symbol, [Number.POSITIVE_INFINITY]);
    expect(whole.steps).toBe(1);
    const random = createRandom(7);
    for (const budgets of [[1], [1_000], [20_000, 1], Array.from({ length: 50 }, () => random.whole(1, 200_000))])
      expect(inSlices(symbol, budgets)).toMatchObject({ told: whole.told });
  },
);

test.each(['SPX', 'SPY'])('%s: a budget that is used to the last nanosecond ends its step', (symbol) => {
  const chain = smallChain(symbol);
  const times = expiryTimes(chain, AT);
  const spent = new Set<number>();
  const walk = beginPosition(chain, times, 600, AT, null);
  for (let steps = 0; steps < STEPS_MAX; steps++) {
    const step = continuePosition(walk, RATES, null, 0, 1);
    spent.add(step.spentNs);
    if (step.positioned !== null) break;
  }
  expect(spent.size).toBeGreaterThan(2);
  for (const exact of spent) {
    const work = beginPosition(chain, times, 600, AT, null);
    let steps = 0;
    while (continuePosition(work, RATES, null, 0, exact).positioned === null && steps < STEPS_MAX) steps++;
    expect(steps).toBeLessThan(STEPS_MAX);
  }
});
