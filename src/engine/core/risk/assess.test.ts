import { describe, expect, test } from 'bun:test';
import {
  command,
  createWorld,
  goLive,
  optionOf,
  quoteOption,
  quoteSpy,
  rally,
  refresh,
  report,
  seeChain,
  testChain,
  type World,
} from '../../testing/world.ts';
import { createContext } from '../context.ts';
import { watch } from '../execution/sweep.ts';
import { DEFAULT_GATEWAY_SCHEDULE, type GatewaySchedule } from '../market/gateway-gate.ts';
import type { DenialCode } from '../outputs.ts';
import { type Instant, instant, type UsdMicros } from '../types.ts';
import { assess } from './assess.ts';

const CALL = optionOf('C', 600);

/** A world in which the trade passes: 6 contracts at 2.00, equity 100,000. */
const passing = (limits = {}, gateway: GatewaySchedule | null = null): World => {
  const world = createWorld({ limits, gateway });
  goLive(world);
  refresh(world, 599.6);
  watch(createContext(world.state), CALL);
  quoteOption(world, CALL, 1.98, 2);
  return world;
};

const verdict = (world: World, at: Instant = world.at, limitPrice = 2) => {
  const symbol = world.state.symbols.get('SPY');
  if (!symbol) throw new Error('no SPY');
  return assess(world.state, symbol, { contract: CALL, direction: 'bullish', limitPrice }, at);
};
const codes = (world: World, at?: Instant, limitPrice?: number): readonly DenialCode[] => {
  const result = verdict(world, at, limitPrice);
  return result.ok ? [] : result.denials.map(({ code }) => code);
};
const equity = (world: World, dollars: number): void => {
  const micros = (dollars * 1e6) as UsdMicros;
  report(world, { kind: 'account', netLiquidation: micros, buyingPower: micros });
};
/** An entry at 2.00 and its fill, so that something is held. */
const holding = (quantity: number): World => {
  const world = createWorld();
  goLive(world);
  rally(world);
  const placed = quoteOption(world, CALL, 1.98, 2).find(({ kind }) => kind === 'order.place');
  if (placed?.kind !== 'order.place') throw new Error('no entry was placed');
  report(world, {
    kind: 'executed',
    execution: {
      executionId: 'a.01',
      clientOrderId: placed.ticket.clientOrderId,
      brokerOrderId: 1,
      permId: 1,
      contractId: CALL.id,
      side: 'BUY',
      quantity,
      price: 2,
      at: world.at,
    },
  });
  return world;
};

