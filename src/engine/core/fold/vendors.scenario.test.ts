import { describe, expect, test } from 'bun:test';
import {
  createWorld,
  feed,
  goLive,
  optionOf,
  quoteOption,
  quoteSpy,
  refresh,
  type World,
  wait,
} from '../../testing/world.ts';
import { closingAuctionView } from '../analytics/forecast/closing-auction-view.ts';
import { createContext } from '../context.ts';
import { watch } from '../execution/sweep.ts';
import type { BudgetReported } from '../inputs.ts';
import { sessionOn } from '../market/calendar.ts';
import { assess } from '../risk/assess.ts';
import { greeksOfContract } from '../risk/contract-greeks.ts';
import { spotOf } from '../spot.ts';
import type { SymbolState } from '../state.ts';
import { instant, type SessionDate } from '../types.ts';

const CALL = optionOf('C', 600);
const of = (world: World): SymbolState => world.state.symbols.get('SPY') as SymbolState;
const MINUTE = 60_000;

describe('the closing auction', () => {
  const CLOSE_AT: number = sessionOn('2026-08-20' as SessionDate)?.closeAt ?? 0;
  const closing = (): World => {
    const world = createWorld();
    goLive(world);
    world.at = instant(CLOSE_AT - 40 * MINUTE);
    for (let minute = 0; minute < 40; minute++) {
      trade(world, 599 + minute * 0.01, 100);
      world.at = instant(world.at + MINUTE);
    }
    world.at = instant(CLOSE_AT - 20_000);
    refresh(world, 599.6);
    feed(world, {
      kind: 'auction.seen',
      symbol: 'SPY',
      pairedShares: 1_000_000,
      imbalanceShares: 50_000,
      referencePrice: 599.6,
      nearPrice: Number.NaN,
      farPrice: Number.NaN,
      regulatoryImbalanceShares: Number.NaN,
    });
    return world;
  };
  const trade = (world: World, price: number, size: number, venue = 'ARCA', sourceAt: number = world.at) =>
    feed(world, { kind: 'trade.seen', symbol: 'SPY', price, size, venue, sourceAt: instant(sourceAt) });
  const result = (world: World): number | null =>
    closingAuctionView(of(world).suite.auction, world.at).lastResult.value;

  test('is measured from what the exchange publishes', () => {
    const world = closing();
    const view = closingAuctionView(of(world).suite.auction, world.at);
    expect(view.imbalanceNow.value).toBe(50_000);
    expect(of(world).suite.hearts.auctions).toBe(1);
    expect(world.state.feeds.get('ibkr.auction')?.received).toBe(1);
  });

  test('ends in the first print at the listing exchange with half of the paired shares, and no other', () => {
    const world = closing();
    world.at = instant(CLOSE_AT + 2_000);
    trade(world, 500, 600_000, 'NASDAQ', CLOSE_AT);
    trade(world, 501, 499_999, 'ARCA', CLOSE_AT);
    trade(world, 502, 600_000, 'ARCA', CLOSE_AT - 1_000);
    expect(result(world)).toBeNull();
    trade(world, 599.71, 1_050_000, 'ARCA', CLOSE_AT + 1_000);
    expect(result(world)).toBe(599.71);
    trade(world, 510, 700_000, 'ARCA', CLOSE_AT + 2_000);
    expect(result(world)).toBe(599.71);
    expect(of(world).suite.auction.imbalanceRecord.scored).toBe(1);
  });

  test('has no result in prints long after the close', () => {
    const world = closing();
    world.at = instant(CLOSE_AT + 11 * MINUTE);
    trade(world, 599.71, 1_050_000, 'ARCA', CLOSE_AT + 10 * MINUTE);
    expect(result(world)).toBeNull();
  });
});

const budget = (over: Partial<BudgetReported>): BudgetReported => ({
  kind: 'budget.reported',
  vendor: 'alphavantage',
  latencyP50Ms: 300,
  latencyP95Ms: 900,
  slowSince: null,
  tokens: 40,
  budgetPerMinute: 75,
  callsLastMinute: 30,
  streams: { 'options SPY': { asked: 12, dropped: 0, answered: 12 } },
  ...over,
});

