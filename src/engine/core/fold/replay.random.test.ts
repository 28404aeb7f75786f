import { expect, test } from 'bun:test';
import { createRandom, type Random } from '../../testing/random.ts';
import {
  command,
  createWorld,
  feed,
  goLive,
  optionOf,
  quoteOption,
  rally,
  refresh,
  type World,
  wait,
} from '../../testing/world.ts';
import { stateHash } from '../hash.ts';
import { FEED_IDS, type StreamState } from '../inputs/feeds.ts';
import type { Input } from '../inputs.ts';
import { createReplayer, firstDifference } from '../replay.ts';
import { instant, type SessionDate } from '../types.ts';
import { viewOf } from '../view-of.ts';

const SEED = Number(process.env['SEED'] ?? 20261125);

const pick = <T>(random: Random, from: readonly T[]): T => from[random.whole(0, from.length - 1)] as T;
const maybe = (random: Random, value: number): number => (random.chance(0.15) ? Number.NaN : value);

/** Anything a vendor may say besides quotes, prints, books and chains. */
const vendorInput = (random: Random, { at }: World): Input => {
  const symbol = pick(random, ['SPY', 'SPY', 'QQQ', 'VIX', 'ZZZ']);
  const price = 600 + random.next();
  switch (random.whole(0, 9)) {
    case 0:
      return {
        ...{
          kind: 'stream.reported',
          feed: pick(random, FEED_IDS),
          symbol,
          reason: random.chance(0.5) ? 'drill' : null,
        },
        state: pick<StreamState>(random, ['live', 'live', 'live', 'silent', 'delayed', 'frozen', 'dead']),
      };
    case 1:
      return {
        ...{
          kind: 'auction.seen',
          symbol,
          imbalanceShares: random.whole(-9, 9) * 1000,
          regulatoryImbalanceShares: NaN,
        },
        ...{ pairedShares: maybe(random, 1e6), referencePrice: price, nearPrice: maybe(random, price), farPrice: NaN },
      };
    case 2:
    case 3: {
      const openAt = instant(at - (at % 5_000) - 5_000);
      const prices = { open: price, high: price + 0.1, low: price - 0.1, close: price };
      return { kind: 'five-second-bar.seen', symbol, openAt, ...prices, volume: 900, vwap: price, trades: 9 };
    }
    case 4: {
      const interval = pick(random, ['1m', '5m', '30m', '1d'] as const);
      const openAt = instant(at - random.whole(1, 90) * 300_000);
      const prices = { open: price, high: price + 0.1, low: price - 0.1, close: price };
      const endAt = instant(openAt + 300_000);
      return { kind: 'history-bar.seen', symbol, interval, openAt, endAt, ...prices, volume: maybe(random, 900) };
    }
    case 5: {
      const date = `2026-0${random.whole(1, 7)}-1${random.whole(0, 9)}` as SessionDate;
      return { kind: 'volatility-day.seen', symbol, date, impliedVolatility: maybe(random, 0.2) };
    }
    case 6: {
      const names = { kind: 'vendor-indicator.seen', symbol, indicator: 'RSI', interval: '5min' } as const;
      return { ...names, at: instant(at - 300_000), values: { RSI: 50 } };
    }
    case 7: {
      const date = `2026-0${random.whole(1, 7)}-01` as SessionDate;
      return { kind: 'macro.seen', series: 'CPI', date, value: maybe(random, 320), unit: 'index' };
    }
    case 8: {
      const text = { title: 't', source: 's', url: `https://n.test/${random.whole(0, 40)}` };
      return { kind: 'news-sentiment.seen', symbol, publishedAt: at, ...text, relevance: 0.5, sentiment: -0.2 };
    }
    default: {
      const slow = random.chance(0.5);
      return {
        ...{ kind: 'budget.reported', vendor: 'alphavantage', latencyP50Ms: 300, tokens: 3, budgetPerMinute: 75 },
        ...{ latencyP95Ms: slow ? 2500 : 700, slowSince: slow ? instant(at - random.whole(0, 400_000)) : null },
        ...{ callsLastMinute: 20, streams: { chain: { asked: 3, dropped: 1, answered: 2 } } },
      };
    }
  }
};

