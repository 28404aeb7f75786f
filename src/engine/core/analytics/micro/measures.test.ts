import { describe, expect, test } from 'bun:test';
import { bookOf } from '../../../testing/book.ts';
import type { Book } from '../../market/book.ts';
import { instant } from '../../types.ts';
import { bookImbalanceView, createBookImbalance, onBookImbalanceBook } from './book-imbalance.ts';
import { bookPressureView, createBookPressure, onBookPressureBook } from './book-pressure.ts';
import { createLargeTradeFlow, largeTradeFlowView, onLargeTrade } from './large-trade-flow.ts';
import {
  createLiquidityConsumption,
  liquidityConsumptionView,
  onConsumptionBook,
  onConsumptionTrade,
} from './liquidity-consumption.ts';
import { createLiquidityScore, liquidityScoreView, onLiquidityBook } from './liquidity-score.ts';
import { createMultiLevelFlow, multiLevelFlowView, onMultiLevelBook } from './multi-level-flow.ts';
import {
  createQuoteIntensity,
  onIntensityQuote,
  onIntensityTimer,
  onIntensityTrade,
  quoteIntensityView,
} from './quote-intensity.ts';
import { createSlots, slotAt, slotSum } from './slots.ts';
import { createSpread, onSpreadQuote, onSpreadTrade, spreadView } from './spread.ts';
import { createTradeSign, signTrade } from './trade-sign.ts';
import { createVenueShares, onVenueBook, onVenueTrade, venueSharesView } from './venue-shares.ts';

const brokenBook = (): Book => ({ ...bookOf([[10, 100]], [[10.02, 100]]), broken: true });
const crossedBook = (): Book => bookOf([[10.02, 100]], [[10, 100]]);
const NAN = Number.NaN;

describe('sums over a sliding window', () => {
  test('drop a slot when its time is over and refuse what has left the window', () => {
    const slots = createSlots(1_000, 3, 1);
    const add = (at: number): void => {
      const offset = slotAt(slots, at);
      if (offset >= 0) slots.sums[offset] = (slots.sums[offset] ?? 0) + 1;
    };
    for (const at of [500, 999, 1_000, 2_500]) add(at);
    expect([slotSum(slots, 0, 2_999), slotSum(slots, 0, 3_000), slotSum(slots, 0, 5_000)]).toEqual([4, 2, 0]);
    add(3_100);
    expect(slotSum(slots, 0, 3_100)).toBe(3);
    expect(slotSum(slots, 0, 3_100, 1)).toBe(1);
    // An earlier reading sees nothing of what came later; a late event still in the window is counted where it belongs.
    expect(slotSum(slots, 0, 2_999)).toBe(2);
    add(1_500);
    expect(slotSum(slots, 0, 2_999)).toBe(3);
    expect([slotAt(slots, 400), slotAt(slots, NAN), slotAt(slots, -5)]).toEqual([-1, -1, -1]);
  });
});

describe('the side of a trade', () => {
  test.each([
    ['above the middle', 10.02, 10, 10.03, 1],
    ['at the ask', 10.03, 10, 10.03, 1],
    ['below the middle', 10.01, 10, 10.03, -1],
    ['outside the quotes', 9.5, 10, 10.03, -1],
  ])('%s is by the quote rule', (_, price, bid, ask, sign) => {
    expect(signTrade(createTradeSign(), price, bid, ask)).toBe(sign);
  });

  test('at the middle, or without a good quote, is by the tick rule, which every trade moves', () => {
    const state = createTradeSign();
    expect(signTrade(state, 10.5, 10, 11)).toBe(0);
    expect(signTrade(state, 10.6, 10, 10.5)).toBe(1);
    expect(signTrade(state, 10.5, 10, 11)).toBe(-1);
    expect(signTrade(state, 10.5, 10, 11)).toBe(-1);
    // Crossed: below its middle, yet up from the trade before.
    expect(signTrade(state, 10.65, 10.8, 10.6)).toBe(1);
    expect(signTrade(state, 10.7, NAN, 11)).toBe(1);
    expect(signTrade(state, NAN, 10, 11)).toBe(0);
    expect(state.lastPrice).toBe(10.7);
  });
});

