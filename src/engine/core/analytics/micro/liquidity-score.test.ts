import { describe, expect, test } from 'bun:test';
import { bookOf } from '../../../testing/book.ts';
import { createLiquidityScore, liquidityScoreView, onLiquidityBook } from './liquidity-score.ts';
import { slotSum } from './slots.ts';

describe('liquidity score', () => {
  /** The bid touch loses size and gets it back after `backMs`, `times` over. */
  const breathe = (times: number, backMs: number) => {
    const state = createLiquidityScore();
    const full = bookOf([[100, 20_000]], [[100.01, 20_000]]);
    const thin = bookOf([[100, 9_000]], [[100.01, 20_000]]);
    let at = 1_000;
    onLiquidityBook(state, full, at);
    for (let i = 0; i < times; i++) {
      at += 2_000;
      onLiquidityBook(state, thin, at);
      at += backMs;
      onLiquidityBook(state, full, at);
    }
    return liquidityScoreView(state, at);
  };

  test('is full and an A for a tight, deep book that comes back at once', () => {
    const view = breathe(10, 1_000);
    expect(view.spreadBps.value).toBeCloseTo(0.99995, 4);
    expect(view.replenishment.value).toBe(1);
    expect(view.score).toMatchObject({ value: 100, confidence: 1 });
    expect(view.grade.value).toBe('A');
  });

  test('falls by the weight of replenishment when the touch comes back late', () => {
    const view = breathe(10, 1_001);
    expect(view.replenishment.value).toBe(0);
    expect(view.score.value).toBeCloseTo(80, 9);
  });

  test('rests on spread and depth alone, and says so, before ten lost touches', () => {
    const view = breathe(9, 500);
    expect(view.replenishment).toMatchObject({ reason: 'warming-up' });
    expect(view.score).toMatchObject({ value: 100, confidence: 0.8 });
  });

  test.each([
    ['a bid back at a better price', 99.99, 100.05, 100.01, 100.05, 1, 1],
    ['a bid back at its price', 99.99, 100.05, 100, 100.05, 1, 1],
    ['a bid still lower', 99.98, 100.05, 99.99, 100.05, 0, 0],
    ['an ask back at a better price', 100, 100.07, 100, 100.04, 1, 1],
    ['an ask still higher', 100, 100.07, 100, 100.06, 0, 0],
    ['a touch that only got better', 100.01, 100.04, 100.02, 100.03, 0, 0],
  ])('follows %s', (_, bid1, ask1, bid2, ask2, resolved, recovered) => {
    const state = createLiquidityScore();
    const see = (bid: number, ask: number, at: number): void =>
      onLiquidityBook(state, bookOf([[bid, 100]], [[ask, 100]]), at);
    see(100, 100.05, 1_000);
    see(bid1, ask1, 1_100);
    see(bid2, ask2, 1_200);
    expect([slotSum(state.slots, 0, 1_200), slotSum(state.slots, 1, 1_200)]).toEqual([resolved, recovered]);
  });

  test('takes the thinner side for the depth', () => {
    const state = createLiquidityScore();
    onLiquidityBook(state, bookOf([[100, 20_000]], [[100.01, 1]]), 1);
    const view = liquidityScoreView(state, 1);
    expect([view.score.value, view.bidDepthDollars.value, view.askDepthDollars.value]).toEqual([50, 2_000_000, 100.01]);
  });

  test('is nothing and an F for a wide, empty book, and halfway between on the logarithm', () => {
    const of = (half: number, size: number) => {
      const state = createLiquidityScore();
      onLiquidityBook(state, bookOf([[100 - half, size]], [[100 + half, size]]), 1);
      return liquidityScoreView(state, 1);
    };
    expect(of(0.2, 10)).toMatchObject({ score: { value: 0 }, grade: { value: 'F' } });
    // Spread 5 bps and about the geometric mean of the depths: each halfway.
    expect(of(0.025, Math.sqrt(2e10) / 100).score.value).toBeCloseTo(50, 1);
  });
});
