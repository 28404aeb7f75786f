import { describe, expect, test } from 'bun:test';
import { type LobsterDay, readLobster, touchOf } from '../../../../../tests/support/lobster.ts';
import { hasRecordedData } from '../../../../../tests/support/reference.ts';
import { hashOf } from '../../hash.ts';
import { createBook } from '../../market/book.ts';
import { bookImbalance } from '../imbalance.ts';
import { liquidityScoreView } from './liquidity-score.ts';
import {
  createMicrostructure,
  type Microstructure,
  type MicrostructureView,
  microView,
  onMicroBook,
  onMicroQuote,
  onMicroTimer,
  onMicroTrade,
} from './microstructure.ts';

const DAYS = [
  ['AMZN', 'ticks/lobster/LOBSTER_SampleFile_AMZN_2012-06-21_5.zip', 5],
  ['AAPL', 'ticks/lobster/LOBSTER_SampleFile_AAPL_2012-06-21_1.zip', 1],
] as const;
const hasDays = DAYS.every(([, zip]) => hasRecordedData(zip));
const read = (which: 0 | 1): LobsterDay => readLobster(DAYS[which][1], DAYS[which][2]);

interface Heard {
  readonly state: Microstructure;
  /** Per executed visible trade: our sign against the exchange's. */
  readonly signs: [number, number][];
  readonly quotes: (readonly [number, number, number, number, number])[];
}

/** Folds the first `events` of a day: trades before the book they leave behind, quotes when the touch changes. */
const fold = (
  day: LobsterDay,
  events: number,
  seen?: (state: Microstructure, at: number, i: number) => void,
): Heard => {
  const heard: Heard = { state: createMicrostructure(), signs: [], quotes: [] };
  const { state } = heard;
  const book = createBook();
  let touch: readonly number[] = [];
  let timer = 0;
  for (let i = 0; i < events; i++) {
    const at = day.at[i] as number;
    if (at >= timer) onMicroTimer(state, at);
    timer = Math.floor(at / 1000) * 1000 + 1000;
    if (day.type[i] === 4 || day.type[i] === 5) {
      const sign = onMicroTrade(state, day.price[i] as number, day.size[i] as number, 'NASDAQ', at);
      if (day.type[i] === 4) heard.signs.push([sign, day.aggressor[i] as number]);
    }
    day.bookAfter(book, i);
    onMicroBook(state, book, at);
    const now = touchOf(book);
    if (now.some((cell, column) => cell !== touch[column])) {
      onMicroQuote(state, ...now, at);
      heard.quotes.push([at, ...now]);
    }
    touch = now;
    seen?.(state, at, i);
  }
  return heard;
};