describe('spread', () => {
  test('quoted and effective are in dollars and of the middle; effective is weighted by shares', () => {
    const state = createSpread();
    onSpreadQuote(state, 99.5, 100.5, 1_000);
    onSpreadTrade(state, 100.5, 100, 1, 1_100);
    onSpreadTrade(state, 99.75, 300, -1, 1_200);
    onSpreadTrade(state, 100, 900, 0, 1_300);
    const view = spreadView(state, 2_000);
    expect(view.quoted).toEqual({ value: 1, asOf: instant(1_000), basis: 'quotes', confidence: 1 });
    expect(view.quotedBps.value).toBe(100);
    expect(view.effective).toEqual({ value: (100 + 150) / 400, asOf: instant(1_200), basis: 'trades', confidence: 1 });
    expect(view.effectiveBps.value).toBeCloseTo(62.5, 12);
    expect(view.shares).toBe(400);
  });

  test('is absent with the reason: no quote, crossed, stale, no trades', () => {
    const state = createSpread();
    expect(spreadView(state, 0).quoted).toEqual({ value: null, reason: 'no-quote', basis: 'quotes' });
    expect(spreadView(state, 0).effective).toEqual({ value: null, reason: 'no-signed-trades', basis: 'trades' });
    onSpreadQuote(state, 101, 100, 0);
    onSpreadTrade(state, 100, 100, 1, 0);
    expect(spreadView(state, 0)).toMatchObject({ quoted: { reason: 'crossed-quote' }, shares: 0 });
    onSpreadQuote(state, 99, 100, 0);
    expect(spreadView(state, 5_000).quoted.value).toBe(1);
    expect(spreadView(state, 5_001).quoted).toMatchObject({ reason: 'stale' });
    onSpreadTrade(state, 100, 100, 1, 6_000);
    expect(spreadView(state, 6_000).shares).toBe(0);
  });
});

describe('book imbalance and pressure', () => {
  const book = bookOf(
    [
      [10, 100],
      [9.99, 200],
    ],
    [
      [10.02, 300],
      [10.05, 100],
    ],
  );

  test('imbalance counts rows, with less confidence where they are missing', () => {
    const state = createBookImbalance();
    onBookImbalanceBook(state, book, 1_000);
    const view = bookImbalanceView(state, 1_000);
    expect(view.level1).toEqual({ value: -0.5, asOf: instant(1_000), basis: 'book', confidence: 1 });
    expect(view.level5).toMatchObject({ value: -100 / 700, confidence: 0.4 });
    expect(view.level10).toMatchObject({ value: -100 / 700, confidence: 0.2 });
  });

  test('imbalance at five levels has five rows, and at ten all that there are', () => {
    const rows = [0, 1, 2, 3, 4, 5, 6].map((i) => 10 ** i);
    const state = createBookImbalance();
    const bids = rows.map((size, i) => [10 - i, size] as const);
    const asks = rows.map((_, i) => [11 + i, 1] as const);
    onBookImbalanceBook(state, bookOf(bids, asks), 1);
    expect(state).toMatchObject({ level1: 0, level5: 11_106 / 11_116, level10: 1_111_104 / 1_111_118, rows: 7 });
  });

  test('pressure weighs size by nearness: half spread over distance from the middle', () => {
    const state = createBookPressure();
    onBookPressureBook(state, book, 1_000);
    const view = bookPressureView(state, 1_000);
    const bid = 100 + 200 * (0.01 / 0.02);
    const ask = 300 + 100 * (0.01 / 0.04);
    expect(view.bid.value).toBeCloseTo(bid, 9);
    expect(view.ask.value).toBeCloseTo(ask, 9);
    expect(view.pressure.value).toBeCloseTo((bid - ask) / (bid + ask), 12);
    expect(view.microPrice.value).toBeCloseTo((10 * 300 + 10.02 * 100) / 400, 12);
  });

  test('a locked book has a microprice but no pressure', () => {
    const state = createBookPressure();
    onBookPressureBook(state, bookOf([[10, 100]], [[10, 300]]), 1);
    const view = bookPressureView(state, 1);
    expect([view.microPrice.value, view.pressure]).toEqual([10, { value: null, reason: 'locked-book', basis: 'book' }]);
  });

  test.each([
    ['book-broken', brokenBook(), 1],
    ['crossed-book', crossedBook(), 1],
    ['no-book', bookOf([], [[10, 1]]), 1],
    ['no-book', null, 1],
    ['stale', book, 5_002],
  ] as const)('are absent: %s', (reason, seen, at) => {
    const imbalance = createBookImbalance();
    const pressure = createBookPressure();
    const liquidity = createLiquidityScore();
    if (seen !== null) {
      onBookImbalanceBook(imbalance, seen, 1);
      onBookPressureBook(pressure, seen, 1);
      onLiquidityBook(liquidity, seen, 1);
    }
    const absence = { value: null, reason, basis: 'book' };
    expect(Object.values(bookImbalanceView(imbalance, at))).toEqual([absence, absence, absence]);
    expect(Object.values(bookPressureView(pressure, at))).toEqual([absence, absence, absence, absence]);
    expect(liquidityScoreView(liquidity, at)).toMatchObject({ score: absence, grade: absence, spreadBps: absence });
  });
});

