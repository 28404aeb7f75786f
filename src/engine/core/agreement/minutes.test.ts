import { describe, expect, test } from 'bun:test';
import { createRandom } from '../../testing/random.ts';
import { createWorld, feed, type World } from '../../testing/world.ts';
import type { FiveSecondBarSeen } from '../inputs.ts';
import type { SymbolState } from '../state.ts';
import { type Instant, instant } from '../types.ts';

const SEED = 77;

interface Print {
  readonly at: Instant;
  readonly price: number;
  readonly size: number;
}
interface Feeding {
  /** Prints that never reach us, and those that reach us twice, by their index. */
  readonly lost?: ReadonlySet<number>;
  readonly doubled?: ReadonlySet<number>;
  readonly minutes?: number;
}

/** Minutes of prints, and the broker's five-second bars of all of them. */
const play = ({ lost = new Set(), doubled = new Set(), minutes = 5 }: Feeding = {}): World => {
  const random = createRandom(SEED);
  const world = createWorld();
  const startAt = world.at;
  feed(world, { kind: 'timer.fired' });
  const prints: Print[] = [];
  for (let ms = 500; ms < minutes * 60_000; ms += random.whole(300, 3_000))
    prints.push({
      at: instant(startAt + ms),
      price: 600 + Math.round(random.next() * 40) / 100,
      size: random.whole(100, 900),
    });
  // One print large enough to be seen beside what the turn of a minute may hide.
  const [large] = prints.splice(50, 1);
  if (large) prints.splice(50, 0, { ...large, size: 6_000 });
  let next = 0;
  for (let openAt = Number(startAt); openAt < startAt + minutes * 60_000; openAt += 5_000) {
    const inside: Print[] = [];
    for (let print = prints[next]; print && print.at < openAt + 5_000; print = prints[++next]) {
      inside.push(print);
      world.at = print.at;
      const { price, size } = print;
      for (let times = lost.has(next) ? 0 : doubled.has(next) ? 2 : 1; times > 0; times--)
        feed(world, { kind: 'trade.seen', symbol: 'SPY', price, size, venue: 'ARCA', sourceAt: print.at });
    }
    world.at = instant(openAt + 5_000);
    const prices = inside.map(({ price }) => price);
    const volume = inside.reduce((sum, { size }) => sum + size, 0);
    feed(world, {
      kind: 'five-second-bar.seen',
      symbol: 'SPY',
      openAt: instant(openAt),
      open: prices[0] ?? 600,
      high: prices.length > 0 ? Math.max(...prices) : 600,
      low: prices.length > 0 ? Math.min(...prices) : 600,
      close: prices.at(-1) ?? 600,
      volume,
      vwap: volume > 0 ? inside.reduce((sum, { price, size }) => sum + price * size, 0) / volume : Number.NaN,
      trades: inside.length,
    });
    feed(world, { kind: 'timer.fired' });
  }
  world.at = instant(world.at + 3_000);
  feed(world, { kind: 'timer.fired' });
  return world;
};

const minutesOf = (world: World) => (world.state.symbols.get('SPY') as SymbolState).brokerMinutes;
const told = (world: World) =>
  world.outputs.flatMap(({ output }) =>
    output.kind === 'anomaly.seen' && output.name === 'minute-disagrees' ? [output.facts] : [],
  );

describe("the broker's minutes beside ours", () => {
  test(`agree while every print arrives once (seed ${SEED})`, () => {
    const world = play();
    expect(minutesOf(world)).toMatchObject({ compared: 5, disagreed: 0, incomplete: 0, refused: 0 });
    expect(minutesOf(world).last).toMatchObject({ agrees: true, priceDifference: 0 });
    expect(told(world)).toEqual([]);
  });

  test.each([
    ['lost', { lost: new Set([50]) }, -1],
    ['taken twice', { doubled: new Set([50]) }, 1],
  ] as const)('show a print that was %s, with its size', (_what, feeding, sign) => {
    const world = play(feeding);
    expect(minutesOf(world)).toMatchObject({ compared: 5, disagreed: 1 });
    const [facts, ...more] = told(world);
    expect(more).toEqual([]);
    expect(facts).toMatchObject({ subject: 'SPY' });
    expect(Number(facts?.['tradesOurs']) - Number(facts?.['tradesTheirs'])).toBe(sign);
    expect(Math.abs(Number(facts?.['volumeOurs']) - Number(facts?.['volumeTheirs']))).toBe(6_000);
  });

  test('hide what the turn of a minute may explain: a small print lost is shown, and not told', () => {
    const world = play({ lost: new Set([20]) });
    expect(minutesOf(world)).toMatchObject({ compared: 5, disagreed: 0 });
    expect(told(world)).toEqual([]);
  });

  test('are not compared where one side did not hear the whole minute', () => {
    const world = createWorld();
    const bar = (seconds: number): FiveSecondBarSeen => ({
      kind: 'five-second-bar.seen',
      symbol: 'SPY',
      openAt: instant(Date.UTC(2026, 7, 20, 15, 0) + seconds * 1000),
      open: 600,
      high: 600,
      low: 600,
      close: 600,
      volume: 100,
      vwap: 600,
      trades: 1,
    });
    for (let seconds = 20; seconds < 60; seconds += 5) feed(world, bar(seconds));
    // Repeated, and one that no clock of five seconds begins.
    feed(world, bar(55));
    feed(world, { ...bar(60), openAt: instant(Date.UTC(2026, 7, 20, 15, 1) + 1) });
    expect(minutesOf(world)).toMatchObject({ compared: 0, disagreed: 0, incomplete: 1, refused: 2 });
  });

  test('wait while none of our prints has closed a minute', () => {
    const world = play({ lost: new Set(Array.from({ length: 1000 }, (_, i) => i)), minutes: 3 });
    // Without any print ours are never closed: silence of one stream is for its own watch to tell.
    expect(minutesOf(world)).toMatchObject({ compared: 0, disagreed: 0 });
  });
});
