import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { allocate, CLAIMS, type Entitlement, KEPT_MS, POOL_OF, type Wish } from './allocation.ts';
import { Allotment } from './allotment.ts';
import type { StreamKind } from './stream.ts';

const SEED = Number(process.env['FC_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const DEFAULT: Entitlement = { marketData: 100, depth: 3, tickByTick: 3 };
const depth = (symbol: string, claim: Wish['claim']): Wish => ({ key: `depth ${symbol}`, kind: 'depth', claim });
const FUNDS = ['SPY', 'QQQ', 'IWM'].map((symbol) => depth(symbol, 'index-fund'));
const NAMES = ['AAPL', 'MSFT', 'NVDA'].map((symbol) => depth(symbol, 'single-name'));
const keys = (wishes: Iterable<string>): string[] => [...wishes].sort();

describe('who gets a line', () => {
  test('three books go to the index funds while nothing is held and nothing is a candidate', () => {
    expect(keys(allocate([...NAMES, ...FUNDS], DEFAULT, new Map(), 0))).toEqual([
      'depth IWM',
      'depth QQQ',
      'depth SPY',
    ]);
  });

  test('what is held goes first, then candidates, then funds, then single names', () => {
    const wishes = [depth('AAPL', 'single-name'), ...FUNDS, depth('NVDA', 'candidate'), depth('TSLA', 'held')];
    expect([...allocate(wishes, DEFAULT, new Map(), 0)]).toEqual(['depth TSLA', 'depth NVDA', 'depth SPY']);
  });

  test('a candidate takes the line of a fund, but not one that has only just been given', () => {
    const granted = new Map(FUNDS.map(({ key }) => [key, 0]));
    const wishes = [...FUNDS, depth('NVDA', 'candidate')];
    expect(allocate(wishes, DEFAULT, granted, KEPT_MS - 1).has('depth NVDA')).toBe(false);
    expect(keys(allocate(wishes, DEFAULT, granted, KEPT_MS))).toEqual(['depth NVDA', 'depth QQQ', 'depth SPY']);
  });

  test('what is held does not wait for that', () => {
    const granted = new Map(FUNDS.map(({ key }) => [key, 0]));
    expect(allocate([...FUNDS, depth('NVDA', 'held')], DEFAULT, granted, 1).has('depth NVDA')).toBe(true);
  });

  test('pools do not borrow from one another', () => {
    const wishes: Wish[] = [
      { key: 'trades SPY', kind: 'trades', claim: 'index-fund' },
      { key: 'bid-ask SPY', kind: 'bid-ask', claim: 'extra' },
      ...FUNDS,
    ];
    expect(keys(allocate(wishes, { marketData: 9, depth: 1, tickByTick: 1 }, new Map(), 0))).toEqual([
      'depth SPY',
      'trades SPY',
    ]);
  });

  test('a line that TWS says is one too many shrinks the room to what is in use beside it', () => {
    const allotment = new Allotment(DEFAULT);
    expect(allotment.choose(FUNDS, 0).granted).toHaveLength(3);
    allotment.full('depth IWM', 'depth');
    expect(allotment.room()).toEqual({ ...DEFAULT, depth: 2 });
    const { granted, denied } = allotment.choose(FUNDS, 1);
    expect(granted.map(({ key }) => key)).toEqual(['depth SPY', 'depth QQQ']);
    expect(denied.map(({ key }) => key)).toEqual(['depth IWM']);
    allotment.clear();
    expect(allotment.room()).toEqual(DEFAULT);
  });

  test('a line that is refused for good is free for the next', () => {
    const allotment = new Allotment(DEFAULT);
    allotment.choose([...FUNDS, ...NAMES], 0);
    allotment.bar('depth QQQ');
    expect(allotment.choose([...FUNDS, ...NAMES], 1).granted.map(({ key }) => key)).toEqual([
      'depth SPY',
      'depth IWM',
      'depth AAPL',
    ]);
  });
});

describe(`whatever the claims do (seed ${SEED})`, () => {
  const kinds: readonly StreamKind[] = ['quote', 'depth', 'trades', 'option', 'bars', 'bid-ask'];
  const names = Array.from({ length: 8 }, (_, i) => `S${i}`);
  const wish = fc.record({
    kind: fc.constantFrom(...kinds),
    symbol: fc.constantFrom(...names),
    claim: fc.constantFrom(...CLAIMS),
  });
  const room = fc.record({ marketData: fc.nat(6), depth: fc.nat(3), tickByTick: fc.nat(3) });
  const day = fc.array(fc.record({ afterMs: fc.nat(40_000), wishes: fc.array(wish, { maxLength: 24 }) }), {
    minLength: 1,
    maxLength: 30,
  });
  const wishesOf = (drawn: readonly { kind: StreamKind; symbol: string; claim: Wish['claim'] }[]): Wish[] => {
    const unique = new Map(drawn.map(({ kind, symbol, claim }) => [`${kind} ${symbol}`, { kind, claim }]));
    return [...unique].map(([key, rest]) => ({ key, ...rest }));
  };

  test('no pool is overdrawn, and none has a line left while somebody wants one', () => {
    fc.assert(
      fc.property(room, day, (entitlement, steps) => {
        const allotment = new Allotment(entitlement);
        let now = 0;
        for (const { afterMs, wishes: drawn } of steps) {
          now += afterMs;
          const wishes = wishesOf(drawn);
          const { granted, denied } = allotment.choose(wishes, now);
          for (const pool of ['marketData', 'depth', 'tickByTick'] as const) {
            const used = granted.filter(({ kind }) => POOL_OF[kind] === pool).length;
            const wanted = wishes.filter(({ kind }) => POOL_OF[kind] === pool).length;
            expect(used).toBe(Math.min(entitlement[pool], wanted));
          }
          expect(keys([...granted, ...denied].map(({ key }) => key))).toEqual(keys(wishes.map(({ key }) => key)));
        }
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  test('a line that is still wanted is not taken away within a minute but for what is held', () => {
    fc.assert(
      fc.property(room, day, (entitlement, steps) => {
        const allotment = new Allotment(entitlement);
        const since = new Map<string, number>();
        let now = 0;
        for (const { afterMs, wishes: drawn } of steps) {
          now += afterMs;
          const { granted, denied } = allotment.choose(wishesOf(drawn), now);
          for (const { key, kind } of denied) {
            const given = since.get(key);
            if (given === undefined || now - given >= KEPT_MS) continue;
            const held = granted.filter((other) => other.claim === 'held' && POOL_OF[other.kind] === POOL_OF[kind]);
            expect(held.length).toBeGreaterThan(0);
          }
          const kept = new Map(granted.map(({ key }) => [key, since.get(key) ?? now]));
          since.clear();
          for (const [key, at] of kept) since.set(key, at);
        }
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});