describe('order flow down the book', () => {
  const five = (touch: number, size: number): Book =>
    bookOf(
      [0, 1, 2, 3, 4].map((i) => [touch - i, size] as const),
      [0, 1, 2, 3, 4].map((i) => [touch + 1 + i, 100] as const),
    );
  test('is the event of each row, and knows only finished intervals', () => {
    const state = createMultiLevelFlow();
    onMultiLevelBook(state, five(10, 100), 1_000);
    onMultiLevelBook(state, five(10, 150), 2_000);
    expect(multiLevelFlowView(state, 2_000).last).toMatchObject({ reason: 'warming-up' });
    expect(multiLevelFlowView(state, 10_000).last.value).toEqual([50, 50, 50, 50, 50]);
    onMultiLevelBook(state, five(11, 150), 10_000);
    // Every bid a tick up adds its size, every ask a tick up takes the old one away.
    expect(multiLevelFlowView(state, 20_000).last.value).toEqual([250, 250, 250, 250, 250]);
    expect(multiLevelFlowView(state, 10_000).last.value).toEqual([50, 50, 50, 50, 50]);
    expect(multiLevelFlowView(state, 70_001).last).toMatchObject({ reason: 'stale' });
  });

  test('reads nothing across a broken, crossed or short book', () => {
    for (const bad of [brokenBook(), crossedBook(), bookOf([[10, 1]], [[11, 1]])]) {
      const state = createMultiLevelFlow();
      onMultiLevelBook(state, five(10, 100), 1_000);
      onMultiLevelBook(state, bad, 1_500);
      onMultiLevelBook(state, five(12, 900), 2_000);
      expect([...state.open]).toEqual([0, 0, 0, 0, 0]);
      onMultiLevelBook(state, five(12, 901), 2_500);
      expect([...state.open]).toEqual([1, 1, 1, 1, 1]);
    }
  });
});

describe('quote intensity', () => {
  /** Two quotes a second for `seconds`, then `burst` quotes and `trades` trades within one. */
  const quoting = (seconds: number, burst: number, trades = 0) => {
    const state = createQuoteIntensity();
    for (let s = 0; s < seconds; s++) for (const ms of [100, 600]) onIntensityQuote(state, s * 1_000 + ms);
    for (let i = 0; i < trades; i++) onIntensityTrade(state, seconds * 1_000 + i);
    for (let i = 0; i < burst; i++) onIntensityQuote(state, seconds * 1_000 + 500 + i);
    return state;
  };

  test('counts full seconds only', () => {
    const view = quoteIntensityView(quoting(60, 40, 5), 61_000);
    expect(view.perSecond1.value).toBe(40);
    expect(view.perSecond10.value).toBe((9 * 2 + 40) / 10);
    expect(view.perSecond60.value).toBe((59 * 2 + 40) / 60);
    expect(view.quotesPerTrade60.value).toBe((59 * 2 + 40) / 5);
    expect(quoteIntensityView(quoting(60, 40), 60_999).perSecond1.value).toBe(2);
    expect(quoteIntensityView(quoting(30, 0), 30_000).perSecond60).toMatchObject({ reason: 'warming-up' });
    expect(quoteIntensityView(createQuoteIntensity(), 1).perSecond1).toMatchObject({ reason: 'no-quote' });
    expect(quoteIntensityView(quoting(60, 0), 119_601).perSecond1).toMatchObject({ reason: 'stale' });
  });

  test.each([
    ['fifty quotes where two were usual', 60, 50, 0, true],
    ['forty-nine', 60, 49, 0, false],
    ['with as many trades behind them', 60, 50, 3, false],
    ['before a minute of history', 59, 50, 0, null],
  ] as const)('a burst of %s', (_, seconds, burst, trades, flag) => {
    const state = quoting(seconds, burst, trades);
    const at = (seconds + 1) * 1_000;
    const { stuffing, stuffedSeconds } = quoteIntensityView(state, at);
    expect(flag === null ? quoteIntensityView(state, at - 1).stuffing.value : stuffing.value).toBe(flag);
    expect(stuffedSeconds).toBe(flag === true ? 1 : 0);
  });

  test('a burst is held against the seconds before it, itself not among them', () => {
    const busy = (burst: number): boolean | null => {
      const state = createQuoteIntensity();
      for (let i = 0; i < 600; i++) onIntensityQuote(state, i * 100);
      for (let i = 0; i < burst; i++) onIntensityQuote(state, 60_000 + i);
      return quoteIntensityView(state, 61_000).stuffing.value;
    };
    expect([busy(79), busy(80)]).toEqual([false, true]);
  });

  test('the flag holds ten seconds, and is the same whether a timer, a quote or nobody ended the second', () => {
    const silent = quoting(60, 60);
    const timed = quoting(60, 60);
    onIntensityTimer(timed, 61_000);
    expect(quoteIntensityView(timed, 61_000)).toEqual(quoteIntensityView(silent, 61_000));
    expect(timed.stuffedSeconds).toBe(1);
    onIntensityTimer(timed, 62_000);
    onIntensityQuote(timed, 71_000);
    expect(quoteIntensityView(timed, 71_000)).toMatchObject({ stuffing: { value: true }, stuffedSeconds: 1 });
    expect(quoteIntensityView(timed, 71_001).stuffing.value).toBe(false);
  });
});

