import { describe, expect, test } from 'bun:test';
import type { MarketInput } from '../../core/inputs.ts';
import { DEFAULT_LIMITS } from '../../core/limits.ts';
import { createState } from '../../core/state.ts';
import { step } from '../../core/step.ts';
import { instant } from '../../core/types.ts';
import { viewOf } from '../../core/view-of.ts';
import { ruleOf } from '../../ports/store-keys.ts';
import { chainOf } from '../../testing/chain.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { createMirror } from './mirror.ts';

const START = Date.parse('2026-11-25T15:00:00Z');
const WALL = 5_000_000;

/** An engine without shells, mirrored at pulses of the test's choosing. `speed` market ms pass per wall ms. */
const worldOf = (speed = 1) => {
  const state = createState({
    runId: 'mirror',
    symbols: ['SPY'],
    limits: DEFAULT_LIMITS,
    mode: 'simulated',
    rates: { rate: 0.04, dividendYield: 0.013 },
  });
  const clock = { wall: WALL };
  const store = createMemoryStore({ wallNow: () => clock.wall });
  const said: string[] = [];
  const log = (_level: string, message: string) => void said.push(message);
  const mirror = createMirror({ store, wallNow: () => clock.wall, speed, log });
  const marketAt = () => instant(START + (clock.wall - WALL) * speed);
  const see = (input: MarketInput): void => void step(state, { seq: state.seq + 1, at: marketAt(), input });
  const read = (key: string) => store.read(key, clock.wall);
  const json = async (key: string) => JSON.parse(String((await read(key)).value));
  return {
    clock,
    store,
    said,
    see,
    read,
    json,
    hash: async (key: string) => (await read(key)).value as Record<string, string>,
    list: async (key: string) => ((await read(key)).value as string[]).map((text) => JSON.parse(text)),
    pulse: () => mirror.pulse(state, viewOf(state, marketAt())),
    row: (operation: 0 | 1 | 2, side: 0 | 1, level: number, price: number, size: number) =>
      see({ kind: 'depth.seen', symbol: 'SPY', operation, side, level, price, size, venue: 'ARCA' }),
    quote: (bid: number, ask: number) =>
      see({
        kind: 'quote.seen',
        symbol: 'SPY',
        bidPrice: bid,
        bidSize: 1,
        askPrice: ask,
        askSize: 2,
        lastPrice: Number.NaN,
      }),
    trade: (price: number) =>
      see({ kind: 'trade.seen', symbol: 'SPY', price, size: 100, venue: 'X', sourceAt: marketAt() }),
  };
};

