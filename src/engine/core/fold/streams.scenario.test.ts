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
} from '../../testing/world.ts';
import { createContext } from '../context.ts';
import { watch } from '../execution/sweep.ts';
import type { FeedId, StreamState } from '../inputs.ts';
import { assess } from '../risk/assess.ts';
import { spotOf } from '../spot.ts';
import type { SymbolState } from '../state.ts';
import { instant } from '../types.ts';
import { viewOf } from '../view-of.ts';

const CALL = optionOf('C', 600);

const passing = (symbols: readonly string[] = ['SPY', 'QQQ']): World => {
  const world = createWorld({ symbols });
  goLive(world);
  refresh(world, 599.6);
  watch(createContext(world.state), CALL);
  quoteOption(world, CALL, 1.98, 2);
  return world;
};
const of = (world: World, name = 'SPY'): SymbolState => world.state.symbols.get(name) as SymbolState;
const streamIs = (world: World, feedId: FeedId, symbol: string, state: StreamState, reason = 'drill') =>
  feed(world, { kind: 'stream.reported', feed: feedId, symbol, state, reason });
const denials = (world: World, name = 'SPY') => {
  const result = assess(
    world.state,
    of(world, name),
    { contract: CALL, direction: 'bullish', limitPrice: 2 },
    world.at,
  );
  return result.ok ? [] : result.denials.map(({ code, facts }) => [code, facts['feed'] ?? facts['symbol'] ?? null]);
};

describe('a stream that is not live', () => {
  test.each<[FeedId, StreamState]>([
    ['ibkr.depth', 'silent'],
    ['ibkr.trades', 'silent'],
    ['ibkr.quotes', 'silent'],
    ['alphavantage.options', 'dead'],
  ])('of %s, %s, blocks new risk in its symbol until it is live again, and no other symbol', (feedId, state) => {
    const world = passing();
    expect(denials(world)).toEqual([]);
    streamIs(world, feedId, 'QQQ', state);
    expect(denials(world)).toEqual([]);
    streamIs(world, feedId, 'SPY', state);
    expect(denials(world)).toEqual([['stream-not-live', feedId]]);
    streamIs(world, feedId, 'SPY', 'live');
    expect(denials(world)).toEqual([]);
  });

  test('of the option itself blocks it, and its quotes price nothing until it is live', () => {
    const world = passing();
    streamIs(world, 'ibkr.quotes', CALL.id, 'frozen');
    quoteOption(world, CALL, 1.98, 2);
    expect(denials(world)).toEqual([
      ['stream-not-live', 'ibkr.quotes'],
      ['stale-option-quote', null],
      ['wide-spread', null],
    ]);
    streamIs(world, 'ibkr.quotes', CALL.id, 'live');
    expect(denials(world).map(([code]) => code)).toEqual(['stale-option-quote', 'wide-spread']);
    quoteOption(world, CALL, 1.98, 2);
    expect(denials(world)).toEqual([]);
  });

  test.each<StreamState>(['delayed', 'frozen', 'dead'])(
    'a %s quote is no quote of now: nothing is measured or priced by it',
    (state) => {
      const world = passing();
      streamIs(world, 'ibkr.quotes', 'SPY', state);
      quoteSpy(world, 580, 580.02);
      expect([of(world).bidPrice, of(world).suite.bidPrice, spotOf(world.state, of(world))]).toEqual([NaN, NaN, NaN]);
      const view = viewOf(world.state, world.at).symbols[0];
      expect(view?.bidPrice).toEqual({ value: null, reason: state });
      expect(denials(world).map(([code]) => code)).toContain('stale-quote');
      streamIs(world, 'ibkr.quotes', 'SPY', 'live');
      quoteSpy(world, 599.59, 599.61);
      expect(of(world).suite.bidPrice).toBe(599.59);
      expect(denials(world)).toEqual([]);
    },
  );

  test('delayed prints make no bars and no last price', () => {
    const world = passing();
    const before = of(world).trades;
    streamIs(world, 'ibkr.trades', 'SPY', 'delayed');
    feed(world, { kind: 'trade.seen', symbol: 'SPY', price: 580, size: 5, venue: 'ARCA', sourceAt: world.at });
    expect([of(world).trades, of(world).suite.lastPrice === 580]).toEqual([before, false]);
  });

  test('is told once within a minute, with its reason, and not at all at night', () => {
    const world = passing();
    const told = streamIs(world, 'ibkr.depth', 'SPY', 'silent', 'nothing for 12 s');
    expect(told).toEqual([
      {
        kind: 'anomaly.seen',
        name: 'stream-silent',
        facts: { feed: 'ibkr.depth', subject: 'SPY', reason: 'nothing for 12 s' },
      },
    ]);
    streamIs(world, 'ibkr.depth', 'SPY', 'live');
    expect(streamIs(world, 'ibkr.depth', 'SPY', 'silent')).toEqual([]);
    world.at = instant(world.at + 12 * 3_600_000);
    streamIs(world, 'ibkr.depth', 'SPY', 'live');
    expect(streamIs(world, 'ibkr.depth', 'SPY', 'silent')).toEqual([]);
    expect(world.state.streams.get('ibkr.depth SPY')?.state).toBe('silent');
  });

  test('of a symbol that nobody knows is an anomaly and nothing more', () => {
    const world = passing();
    expect(streamIs(world, 'ibkr.quotes', 'ZZZ', 'dead').map((output) => output.kind)).toEqual(['anomaly.seen']);
    expect(world.state.streams.size).toBe(0);
  });
});