describe('liquidity consumption', () => {
  const eaten = (trades: readonly (readonly [number, number, number, number])[]) => {
    const state = createLiquidityConsumption();
    onConsumptionTrade(state, 10, 1, 1, 0);
    for (const [at, price, size, sign] of trades) onConsumptionTrade(state, price, size, sign, at);
    onConsumptionBook(state, bookOf([[10, 200]], [[10.01, 400]]), 61_000);
    return liquidityConsumptionView(state, 61_000);
  };

  test('is shares taken over shares displayed', () => {
    const view = eaten([
      [30_000, 10.01, 600, 1],
      [40_000, 10, 100, -1],
      [50_000, 10, 900, 0],
    ]);
    expect([view.askConsumption.value, view.bidConsumption.value]).toEqual([1.5, 0.5]);
    expect([view.buySweeps, view.sellSweeps]).toEqual([0, 0]);
  });

  test('a run through three prices on one side is a sweep with all its shares, counted once', () => {
    const view = eaten([
      [30_000, 10.01, 100, 1],
      [30_050, 10.01, 100, 1],
      [30_060, 10.02, 100, 1],
      [30_070, 10.03, 100, 1],
      [30_080, 10.04, 100, 1],
    ]);
    expect([view.buySweeps, view.buySweptShares, view.sellSweeps]).toEqual([1, 500, 0]);
    const selling = [0, 1, 2].map((i) => [30_000 + i, 10 - i / 100, 50, -1] as const);
    expect(eaten(selling)).toMatchObject({ sellSweeps: 1, sellSweptShares: 150, buySweeps: 0 });
  });

  test.each([
    ['a pause', [30_000, 30_051, 30_052], [10.01, 10.02, 10.03], [1, 1, 1]],
    ['a price turning back', [30_000, 30_001, 30_002], [10.02, 10.01, 10.03], [1, 1, 1]],
    ['another side', [30_000, 30_001, 30_002], [10.01, 10.02, 10.03], [1, -1, 1]],
  ])('%s ends a run', (_, at, price, sign) => {
    const trades = at.map((when, i) => [when, price[i] as number, 100, sign[i] as number] as const);
    expect(eaten(trades)).toMatchObject({ buySweeps: 0, buySweptShares: 0 });
  });

  test('is absent without a book, with an old one, and in the first minute', () => {
    const state = createLiquidityConsumption();
    onConsumptionTrade(state, 10, 100, 1, 0);
    expect(liquidityConsumptionView(state, 0).askConsumption).toMatchObject({ reason: 'no-book' });
    onConsumptionBook(state, bookOf([[10, 200]], [[10.01, 400]]), 1);
    expect(liquidityConsumptionView(state, 1).askConsumption).toMatchObject({ reason: 'warming-up' });
    expect(liquidityConsumptionView(state, 61_000).askConsumption).toMatchObject({ reason: 'stale' });
    onConsumptionBook(state, crossedBook(), 61_000);
    expect(liquidityConsumptionView(state, 61_000).bidConsumption).toMatchObject({ reason: 'no-book' });
  });
});

