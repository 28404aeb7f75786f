import { afterEach, describe, expect, test } from 'bun:test';
import { type Instant, instant } from '../../src/engine/core/types.ts';
import { createRandom } from '../../src/engine/testing/random.ts';
import type { Fault } from '../../src/sandbox/tws/fault-types.ts';
import type { TwsSandbox } from '../../src/sandbox/tws/server.ts';
import { TinyMarket } from '../support/tiny-market.ts';
import { AdapterUnderTest } from './ibkr-harness.ts';
import { startServer, stopEverything } from './tws-harness.ts';

/** Market seconds in a wall second: mending waits for market time. */
const SPEED = 20;

/** Trades when told to, on a clock that runs. */
class TradingMarket extends TinyMarket {
  readonly #startedMs = performance.now();
  readonly traded: {
    readonly sourceAt: Instant;
    readonly price: number;
    readonly size: number;
    readonly venue: string;
  }[] = [];
  #volume = 1_000;

  override now(): Instant {
    return instant(this.at + Math.floor((performance.now() - this.#startedMs) * SPEED));
  }

  trade(price: number, size: number, venue: string): void {
    const at = this.now();
    this.#volume += size;
    this.quotes.set('AMZN', {
      bidPrice: price - 0.01,
      bidSize: 100,
      askPrice: price + 0.01,
      askSize: 100,
      lastPrice: price,
      lastSize: size,
      volume: this.#volume,
    });
    this.traded.push({ sourceAt: instant(Math.floor(at / 1_000) * 1_000), price, size, venue });
    this.emit({ kind: 'trade', symbol: 'AMZN', at, price, size, venue });
  }
}

const adapters: AdapterUnderTest[] = [];
afterEach(async () => {
  for (const adapter of adapters.splice(0)) await adapter.stop();
  stopEverything();
});

const start = async () => {
  const market = new TradingMarket();
  const { server } = await startServer({ market });
  const adapter = new AdapterUnderTest(server.port, { clock: { now: () => market.now() }, reconnectMs: [50] });
  adapters.push(adapter);
  await adapter.start();
  await adapter.synced();
  await Bun.sleep(100);
  return { market, server, adapter };
};

const told = (adapter: AdapterUnderTest) =>
  adapter.inputsOf('trade.seen').map(({ sourceAt, price, size, venue }) => ({ sourceAt, price, size, venue }));

interface Drill {
  readonly name: string;
  readonly begin: Fault;
  readonly end: Fault | null;
}

const DRILLS: readonly Drill[] = [
  { name: 'a connection that is cut', begin: { kind: 'drop-connection' }, end: null },
  { name: 'half a frame and a cut', begin: { kind: 'truncate-frame' }, end: null },
  {
    name: 'TWS without IB, data lost',
    begin: { kind: 'lose-connectivity' },
    end: { kind: 'restore-connectivity', dataKept: false },
  },
  {
    name: 'prints that cannot be read',
    begin: { kind: 'change-schema', message: 99, change: 'other-type', field: 3 },
    end: { kind: 'restore-schema' },
  },
  {
    name: 'prints that are sent twice',
    begin: { kind: 'duplicate-data', rate: 0.3, seed: 7 },
    end: { kind: 'clear' },
  },
  {
    name: 'messages that come late',
    begin: { kind: 'delay-data', delayMs: 100, jitterMs: 50, seed: 7 },
    end: { kind: 'clear' },
  },
];

const trade = async (market: TradingMarket, random: ReturnType<typeof createRandom>, times: number): Promise<void> => {
  for (let i = 0; i < times; i++) {
    market.trade(100 + random.whole(0, 2) / 100, random.whole(1, 3) * 100, random.pick(['ARCA', 'ISLAND']));
    if (random.chance(0.3)) await Bun.sleep(random.whole(1, 8));
  }
};

const drill = async ({ begin, end }: Drill, seed: number) => {
  const random = createRandom(seed);
  const { market, server, adapter } = await start();
  const inject = (fault: Fault): void => (server satisfies TwsSandbox).faults.inject(fault);
  await trade(market, random, 60);
  inject(begin);
  await trade(market, random, 60);
  await Bun.sleep(50);
  await trade(market, random, 60);
  if (end) inject(end);
  const deadline = performance.now() + 12_000;
  while (performance.now() < deadline && told(adapter).length < market.traded.length + 40) {
    await trade(market, random, 2);
    await Bun.sleep(40);
    if (performance.now() > deadline - 9_000 && told(adapter).length === market.traded.length) break;
  }
  await Bun.sleep(300);
  return { told: told(adapter), traded: market.traded };
};

test('prints that lag block their symbol until they are of now again, and are told all the same', async () => {
  const { market, server, adapter } = await start();
  const random = createRandom(1);
  const states = (): (string | null)[] =>
    adapter
      .inputsOf('stream.reported')
      .filter(({ feed, symbol }) => feed === 'ibkr.trades' && symbol === 'AMZN')
      .map(({ state }) => state);
  await trade(market, random, 20);
  await adapter.until('live', () => states().at(-1) === 'live');
  server.faults.inject({ kind: 'delay-data', delayMs: 6_000, jitterMs: 0, seed: 1 });
  await adapter.until('found', () => {
    market.trade(100, 100 + random.whole(0, 99), 'ARCA');
    return states().at(-1) === 'silent';
  });
  expect(adapter.inputsOf('stream.reported').at(-1)?.reason).toMatch(/^prints come \d+\.\d s late$/);
  server.faults.inject({ kind: 'clear' });
  await adapter.until('well again', () => {
    market.trade(100, 100 + random.whole(0, 99), 'ARCA');
    return states().at(-1) === 'live';
  });
  await Bun.sleep(300);
  expect(told(adapter)).toEqual(market.traded);
}, 20_000);

describe('each trade is told once and in order, whatever the gateway does: seed 20261125', () => {
  test.each(DRILLS)(
    '$name',
    async (one) => {
      const { told, traded } = await drill(one, 20_261_125);
      expect(traded.length).toBeGreaterThan(180);
      expect(told).toEqual(traded);
    },
    30_000,
  );
});