describe('whose prices count', () => {
  const world = (): World => {
    const made = createWorld();
    goLive(made);
    refresh(made, 599.6);
    watch(createContext(made.state), CALL);
    quoteOption(made, CALL, 1.98, 2);
    return made;
  };
  const codes = (made: World): string[] => {
    const found = assess(made.state, of(made), { contract: CALL, direction: 'bullish', limitPrice: 2 }, made.at);
    return found.ok ? [] : found.denials.map(({ code }) => code);
  };
  /** Slow for so long, told every ten seconds. */
  const slow = (made: World, seconds: number): void => {
    const slowSince = made.at;
    for (let at = 0; at <= seconds; at += 10) {
      feed(made, budget({ latencyP95Ms: 2_400, slowSince }));
      made.at = instant(made.at + 10_000);
    }
    made.at = instant(made.at - 10_000);
  };
  const quick = (made: World, seconds: number, over: Partial<BudgetReported> = {}): void => {
    for (let at = 0; at <= seconds; at += 10) {
      feed(made, budget(over));
      made.at = instant(made.at + 10_000);
    }
    made.at = instant(made.at - 10_000);
  };
  const primary = (made: World): string => made.state.pricing.primary;

  test('is the vendor until it has been slow for three minutes, and again once it has been quick for three', () => {
    const made = world();
    slow(made, 170);
    expect(primary(made)).toBe('alphavantage');
    slow(made, 180);
    expect(primary(made)).toBe('ibkr');
    quick(made, 170);
    expect(primary(made)).toBe('ibkr');
    slow(made, 10);
    quick(made, 170);
    expect(primary(made)).toBe('ibkr');
    quick(made, 20);
    expect(primary(made)).toBe('alphavantage');
    const told = made.outputs.flatMap(({ output }) =>
      output.kind === 'anomaly.seen' && output.name === 'pricing-source' ? [output.facts['primary']] : [],
    );
    expect(told).toEqual(['ibkr', 'alphavantage']);
  });

  test('changes by the clock alone while reports stop, towards the broker and never back', () => {
    const made = world();
    feed(made, budget({ latencyP95Ms: 2_400, slowSince: made.at }));
    wait(made, 179_999);
    expect(primary(made)).toBe('alphavantage');
    wait(made, 1);
    expect(primary(made)).toBe('ibkr');
    feed(made, budget({}));
    wait(made, 600_000);
    expect(primary(made)).toBe('ibkr');
    quick(made, 400, { latencyP95Ms: Number.NaN });
    expect(primary(made)).toBe('ibkr');
  });

  test('under the broker: spot is the middle of its quote, Greeks are ours at its option quote, an old chain still tells structure', () => {
    const made = world();
    feed(made, { kind: 'trade.seen', symbol: 'SPY', price: 599.5, size: 100, venue: 'ARCA', sourceAt: made.at });
    const vendors = greeksOfContract(made.state, CALL, made.at);
    expect(spotOf(made.state, of(made))).toBe(599.5);
    expect(vendors).toEqual({ delta: 50, gamma: 5, thetaPerDay: -50 });
    slow(made, 180);
    expect(spotOf(made.state, of(made))).toBeCloseTo(599.6, 9);
    // The option's quote is three minutes old: no Greeks rather than old ones.
    expect(greeksOfContract(made.state, CALL, made.at)).toBeNull();
    quoteSpy(made, 599.59, 599.61);
    quoteOption(made, CALL, 1.98, 2);
    const ours = greeksOfContract(made.state, CALL, made.at);
    expect(ours?.delta as number).toBeGreaterThan(40);
    expect(ours?.delta as number).toBeLessThan(60);
    expect(ours?.thetaPerDay as number).toBeLessThan(-300);
    const found = codes(made);
    expect(found).not.toContain('stale-chain');
    expect(found).not.toContain('price-disagreement');
    // Five hours before expiry time takes 480 dollars a day from such a contract: more than the account may lose.
    expect(found).toContain('max-net-theta');
    made.at = instant(made.at + 120_001);
    expect(codes(made)).toContain('stale-chain');
  });

  test('under the vendor: a broker’s quote that the chain does not bear out buys nothing, unless the spot explains it', () => {
    const made = world();
    quoteOption(made, CALL, 3.3, 3.4);
    expect(codes(made)).toEqual(['price-disagreement']);
    // Half a dollar of delta for each dollar that SPY rose since the chain.
    quoteSpy(made, 601.59, 601.61);
    expect(codes(made)).toEqual([]);
    quoteOption(made, CALL, 0.3, 0.32);
    expect(codes(made)).toEqual(['price-disagreement']);
  });
});