/** A day in which everything that may be said is said; the view is taken along the way. */
const play = (seed: number, steps: number, looks = true): { world: World; views: string[] } => {
  const random = createRandom(seed);
  const world = createWorld({ symbols: ['SPY', 'QQQ'], measured: ['VIX'], limits: { signalCooldownMs: 60_000 } });
  const views: string[] = [];
  goLive(world);
  rally(world);
  for (let i = 0; i < steps; i++) {
    const roll = random.next();
    if (roll < 0.7) feed(world, vendorInput(random, world));
    else if (roll < 0.85) wait(world, random.whole(100, 20_000));
    else if (roll < 0.92) refresh(world, 599 + random.next());
    else if (roll < 0.97) quoteOption(world, optionOf('C', 600), 1.98, 2);
    else command(world, { kind: random.chance(0.5) ? 'kill' : 'rearm' });
    if (looks) views.push(JSON.stringify(viewOf(world.state, world.at)));
  }
  return { world, views };
};

test(`what the vendors say folds to the same outputs, views and hash again, and leaves no reference behind (seed ${SEED})`, () => {
  const kinds = new Set<string>();
  for (let run = 0; run < 2; run++) {
    const { world } = play(SEED + run, 250, false);
    const items = world.entries.map((entry) => ({ kind: 'entry', entry: structuredClone(entry) }) as const);
    for (const { entry } of items) kinds.add(entry.input.kind);
    const replayer = createReplayer(world.params);
    for (const item of items) replayer.take(item);
    const again = replayer.result();
    expect(firstDifference(world.outputs, again.outputs)).toBeNull();
    expect(again.hash).toBe(stateHash(world.state));
    // Spoiling the entries afterwards must not reach into the state.
    const spoil = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [name, item] of Object.entries(value)) {
        if (typeof item === 'object') spoil(item);
        else Object.assign(value, { [name]: 'spoilt' });
      }
    };
    for (const { entry } of items) if (!entry.input.kind.startsWith('broker')) spoil(entry.input);
    expect(replayer.result().hash).toBe(again.hash);
  }
  expect([...kinds].filter((kind) => !kind.startsWith('broker')).length).toBeGreaterThan(14);
});

test(`nothing shown depends on what came after it: cut off anywhere, all views before are the same (seed ${SEED})`, () => {
  const whole = play(SEED, 160);
  for (const cut of [40, 120]) {
    const part = play(SEED, cut);
    expect(part.views).toEqual(whole.views.slice(0, cut));
  }
  expect(new Set(whole.views).size).toBeGreaterThan(80);
});

test('the state hash sees each of the new pieces of state', () => {
  const { world } = play(SEED, 200, false);
  const { state } = world;
  const before = stateHash(state);
  const spy = state.symbols.get('SPY');
  if (!spy) throw new Error('no SPY');
  const ofNow = spy.quotesOfNow;
  const pieces: [string, () => void, () => void][] = [
    [
      'a stream',
      () => state.streams.set('x', state.streams.values().next().value as never),
      () => state.streams.delete('x'),
    ],
    [
      'the pricing source',
      () => Object.assign(state.pricing, { quickSince: 2 }),
      () => Object.assign(state.pricing, { quickSince: 1 }),
    ],
    ['macro', () => state.macro.set('x', []), () => state.macro.delete('x')],
    ['news', () => spy.news.push(spy.news[0] as never), () => spy.news.pop()],
    ['minutes', () => void spy.brokerMinutes.compared++, () => void spy.brokerMinutes.compared--],
    ['indicators', () => void spy.indicatorChecks.compared++, () => void spy.indicatorChecks.compared--],
    ['history', () => void spy.history.taken++, () => void spy.history.taken--],
    [
      'quotes of now',
      () => Object.assign(spy, { quotesOfNow: !ofNow }),
      () => Object.assign(spy, { quotesOfNow: ofNow }),
    ],
  ];
  state.pricing.quickSince = 1;
  const based = stateHash(state);
  expect(based).not.toBe(before);
  for (const [what, change, undo] of pieces) {
    change();
    expect(stateHash(state), what).not.toBe(based);
    undo();
    expect(stateHash(state), what).toBe(based);
  }
});