describe('flow of large trades', () => {
  const warm = () => {
    const state = createLargeTradeFlow();
    for (let i = 0; i < 500; i++) onLargeTrade(state, 10, i % 100 === 0 ? 1_000 : 100, 1, 1_000 + i);
    return state;
  };

  test('calls none large before five hundred trades, then those beyond the 99th percentile of the sizes so far', () => {
    const state = createLargeTradeFlow();
    for (let i = 0; i < 499; i++) onLargeTrade(state, 10, 100, 1, 1_000);
    expect(largeTradeFlowView(state, 1_000)).toMatchObject({ netShares: { reason: 'warming-up' }, largeTrades: 0 });
    onLargeTrade(state, 10, 100, 1, 1_000);
    // The class of 100 shares ends at 104.
    expect(state.thresholdShares).toBe(104);
    // One in a hundred is 1,000 shares: those are the hundredth part itself, so the edge lies below them.
    expect(warm().thresholdShares).toBe(104);
  });

  test('the quantile itself is not beyond the quantile', () => {
    const state = createLargeTradeFlow({ quantile: 0.5, tradesMin: 4 });
    for (const size of [100, 100, 1_000, 1_000]) onLargeTrade(state, 10, size, 1, 1);
    expect(state.thresholdShares).toBe(104);
  });

  test('signs, sums and counts them; a large trade of unknown side is in neither', () => {
    const state = warm();
    onLargeTrade(state, 10, 500, 1, 2_000);
    onLargeTrade(state, 11, 300, -1, 2_001);
    onLargeTrade(state, 11, 700, 0, 2_002);
    onLargeTrade(state, 11, 103, -1, 2_003);
    const view = largeTradeFlowView(state, 2_003);
    expect(view).toMatchObject({ buyShares: 500, sellShares: 300, unsignedShares: 700, largeTrades: 3 });
    expect([view.netShares.value, view.netDollars.value, view.imbalance.value]).toEqual([200, 1_700, 0.25]);
    expect(largeTradeFlowView(state, 62_004).netShares).toMatchObject({ reason: 'stale' });
    onLargeTrade(state, 10, 1, 1, 400_000);
    expect(largeTradeFlowView(state, 400_000)).toMatchObject({
      netShares: { value: 0 },
      imbalance: { reason: 'no-large-trades' },
    });
  });

  test('forgets old sizes: after a change of habit the threshold follows', () => {
    const state = warm();
    for (let i = 0; i < 400_000; i++) onLargeTrade(state, 10, 5_000, 1, 1_000 + i);
    expect(state.thresholdShares).toBe(5_120);
    expect(state.counted).toBeLessThan(65_600);
  });

  test('a size beyond all classes is in the last', () => {
    const state = createLargeTradeFlow({ tradesMin: 1 });
    for (const size of [0.5, 1, 1e15]) onLargeTrade(state, 10, size, 1, 1);
    expect([state.sizeCounts[0], state.sizeCounts.at(-1), state.counted]).toEqual([2, 0, 3]);
    expect(state.sizeCounts[30 * 8 + 7]).toBe(1);
    onLargeTrade(state, NAN, 100, 1, 1);
    onLargeTrade(state, 10, 0, 1, 1);
    expect(state.counted).toBe(3);
  });
});

describe('venue shares', () => {
  test('rank prints of five minutes and displayed size now, by the vendor’s codes', () => {
    const state = createVenueShares();
    onVenueTrade(state, 'ARCA', 100, 1_000);
    onVenueTrade(state, 'FINRA', 300, 1_001);
    onVenueTrade(state, 'ARCA', 100, 1_002);
    onVenueTrade(state, 'ARCA', NAN, 1_003);
    onVenueBook(state, bookOf([[10, 100, 1]], [[11, 300, 0]], ['BATS', 'IEX']), 1_500);
    const view = venueSharesView(state, 2_000);
    expect(view.prints).toMatchObject({
      value: [
        { venue: 'FINRA', shares: 300, share: 0.6 },
        { venue: 'ARCA', shares: 200, share: 0.4 },
      ],
      asOf: 1_002,
    });
    expect(view.printConcentration.value).toBeCloseTo(0.52, 12);
    expect(view.depth.value).toEqual([
      { venue: 'BATS', shares: 300, share: 0.75 },
      { venue: 'IEX', shares: 100, share: 0.25 },
    ]);
    expect(venueSharesView(state, 400_000)).toMatchObject({
      prints: { reason: 'no-trades' },
      depth: { reason: 'stale' },
    });
    onVenueBook(state, brokenBook(), 1_600);
    expect(venueSharesView(state, 2_000).depth).toMatchObject({ reason: 'no-book' });
  });

  test('more venues than are told apart share one name, and none is lost', () => {
    const state = createVenueShares();
    for (let i = 0; i < 40; i++) onVenueTrade(state, `V${i}`, 10, 1_000);
    const rows = venueSharesView(state, 1_000).prints.value ?? [];
    expect(rows.length).toBe(32);
    expect(rows[0]).toEqual({ venue: 'other', shares: 90, share: 90 / 400 });
    expect(rows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });
});
