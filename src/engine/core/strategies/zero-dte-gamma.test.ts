import { describe, expect, test } from 'bun:test';
import {
  createWorld,
  feed,
  goLive,
  quoteSpy,
  rally,
  refresh,
  seeChain,
  testChain,
  type World,
} from '../../testing/world.ts';
import { instant } from '../types.ts';
import { findZeroDteGamma } from './zero-dte-gamma.ts';
import { parseZeroDteGamma } from './zero-dte-gamma-params.ts';

const find = (world: World, overrides: object = {}) => {
  const symbol = world.state.symbols.get('SPY');
  if (!symbol) throw new Error('no SPY');
  const { rates } = world.params;
  return findZeroDteGamma({ symbol, params: parseZeroDteGamma(overrides), rates, at: world.at });
};

/** After four minutes from 599.00 to 599.60 under a heavy 600 strike. */
const risen = (): World => {
  const world = createWorld();
  goLive(world);
  rally(world);
  return world;
};

describe('0DTE gamma', () => {
  test('buys the call at the gamma strike that price rises towards', () => {
    const found = find(risen());
    expect(found?.kind).toBe('wish');
    if (found?.kind !== 'wish') return;
    expect(found.wish.contract.id).toBe('SPY260820C00600000' as never);
    expect(found.wish.direction).toBe('bullish');
    expect(found.wish.triggeredBy).toContain('momentum-up');
  });

  test('buys the put at the gamma strike that price falls towards', () => {
    const world = risen();
    quoteSpy(world, 598.49, 598.51);
    seeChain(world, testChain(world.at, 598));
    const found = find(world);
    expect(found?.kind === 'wish' && found.wish.contract.id).toBe('SPY260820P00598000' as never);
  });

  test.each<[string, (world: World) => void, object]>([
    ['price does not move', () => {}, { minMomentumFraction: 0.01 }],
    ['no strike holds much of the gamma', () => {}, { minGammaShare: 0.9 }],
    ['the strike is too far away', () => {}, { maxDistanceFraction: 0.0003 }],
    ['price has arrived', (world) => quoteSpy(world, 599.99, 600.01), { maxDistanceFraction: 0.0005 }],
    ['the book leans against it', () => {}, { maxAdverseImbalance: 0 }],
    ['the quote has one side only', (world) => quoteSpy(world, Number.NaN, 599.61), {}],
    ['the exchange is closed', (world) => Object.assign(world, { at: instant(world.at + 12 * 3_600_000) }), {}],
  ])('stays away when %s', (what, spoil, overrides) => {
    const world = risen();
    expect(find(world)?.kind).toBe('wish');
    if (what.startsWith('the book')) {
      const input = { kind: 'depth.seen', symbol: 'SPY', operation: 1, side: 0, level: 0, venue: 'ARCA' } as const;
      feed(world, { ...input, price: 599.61, size: 4000 });
    }
    spoil(world);
    expect(find(world, overrides)).toBeNull();
  });

  test.each<[string, (world: World) => void, string]>([
    ['the book is broken', (world) => feed(world, { kind: 'depth.reset', symbol: 'SPY' }), 'stale-book'],
    [
      'every option is quoted too wide',
      (world) => seeChain(world, testChain(world.at, 600, { bid: new Float64Array(42).fill(1) })),
      'wide-spread',
    ],
    [
      'Greeks are absent',
      (world) => seeChain(world, testChain(world.at, 600, { delta: new Float64Array(42).fill(Number.NaN) })),
      'greeks-absent',
    ],
    [
      'every option loses too much to time',
      (world) => seeChain(world, testChain(world.at, 600, { thetaPerDay: new Float64Array(42).fill(-20) })),
      'max-net-theta',
    ],
  ])('says why a trigger came to nothing when %s', (_what, spoil, code) => {
    const world = risen();
    spoil(world);
    const found = find(world);
    expect(found?.kind === 'suppressed' && found.denials.map((denial) => denial.code)).toEqual([code] as never);
  });

  test('measures momentum from the bars of the vendor until it has its own', () => {
    const world = createWorld();
    goLive(world);
    refresh(world, 599.6);
    expect(find(world)).toBeNull();
    const openAt = instant(world.at - (world.at % 60_000) - 3 * 60_000);
    const bar = { open: 599, high: 599, low: 599, close: 599, volume: 1000 };
    feed(world, { kind: 'vendor-bar.seen', symbol: 'SPY', openAt, ...bar });
    expect(find(world)?.kind).toBe('wish');
  });

  test('a chain whose gammas are all zero gives no trigger and is told as an anomaly', () => {
    const world = risen();
    const outputs = seeChain(world, testChain(world.at, 600, { gamma: new Float64Array(42) }));
    expect(outputs.map((output) => output.kind === 'anomaly.seen' && output.name)).toEqual(['all-gamma-zero']);
    expect(find(world)).toBeNull();
  });

  test('names what is wrong with its parameters', () => {
    expect(() => parseZeroDteGamma({ minGamaShare: 0.1 })).toThrow('minGamaShare is unknown');
    expect(() => parseZeroDteGamma({ minGammaShare: '0.1' })).toThrow('minGammaShare is 0.1, expected a finite number');
  });
});