describe('a symbol that is only measured', () => {
  const withVix = (): World => {
    const world = createWorld({ symbols: ['SPY'], measured: ['VIX', 'VIX9D'] });
    goLive(world);
    return world;
  };
  const quote = (world: World, symbol: string, price: number) =>
    feed(world, { kind: 'quote.seen', symbol, bidPrice: NaN, bidSize: 0, askPrice: NaN, askSize: 0, lastPrice: price });

  test('reaches what is measured between underlyings', () => {
    const world = withVix();
    quote(world, 'VIX', 18);
    quote(world, 'VIX9D', 19.8);
    const curve = viewOf(world.state, world.at).crossAsset.find(({ module }) => module === 'vix-term-structure');
    const ratio = curve?.figures.find(({ name }) => name === 'ratio9DayTo30Day')?.figure;
    expect(ratio?.value as number).toBeCloseTo(1.1, 12);
  });

  test('can not be traded, whatever is known of it and whoever asks', () => {
    const world = withVix();
    refresh(world, 599.6);
    const vix = of(world, 'VIX');
    const spy = of(world, 'SPY');
    watch(createContext(world.state), CALL);
    quoteOption(world, CALL, 1.98, 2);
    expect(denials(world)).toEqual([]);
    // Everything that makes SPY pass, under the name of the index.
    const disguised = { ...spy, symbol: 'VIX', role: vix.role };
    const result = assess(world.state, disguised, { contract: CALL, direction: 'bullish', limitPrice: 2 }, world.at);
    expect(result.ok ? [] : result.denials.map(({ code }) => code)).toEqual(['measured-only']);
  });

  test('is one or the other', () => {
    expect(() => createWorld({ symbols: ['SPY'], measured: ['SPY'] })).toThrow(/SPY is traded and measured/);
  });
});

describe('bars of a stream whose prints are being fetched', () => {
  const minuteOf = (world: World) => {
    const { bars } = of(world);
    const slot = (bars.closed - 1 + bars.capacity) % bars.capacity;
    return { closed: bars.closed, volume: bars.volume[slot], late: bars.lateTrades };
  };
  const print = (world: World, size: number, sourceAt: number): void => {
    feed(world, { kind: 'trade.seen', symbol: 'SPY', price: 600, size, venue: 'ARCA', sourceAt: instant(sourceAt) });
  };
  const drill = (mending: boolean) => {
    const world = passing();
    const minute = Math.ceil(world.at / 60_000) * 60_000;
    world.at = instant(minute + 10_000);
    print(world, 100, minute + 10_000);
    if (mending) streamIs(world, 'ibkr.trades', 'SPY', 'silent', 'prints of a gap are being fetched');
    const before = minuteOf(world).closed;
    world.at = instant(minute + 75_000);
    feed(world, { kind: 'timer.fired' });
    print(world, 250, minute + 50_000);
    streamIs(world, 'ibkr.trades', 'SPY', 'live');
    feed(world, { kind: 'timer.fired' });
    const { closed, volume, late } = minuteOf(world);
    return { bars: closed - before, volume, late };
  };

  test('wait for them, within bounds, and hold every print of the minute', () => {
    expect(drill(true)).toEqual({ bars: 1, volume: 350, late: 0 });
  });

  test('close in time when nothing is awaited, and a print that comes later is counted as late', () => {
    expect(drill(false)).toEqual({ bars: 1, volume: 100, late: 1 });
  });

  test('do not wait for ever', () => {
    const world = passing();
    const minute = Math.ceil(world.at / 60_000) * 60_000;
    world.at = instant(minute + 10_000);
    print(world, 100, minute + 10_000);
    streamIs(world, 'ibkr.trades', 'SPY', 'silent');
    const before = minuteOf(world).closed;
    world.at = instant(minute + 149_000);
    feed(world, { kind: 'timer.fired' });
    expect(minuteOf(world).closed).toBe(before);
    world.at = instant(minute + 150_000);
    feed(world, { kind: 'timer.fired' });
    expect(minuteOf(world).closed).toBe(before + 1);
  });
});
