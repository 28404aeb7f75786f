import { afterEach, describe, expect, test } from 'bun:test';
import { newYorkInstant } from '../../src/engine/core/market/calendar.ts';
import { type Instant, instant, type SessionDate } from '../../src/engine/core/types.ts';
import { createSeededMarket } from '../../src/sandbox/market/seeded-market.ts';
import { createSessionClock } from '../../src/sandbox/market/session-clock.ts';
import type { Fault } from '../../src/sandbox/tws/fault-types.ts';
import { startTwsSandbox } from '../../src/sandbox/tws/server.ts';
import { closeRawClients, depthOf, historyOf, marketData, orderOf, startedClient, tickByTick } from './raw-client.ts';
import { stopEverything } from './tws-harness.ts';

afterEach(() => {
  closeRawClients();
  stopEverything();
});

const DAY = '2024-03-13' as SessionDate;
const OPENING = newYorkInstant(DAY, '10:00:00');

/** A seeded world whose clock only the test moves. */
const manualWorld = (seed: number) => {
  let wall = 0;
  const clock = createSessionClock({ speed: 1, startAt: OPENING, wallNow: () => wall });
  const market = createSeededMarket({ seed, clock, symbols: ['SPY', 'AMZN', 'SPX'] });
  const advance = (ms: number): Instant => {
    wall += ms;
    market.advanceTo(clock.now());
    return instant(clock.now());
  };
  return { market, advance };
};

const stock = (symbol: string) => ['', symbol, 'STK', '', 0, '', '', 'SMART', '', 'USD', '', ''] as const;

/** One client's morning: quotes, books, prints, bars, orders, history, in market time of 400 ms steps. */
const morning = async (seed: number, faults: readonly Fault[]): Promise<Buffer> => {
  const { market, advance } = manualWorld(seed);
  const server = await startTwsSandbox({ market, limits: { requestsPerSecond: 1e6 }, rules: { startingCash: 1e7 } });
  try {
    for (const fault of faults) server.faults.inject(fault);
    const client = await startedClient(server.port);
    client.send(...marketData(1, stock('SPY'), '100,101,104,106,225,233,293,294,295,318,411'));
    client.send(...depthOf(2, stock('SPY')));
    client.send(...tickByTick(3, stock('SPY'), 'AllLast'));
    client.send(...tickByTick(4, stock('SPY'), 'BidAsk'));
    client.send(50, 3, 5, ...stock('SPY'), 5, 'TRADES', 1, '');
    client.send(6, 2, 1, '');
    client.send(92, 9, '', '');
    await client.settle();
    for (let step = 0; step < 40; step++) {
      advance(400);
      if (step === 5) client.send(...orderOf(1, stock('SPY'), { quantity: 100, type: 'MKT' }));
      if (step === 10)
        client.send(...orderOf(2, stock('SPY'), { action: 'SELL', quantity: 100, type: 'STP', aux: 400 }));
      if (step === 20) client.send(...historyOf(7, stock('SPY'), { duration: '1 D', keep: 1 }));
      if (step === 30)
        client.send(...orderOf(3, stock('SPY'), { action: 'SELL', quantity: 100, type: 'MKT', oca: 'x' }));
      await client.settle();
    }
    return client.bytes();
  } finally {
    server.stop();
  }
};

describe('same seed, same bytes', () => {
  test('two servers send one client script the same bytes, whatever the machine’s clock does meanwhile', async () => {
    const [first, second] = [await morning(11, []), await morning(11, [])];
    expect(first.length).toBeGreaterThan(20_000);
    expect(first.equals(second)).toBe(true);
    expect((await morning(12, [])).equals(first)).toBe(false);
  }, 20_000);

  test('and so under every seeded fault of the data at once', async () => {
    const faults: readonly Fault[] = [
      { kind: 'garble', rate: 0.05, seed: 1 },
      { kind: 'duplicate-data', rate: 0.1, seed: 2 },
      { kind: 'reorder-data', window: 4, seed: 3 },
      { kind: 'delay-data', delayMs: 300, jitterMs: 900, seed: 4 },
    ];
    const [first, second] = [await morning(11, faults), await morning(11, faults)];
    expect(first.equals(second)).toBe(true);
    expect(first.equals(await morning(11, []))).toBe(false);
  }, 20_000);
});