describe.skipIf(!hasDays)('the microstructure of AMZN and AAPL on 2012-06-21', () => {
  test('the quote rule finds the aggressor of every visible execution', () => {
    for (const which of [0, 1] as const) {
      const day = read(which);
      const { signs } = fold(day, day.events);
      expect(signs.length).toBe(which === 0 ? 8_974 : 23_658);
      expect(signs.filter(([ours, theirs]) => ours !== theirs)).toEqual([]);
    }
  }, 60_000);

  test('every grade, both signs of every leaning and every flag is reached', () => {
    const all: MicrostructureView[] = [];
    const grades = new Map<string, number>();
    let scored = 0;
    for (const which of [0, 1] as const) {
      const day = read(which);
      let next = 0;
      fold(day, day.events, (state, at) => {
        if (at < next) return;
        next = at + 1_000;
        // The rest every tenth second: the grades at the ends are rarer.
        if (scored % 10 === 0) all.push(microView(state, at));
        const name = liquidityScoreView(state.liquidity, at).grade.value ?? 'absent';
        grades.set(name, (grades.get(name) ?? 0) + 1);
        scored++;
      });
    }
    expect(all.length).toBeGreaterThan(2_000);
    console.log(`liquidity grades of ${scored} seconds: ${JSON.stringify(Object.fromEntries([...grades].sort()))}`);
    expect([...grades.keys()].sort()).toEqual(['A', 'B', 'C', 'D', 'E', 'F']);
    const some = (of: (view: MicrostructureView) => number | null): void => {
      const values = all.map(of).filter((value) => value !== null);
      expect(values.some((value) => value > 0) && values.some((value) => value < 0)).toBe(true);
    };
    some((view) => view.imbalance.level1.value);
    some((view) => view.imbalance.level5.value);
    some((view) => view.pressure.pressure.value);
    some((view) => view.orderFlow.last.value);
    some((view) => view.largeTrades.netShares.value);
    some((view) => view.multiLevelFlow.last.value?.[4] ?? null);
    expect(all.some((view) => view.intensity.stuffing.value === true)).toBe(true);
    expect(all.some((view) => view.intensity.stuffing.value === false)).toBe(true);
    expect(all.some((view) => view.consumption.buySweeps > 0)).toBe(true);
    expect(all.some((view) => view.consumption.sellSweeps > 0)).toBe(true);
  }, 60_000);

  test('no figure of half a day knows the other half', () => {
    const day = read(0);
    const half = Math.floor(day.events / 2);
    let held: Microstructure | null = null;
    fold(day, day.events, (state, _, i) => {
      if (i === half - 1) held = structuredClone(state);
    });
    const { state } = fold(day, half);
    expect(hashOf(state)).toBe(hashOf(held));
    expect(hashOf(state)).not.toBe(hashOf(fold(day, half - 1).state));
    const at = day.at[half - 1] as number;
    expect(microView(state, at)).toEqual(microView(held as unknown as Microstructure, at));
    expect(microView(state, at).orderFlow.regression.value?.intervals).toBe(360);
  });

  test('sums of the last minute are those of its own events, and flow that of its own quotes', () => {
    const day = read(0);
    const events = 100_000;
    const { state, quotes } = fold(day, events);
    const at = day.at[events - 1] as number;
    const view = microView(state, at);
    const from = (Math.floor(at / 1000) - 59) * 1000;
    let [shares, buys, quotesIn] = [0, 0, 0];
    for (let i = 0; i < events; i++) {
      if ((day.at[i] as number) < from) continue;
      if (day.type[i] === 4) shares += day.size[i] as number;
      if (day.aggressor[i] === 1) buys += day.size[i] as number;
    }
    // Hidden executions carry no certain side; those signed by us are in both figures.
    expect(view.spread.shares).toBeGreaterThanOrEqual(shares);
    expect(view.consumption.buyShares).toBeGreaterThanOrEqual(buys);
    expect(view.consumption.buyShares + view.consumption.sellShares).toBe(view.spread.shares);
    expect(shares).toBeGreaterThan(100);
    const seconds = Math.floor(at / 1000);
    for (const [when] of quotes) if (when >= (seconds - 60) * 1000 && when < seconds * 1000) quotesIn++;
    expect(view.intensity.perSecond60.value).toBe(quotesIn / 60);
    const number = Math.floor(at / 10_000);
    let flow = 0;
    quotes.forEach(([when, bid, bidSize, ask, askSize], i) => {
      const [, bid0, bidSize0, ask0, askSize0] = quotes[i - 1] ?? [0, 0, 0, 0, 0];
      if (Math.floor(when / 10_000) !== number) return;
      flow += (bid >= bid0 ? bidSize : 0) - (bid <= bid0 ? bidSize0 : 0);
      flow += (ask >= ask0 ? askSize0 : 0) - (ask <= ask0 ? askSize : 0);
    });
    expect(view.orderFlow.open.value).toBe(flow);
  });

  test('imbalance at each depth is that of the book itself at every event', () => {
    const day = read(0);
    const book = createBook();
    let compared = 0;
    fold(day, 20_000, (state, _, i) => {
      day.bookAfter(book, i);
      expect(state.imbalance.level1).toBe(bookImbalance(book, 1));
      expect(state.imbalance.level5).toBe(bookImbalance(book, 5));
      expect(state.imbalance.level10).toBe(bookImbalance(book, 10));
      compared++;
    });
    expect(compared).toBe(20_000);
  });
});
