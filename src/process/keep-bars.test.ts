import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts';
import { type KeptBar, readBars } from '../db/queries/bars.ts';
import type { MarketInput } from '../engine/core/inputs.ts';
import { DEFAULT_LIMITS } from '../engine/core/limits.ts';
import { dateInNewYork } from '../engine/core/market/calendar.ts';
import { createState } from '../engine/core/state.ts';
import { step } from '../engine/core/step.ts';
import { instant } from '../engine/core/types.ts';
import { createTapeWriter } from '../engine/shell/tape/tape-writer.ts';
import { createRandom } from '../engine/testing/random.ts';
import { keepBarsOf } from './keep-bars.ts';

let database: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), 'bars '));
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const START = Date.parse('2026-11-25T15:00:00Z');
const SEED = 7;
const MINUTE = 60_000;
const random = createRandom(SEED);

interface Print {
  readonly at: number;
  readonly price: number;
  readonly size: number;
}
const prints: Print[] = [];

/** A run of the engine from one second of the session to another, as far as bars are concerned. */
const play = async (runId: string, from: number, to: number, end: 'closed' | 'crashed'): Promise<void> => {
  const symbols = ['SPY'];
  const rates = { rate: 0.04, dividendYield: 0.013 };
  const state = createState({ runId, symbols, limits: DEFAULT_LIMITS, mode: 'simulated', rates });
  const clock = { now: 0 };
  const log = (): void => {};
  const bars = keepBarsOf({ database, tapeFolder: folder, runId, log, wallNow: () => clock.now });
  const tape = bars.overhear(createTapeWriter({ folder, runId, sessionDateOf: dateInNewYork, log }));
  const see = (at: number, input: MarketInput): void => {
    const entry = { seq: state.seq + 1, at: instant(at), input };
    tape.record(entry);
    step(state, entry);
  };
  const refilled = bars.refill();
  for (let second = from; second < to; second += 1) {
    const at = START + second * 1_000;
    see(at, { kind: 'timer.fired' });
    if (second % 4 === 0) {
      const print = { at: at + 300, price: 600 + random.whole(0, 500) / 100, size: random.whole(1, 900) };
      prints.push(print);
      const { price, size } = print;
      see(print.at, { kind: 'trade.seen', symbol: 'SPY', price, size, venue: 'X', sourceAt: instant(print.at) });
    }
    if (second % 30 === 0) {
      const openAt = instant(START + Math.floor(second / 60) * MINUTE);
      const close = 600 + (second % 60);
      see(at + 400, {
        kind: 'vendor-bar.seen',
        symbol: 'SPY',
        openAt,
        open: 600,
        high: 700,
        low: 500,
        close,
        volume: second,
      });
    }
    // The last minutes before a crash are written by nobody.
    if (end === 'crashed' && second > to - 300) continue;
    clock.now += 1_000;
    bars.pulse(state);
    if (second % 20 === 0) await Bun.sleep(0);
  }
  await refilled;
  if (end === 'closed') await bars.close();
  await tape.close();
};

const naive = (minute: number) => {
  const inside = prints.filter(({ at }) => at >= START + minute * MINUTE && at < START + (minute + 1) * MINUTE);
  const volume = inside.reduce((sum, { size }) => sum + size, 0);
  return {
    openAt: START + minute * MINUTE,
    open: inside[0]?.price,
    high: Math.max(...inside.map(({ price }) => price)),
    low: Math.min(...inside.map(({ price }) => price)),
    close: inside.at(-1)?.price,
    volume,
    trades: inside.length,
  };
};
const figures = ({ openAt, open, high, low, close, volume, trades }: KeptBar) => ({
  openAt,
  open,
  high,
  low,
  close,
  volume,
  trades,
});
const own = (): Promise<readonly KeptBar[]> =>
  readBars(database.db, { symbol: 'SPY', source: 'own', from: START, to: START + 120 * MINUTE });

describe('bars over crashes', () => {
  test(`leave no hole and no double, whichever minute a crash falls into (seed ${SEED})`, async () => {
    await play('run-a', 0, 20 * 60 + 25, 'crashed');
    await play('run-b', 20 * 60 + 31, 40 * 60 + 10, 'crashed');
    await play('run-c', 42 * 60 + 5, 45 * 60 + 30, 'closed');
    await play('run-d', 50 * 60, 52 * 60, 'closed');
    const kept = await own();
    const minutes = [...Array.from({ length: 41 }, (_, i) => i), 42, 43, 44, 45, 50];
    expect<unknown>(kept.map(figures)).toEqual(minutes.map(naive));
    const whole = kept.filter(({ complete }) => complete).map(({ openAt }) => (openAt - START) / MINUTE);
    expect(whole).toEqual(minutes.filter((minute) => ![20, 40, 42, 45].includes(minute)));
    const [count] = await database.sql<{ rows: number }[]>`
      select count(*)::int as rows from bars where source = 'own' and complete`;
    expect(count?.rows).toBe(whole.length);
    const vwap = kept[20]?.vwap ?? 0;
    const inside = prints.filter(({ at }) => at >= START + 20 * MINUTE && at < START + 21 * MINUTE);
    const volume = inside.reduce((sum, { size }) => sum + size, 0);
    expect(vwap).toBeCloseTo(inside.reduce((sum, { price, size }) => sum + price * size, 0) / volume, 9);
  });

  test('reading the tapes once more changes nothing', async () => {
    await play('run-e', 3_600, 3_601, 'closed');
    const before = await own();
    expect(before.length).toBeGreaterThan(46);
    await database.sql`delete from bar_refills`;
    await play('run-f', 3_720, 3_721, 'closed');
    expect((await own()).filter(({ openAt }) => openAt < START + 60 * MINUTE)).toEqual([...before]);
  });

  test('of a bar that its vendor revised, both versions are kept as they were known', async () => {
    const wish = { symbol: 'SPY', source: 'alphavantage', from: START, to: START + MINUTE } as const;
    expect(await readBars(database.db, wish)).toMatchObject([{ revision: 2, close: 630, volume: 30 }]);
    const asOf = { ...wish, asOf: START + 20_000 };
    expect(await readBars(database.db, asOf)).toMatchObject([{ revision: 1, close: 600, volume: 0 }]);
  });
});
