import { expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { bookOf } from '../../../testing/book.ts';
import { VPIN_MODULE } from '../vpin-view.ts';
import {
  createMicrostructure,
  MICROSTRUCTURE_MODULES,
  microView,
  onMicroBook,
  onMicroQuote,
  onMicroTrade,
} from './microstructure.ts';

test('every measure has a name of its own, a warm-up in words and a page', () => {
  const modules = [...MICROSTRUCTURE_MODULES, VPIN_MODULE];
  expect(modules.length).toBeGreaterThan(8);
  expect(new Set(modules.map(({ name }) => name)).size).toBe(modules.length);
  for (const { name, warmUp, ageMsMax } of modules) {
    const page = name.replace('multi-level-', '');
    expect(existsSync(new URL(`../../../../../docs/measures/${page}.md`, import.meta.url)) ? page : null).toBe(page);
    expect(warmUp.length).toBeGreaterThan(5);
    expect(ageMsMax).toBeGreaterThan(0);
  }
});

/** Every number in a view, and how many figures it has. */
const walk = (value: unknown, numbers: number[]): number => {
  if (typeof value === 'number') numbers.push(value);
  if (typeof value !== 'object' || value === null) return 0;
  const own = 'basis' in value ? 1 : 0;
  return Object.values(value).reduce<number>((sum, item) => sum + walk(item, numbers), own);
};

test('a view is plain JSON without a NaN, from the first moment on', () => {
  const state = createMicrostructure({ orderFlow: { tick: 0.05 }, liquidity: { recoverMs: 500 } });
  let figures = 0;
  const look = (at: number): void => {
    const view = microView(state, at);
    const numbers: number[] = [];
    figures += walk(view, numbers);
    expect(numbers.filter((number) => !Number.isFinite(number))).toEqual([]);
    expect(JSON.parse(JSON.stringify(view))).toEqual(view);
  };
  look(0);
  onMicroTrade(state, 10, 100, 'ARCA', 1_000);
  look(1_000);
  onMicroQuote(state, Number.NaN, Number.NaN, 10.05, 100, 1_000);
  look(1_000);
  onMicroBook(state, bookOf([], []), 1_000);
  onMicroBook(state, bookOf([[10, 0]], [[10, 0]]), 1_500);
  look(1_500);
  onMicroQuote(state, 10, 0, 10, 0, 2_000);
  onMicroTrade(state, 10, Number.NaN, 'ARCA', 2_000);
  onMicroTrade(state, Number.NaN, 100, 'ARCA', 2_000);
  look(2_000);
  look(1e9);
  expect(figures).toBeGreaterThan(100);
});

test('a trade is signed by the quote before it and feeds every measure of trades once', () => {
  const state = createMicrostructure();
  onMicroQuote(state, 10, 100, 10.1, 100, 1_000);
  expect(onMicroTrade(state, 10.1, 300, 'IEX', 1_100)).toBe(1);
  expect(onMicroTrade(state, 10, 200, 'ARCA', 1_200)).toBe(-1);
  const view = microView(state, 1_300);
  expect(view.spread.shares).toBe(500);
  expect([view.consumption.buyShares, view.consumption.sellShares]).toEqual([300, 200]);
  expect(view.venues.prints.value?.map(({ venue }) => venue)).toEqual(['IEX', 'ARCA']);
  expect(state.largeTrades.trades).toBe(2);
});