describe('what is kept for strategies and reports', () => {
  const macro = (world: World, date: string, value: number) =>
    feed(world, { kind: 'macro.seen', series: 'CPI', date: date as SessionDate, value, unit: 'index' });

  test('macroeconomic figures: a revision is kept beside what was known before it, a repetition is not', () => {
    const world = createWorld();
    macro(world, '2026-06-01', 320.1);
    macro(world, '2026-07-01', 321);
    macro(world, '2026-06-01', 320.1);
    world.at = instant(world.at + 1000);
    macro(world, '2026-06-01', 320.2);
    expect(world.state.macro.get('CPI')?.map(({ date, value }) => [date, value] as [string, number])).toEqual([
      ['2026-06-01', 320.1],
      ['2026-06-01', 320.2],
      ['2026-07-01', 321],
    ]);
    for (let year = 1950; year < 2020; year++) macro(world, `${year}-01-01`, year);
    expect(world.state.macro.get('CPI')).toHaveLength(24);
    expect(world.state.macro.get('CPI')?.at(-1)?.date as string).toBe('2026-07-01');
  });

  test('news: the newest of each symbol, each once', () => {
    const world = createWorld();
    for (let i = 0; i < 60; i++) {
      feed(world, {
        kind: 'news-sentiment.seen',
        symbol: 'SPY',
        publishedAt: instant(world.at - (i % 30) * 1000),
        title: `title ${i}`,
        source: 'wire',
        url: `https://news.test/${i % 30}`,
        relevance: 0.5,
        sentiment: 0.1,
      });
    }
    const { news } = of(world);
    expect(news).toHaveLength(20);
    expect(news[0]?.url).toBe('https://news.test/0');
    expect(new Set(news.map(({ url }) => url)).size).toBe(20);
  });
});

describe("the vendor's indicators beside ours", () => {
  const warm = (): World => {
    const world = createWorld();
    const startAt = sessionOn('2026-08-20' as SessionDate)?.openAt ?? 0;
    feed(world, { kind: 'timer.fired' });
    for (let i = 0; i < 60; i++) {
      const openAt = instant(startAt - (60 - i) * 300_000);
      const close = 600 + Math.sin(i) * 2;
      const ends = { openAt, endAt: instant(openAt + 300_000) };
      feed(world, {
        ...{ kind: 'history-bar.seen', symbol: 'SPY', interval: '5m', ...ends },
        ...{ open: close, high: close + 0.5, low: close - 0.5, close, volume: 1000 },
      });
    }
    return world;
  };
  const seen = (world: World, values: Record<string, number>, over: object = {}) => {
    const { barEndAt } = of(world).suite.levelOne.sets['5m'];
    return feed(world, {
      ...{ kind: 'vendor-indicator.seen', symbol: 'SPY', indicator: 'RSI', interval: '5min' },
      at: instant(barEndAt - 300_000),
      values,
      ...over,
    });
  };
  const rsi = (world: World): number => {
    const set = of(world).suite.levelOne.sets['5m'];
    return set.indicators[set.keys.indexOf('rsi14')]?.values[0] ?? Number.NaN;
  };

  test('agree within two points, and are marked and told where they do not', () => {
    const world = warm();
    expect(rsi(world)).toBeGreaterThan(0);
    expect(seen(world, { RSI: rsi(world) + 1.9 })).toEqual([]);
    const told = seen(world, { RSI: rsi(world) + 2.1 });
    expect(told).toMatchObject([{ kind: 'anomaly.seen', name: 'indicator-disagrees', facts: { name: 'RSI' } }]);
    expect(of(world).indicatorChecks).toMatchObject({ compared: 2, disagreed: 1, notComparable: 0 });
    expect(of(world).indicatorChecks.last.get('5min RSI')?.agrees).toBe(false);
  });

  test('are not compared on another bar, in an interval we do not keep, or under a name we do not know', () => {
    const world = warm();
    seen(world, { RSI: 1 }, { at: instant(0) });
    // The bar after our last one: still open.
    seen(world, { RSI: 1 }, { at: instant(of(world).suite.levelOne.sets['5m'].barEndAt) });
    seen(world, { RSI: 1 }, { interval: '60min' });
    seen(world, { RSI_of_something: 1 });
    expect(of(world).indicatorChecks).toMatchObject({ compared: 0, disagreed: 0, notComparable: 4 });
  });
});