describe('the risk rules', () => {
  test('let a good trade pass, sized by risk and contract count', () => {
    expect(verdict(passing())).toEqual({ ok: true, quantity: 6 });
    const poor = passing();
    // 2 % of 6,100 is 122: four contracts at 30 dollars of risk each.
    equity(poor, 6_100);
    expect(verdict(poor)).toEqual({ ok: true, quantity: 4 });
  });

  test('size down to what the net Greeks allow before refusing', () => {
    // 6 contracts would lose 300 a day, 3 of them 150.
    expect(verdict(passing({ minNetThetaPerDay: -170 }))).toEqual({ ok: true, quantity: 3 });
    expect(codes(passing({ minNetThetaPerDay: -40 }))).toEqual(['max-net-theta']);
    expect(codes(passing({ maxNetDelta: 49 }))).toEqual(['max-net-delta']);
    expect(codes(passing({ maxNetGamma: 4 }))).toEqual(['max-net-gamma']);
  });

  test.each<[DenialCode, (world: World) => void]>([
    ['kill-switch', (world) => command(world, { kind: 'kill' })],
    ['manual-mode', (world) => command(world, { kind: 'set-mode', mode: 'manual' })],
    ['broker-disconnected', (world) => report(world, { kind: 'disconnected', reason: 'x' })],
    ['broker-not-synced', (world) => report(world, { kind: 'connected', account: 'DU1' })],
    ['internal-error', (world) => Object.assign(world.state, { internalErrors: 1 })],
    ['wide-spread', (world) => quoteOption(world, CALL, 1.7, 2)],
    [
      'greeks-absent',
      (world) => seeChain(world, testChain(world.at, 600, { gamma: new Float64Array(42).fill(Number.NaN) })),
    ],
    ['stale-quote', (world) => quoteSpy(world, Number.NaN, 599.6)],
    ['risk-per-trade', (world) => equity(world, 1_000)],
    [
      'position-mismatch',
      (world) =>
        report(world, {
          kind: 'positions',
          positions: [{ account: 'DU1', contractId: CALL.id, symbol: 'SPY', quantity: 1, averagePrice: 2 }],
        }),
    ],
  ])('deny by %s alone', (code, spoil) => {
    const world = passing();
    expect(codes(world)).toEqual([]);
    spoil(world);
    expect(codes(world)).toEqual([code]);
  });

  test('deny a feed that is down or was never reported', () => {
    const world = passing();
    world.state.feeds.set('alphavantage.options', {
      state: 'degraded',
      reason: 'note',
      receivedAt: Number.NaN,
      received: 0,
      refused: {},
    });
    expect(codes(world)).toEqual(['feed-not-live']);
  });

  test('deny equity that nobody reported', () => {
    const world = passing();
    world.state.broker.netLiquidation = null;
    expect(codes(world)).toEqual(['equity-unknown']);
  });

  test('tell every reason at once', () => {
    const world = passing();
    const late = instant(world.at + 16_000);
    expect(codes(world, late)).toEqual([
      'stale-quote',
      'stale-book',
      'stale-chain',
      'stale-option-quote',
      'greeks-absent',
    ]);
  });

  test('deny outside the session, and in its last half hour', () => {
    const world = passing({ quoteAgeMsMax: 1e9, bookAgeMsMax: 1e9, chainAgeMsMax: 1e9 });
    const close = Date.UTC(2026, 7, 20, 20, 0);
    expect(codes(world, instant(close - 30 * 60_000))).toEqual([]);
    expect(codes(world, instant(close - 30 * 60_000 + 1))).toEqual(['too-close-to-close']);
    expect(codes(world, instant(close))).toEqual(['market-closed']);
  });

  test('deny around the gateway’s restart and nowhere else, saying when it opens again', () => {
    // 17:01 of Zurich is within New York's session.
    const world = passing({}, { ...DEFAULT_GATEWAY_SCHEDULE, restartZone: 'Europe/Zurich', restartAt: '17:01' });
    const restartAt = Date.UTC(2026, 7, 20, 15, 1);
    expect(codes(world, instant(restartAt - 60_000))).toEqual(['gateway-restart']);
    const result = verdict(world, instant(restartAt - 60_000));
    expect(result.ok ? null : result.denials[0]?.facts).toEqual({
      cause: 'daily-restart',
      opensAt: restartAt + 300_000,
    });
    const after = passing({ quoteAgeMsMax: 1e9, bookAgeMsMax: 1e9, chainAgeMsMax: 1e9 }, world.params.gateway);
    expect(codes(after, instant(restartAt + 299_999))).toEqual(['gateway-restart']);
    expect(codes(after, instant(restartAt + 300_000))).toEqual([]);
  });

  test('deny after a loss of the connection until broker, quote, book and option quote are all back', () => {
    const world = passing();
    report(world, { kind: 'disconnected', reason: 'two heartbeats missed' });
    report(world, { kind: 'connected', account: 'DU1' });
    expect(codes(world)).toEqual(['broker-not-synced']);
    report(world, { kind: 'synced', openOrders: [], executions: [], positions: [] });
    const streams = (): unknown[] => {
      const result = verdict(world);
      return result.ok ? [] : result.denials.map(({ code, facts }) => [code, facts['stream']]);
    };
    expect(streams()).toEqual([
      ['no-data-since-reconnect', 'quote'],
      ['no-data-since-reconnect', 'book'],
      ['no-data-since-reconnect', 'option-quote'],
    ]);
    world.at = instant(world.at + 100);
    refresh(world, 599.6);
    expect(streams()).toEqual([['no-data-since-reconnect', 'option-quote']]);
    quoteOption(world, CALL, 1.98, 2);
    expect(codes(world)).toEqual([]);
  });

  test('count positions and what still works towards the contract limit, and call the same idea a duplicate', () => {
    const world = holding(2);
    expect(codes(world)).toContain('max-contracts');
    expect(codes(world)).toContain('duplicate-signal');
  });

  test('deny after the day lost six per cent, a position without a bid counting as worth nothing', () => {
    const world = holding(6);
    equity(world, 20_100);
    // 1,200 of premium against 6 % of 20,100.
    expect(codes(world)).not.toContain('daily-loss');
    quoteOption(world, CALL, Number.NaN, 2);
    equity(world, 19_900);
    expect(codes(world)).toContain('daily-loss');
  });
});

test('a live account is not traded unless live trading was asked for, and a paper account always may be', () => {
  const paper = passing();
  report(paper, { kind: 'connected', account: 'U7654321' });
  expect(codes(paper)).toContain('live-account-in-paper-mode');
  report(paper, { kind: 'connected', account: 'DU7654321' });
  expect(codes(paper)).not.toContain('live-account-in-paper-mode');
});