describe('the mirror', () => {
  test('writes quotes and books with the time they held, and readers lose them once they are old', async () => {
    const world = worldOf();
    world.quote(600, 600.02);
    world.row(0, 1, 0, 600, 300);
    world.row(0, 1, 1, 599.99, 200);
    world.row(0, 0, 0, 600.02, 100);
    world.pulse();
    expect(await world.json('raw:ibkr:SPY')).toEqual({
      source_ts: START,
      source_wall_ts: WALL,
      bid: 600,
      bidSize: 1,
      ask: 600.02,
      askSize: 2,
      last: null,
    });
    expect(await world.json('raw:ibkr:depth:SPY')).toMatchObject({
      bids: [
        [600, 300, 'ARCA'],
        [599.99, 200, 'ARCA'],
      ],
      asks: [[600.02, 100, 'ARCA']],
    });
    const book = await world.hash('market:SPY:book');
    expect(Object.keys(book).sort()).toEqual(['ask:1', 'bid:1', 'bid:2', 'source_ts', 'source_wall_ts']);
    world.clock.wall += 3_001;
    world.pulse();
    expect(await world.read('raw:ibkr:SPY')).toMatchObject({ value: null });
    expect((await world.read('raw:ibkr:depth:SPY')).value).not.toBeNull();
    world.clock.wall += 2_000;
    world.pulse();
    expect(await world.read('raw:ibkr:depth:SPY')).toMatchObject({ value: null });
  });

  test('judges ages by the wall at whatever speed the market runs', async () => {
    const world = worldOf(60);
    world.quote(600, 600.02);
    world.clock.wall += 2_000;
    world.pulse();
    expect(await world.read('raw:ibkr:SPY')).toMatchObject({ sourceTs: START, ageMs: 2_000 });
    world.clock.wall += 1_001;
    expect(await world.read('raw:ibkr:SPY')).toMatchObject({ value: null });
  });

  test('takes a book away at once when it broke or crossed, and a quote that crossed', async () => {
    const world = worldOf();
    world.quote(600, 600.02);
    world.row(0, 1, 0, 600, 300);
    world.row(0, 0, 0, 600.02, 100);
    world.pulse();
    expect((await world.read('market:SPY:book')).value).not.toBeNull();
    world.row(1, 1, 0, 601, 300);
    world.quote(601, 600.02);
    world.pulse();
    for (const key of ['market:SPY:book', 'raw:ibkr:depth:SPY', 'raw:ibkr:SPY'])
      expect(await world.read(key)).toEqual({ value: null, reason: 'not there' });
    world.row(1, 1, 0, 600.01, 300);
    world.pulse();
    expect((await world.read('market:SPY:book')).value).not.toBeNull();
    world.row(2, 0, 5, 0, 0);
    world.pulse();
    expect(await world.read('market:SPY:book')).toEqual({ value: null, reason: 'not there' });
  });

  test('keeps a snapshot every two seconds for a minute, and the rows that changed in between', async () => {
    const world = worldOf();
    world.row(0, 1, 0, 600, 300);
    world.row(0, 0, 0, 600.02, 100);
    for (let n = 0; n < 500; n += 1) {
      world.row(1, 1, 0, 600, 300 + n);
      world.pulse();
      world.clock.wall += 250;
    }
    world.clock.wall -= 250;
    const window = await world.list('raw:ibkr:depth:SPY:window');
    expect(window.length).toBeGreaterThanOrEqual(29);
    expect(window.length).toBeLessThanOrEqual(31);
    expect(window[0].bids[0][1] - window[1].bids[0][1]).toBe(8);
    const deltas = await world.list('orderflow:ibkr:L2:SPY');
    expect(deltas).toHaveLength(500);
    expect(JSON.parse(deltas[0].rows)).toEqual([['bid', 1, 600, 799]]);
    expect(JSON.parse(deltas[499].rows)).toEqual([
      ['ask', 1, 600.02, 100],
      ['bid', 1, 600, 300],
    ]);
  });

  test('tells a chain in slices, a field per expiry, whole or not at all', async () => {
    const world = worldOf();
    const rows = Array.from({ length: 4_000 }, (_, i) => ({
      expiry: i < 3_900 ? '2026-11-25' : '2026-11-27',
      right: i % 2 === 0 ? ('C' as const) : ('P' as const),
      strike: 500 + Math.floor(i / 2) / 8,
      openInterest: i,
    }));
    world.quote(600, 600.02);
    world.see({ kind: 'chain.seen', chain: chainOf('SPY', instant(START), rows) });
    world.pulse();
    world.pulse();
    expect(await world.read('options:SPY:chain')).toMatchObject({ value: null });
    world.pulse();
    const chain = await world.hash('options:SPY:chain');
    expect(chain['rows']).toBe('4000');
    expect(JSON.parse(chain['2026-11-25'] ?? '[]')).toHaveLength(3_900);
    const last = JSON.parse(chain['2026-11-27'] ?? '[]') as { openInterest: number; bid: number | null }[];
    expect([last.length, last[99]?.openInterest, last[99]?.bid]).toEqual([100, 3_999, null]);
  });

  test('writes every family that an engine without a broker can fill, each under a rule, and nothing twice a second', async () => {
    const world = worldOf();
    for (let n = 0; n < 300; n += 1) {
      world.quote(600 + n / 100, 600.02 + n / 100);
      world.trade(600 + n / 100);
      world.see({ kind: 'timer.fired' });
      world.clock.wall += 250;
      world.pulse();
    }
    expect(world.said).toEqual([]);
    const bars = await world.json('market:SPY:bars:1min');
    expect(bars.closed[0]).toMatchObject({ openAt: START, open: 600, trades: 240 });
    expect((await world.json('analytics:bars:SPY')).module).toBe('bars');
    const status = await world.hash('analytics:STATUS');
    expect(JSON.parse(status['vpin:SPY'] ?? '')).toMatchObject({ module: 'vpin', state: 'live' });
    expect((await world.read('ibkr:connected')).value).toBe('0');
    expect((await world.read('heartbeat:ibkr_ingestion')).value).toBeNull();
    expect(await world.json('monitoring:data:stale')).toMatchObject({ count: 0 });
    expect(await world.json('risk:kill')).toMatchObject({ engaged: false });
    expect((await world.read('execution:mode')).value).toBe('automatic');
    expect((await world.read('signals:execution:SPY')).value).toEqual([]);
    expect(await world.json('engine:run')).toMatchObject({ runId: 'mirror', speed: 1 });
    for (const key of ['risk:limits', 'risk:exposure', 'risk:breaches', 'orders:pending', 'analytics:alerts'])
      expect([key, (await world.read(key)).value === null]).toEqual([key, false]);
  });

  test('a store that throws costs the mirror, not the caller, and is told once', () => {
    const world = worldOf();
    world.store.put = () => {
      throw new Error('no room');
    };
    world.quote(600, 600.02);
    world.pulse();
    world.pulse();
    expect(world.said).toHaveLength(1);
  });

  test('the table gives a rule to each key of the briefs', () => {
    const keys = [
      'raw:av:options:SPY',
      'raw:av:news:SPY',
      'raw:ibkr:SPY',
      'raw:ibkr:depth:SPY',
      'market:SPY:book',
      'market:SPY:bars:1min',
      'options:SPY:chain',
      'orderflow:ibkr:L2:SPY',
      'analytics:vpin:SPY',
      'analytics:SPY:gex',
      'analytics:greeks:SPY',
      'analytics:regime',
      'analytics:STATUS',
      'analytics:alerts',
      'heartbeat:ibkr_ingestion',
      'ibkr:connected',
      'monitoring:alpha_vantage:metrics',
      'monitoring:data:stale',
      'positions:open:DU1',
      'signals:execution:SPY',
    ];
    expect(keys.filter((key) => ruleOf(key) === null)).toEqual([]);
    expect(ruleOf('raw:ibkr:depth:SPY')?.ttlSeconds).toBe(180);
    expect(ruleOf('analytics:SPY:gex')?.kind).toBe('hash');
  });
});
