import { describe, expect, test } from 'bun:test';
import type { Entry } from '../../core/inputs.ts';
import { DEFAULT_LIMITS } from '../../core/limits.ts';
import { createState } from '../../core/state.ts';
import { step } from '../../core/step.ts';
import { instant } from '../../core/types.ts';
import type { MinuteBar } from '../../ports/bars.ts';
import { createBarCollector } from './bar-collector.ts';
import { createBarWriter } from './bar-writer.ts';

const START = Date.parse('2026-11-25T15:00:00Z');

/** A writer over an engine that trades once a minute; the keeper fails while `away`. */
const worldOf = () => {
  const rates = { rate: 0.04, dividendYield: 0.013 };
  const state = createState({ runId: 'r', symbols: ['SPY'], limits: DEFAULT_LIMITS, mode: 'simulated', rates });
  const kept: MinuteBar[] = [];
  const world = { now: 0, away: false };
  const collector = createBarCollector('r');
  const keep = async (bars: readonly MinuteBar[]): Promise<number> => {
    if (world.away) throw new Error('away');
    expect(new Set(bars.map(({ source, openAt }) => `${source} ${openAt}`)).size).toBe(bars.length);
    kept.push(...bars);
    return bars.length;
  };
  const writer = createBarWriter({ collector, keeper: { keep }, wallNow: () => world.now, log: () => {} });
  const see = (second: number, input: Entry['input']): void => {
    const entry = { seq: state.seq + 1, at: instant(START + second * 1_000), input };
    collector.entry(entry);
    step(state, entry);
  };
  const pulse = async (): Promise<void> => {
    world.now += 2_000;
    writer.pulse(state);
    await Bun.sleep(1);
  };
  const trade = (second: number, size = 100): void =>
    see(second, {
      kind: 'trade.seen',
      symbol: 'SPY',
      price: 600,
      size,
      venue: 'X',
      sourceAt: instant(START + second * 1_000),
    });
  const own = () => kept.filter(({ source }) => source === 'own').map(({ openAt }) => (openAt - START) / 60_000);
  return { world, writer, kept, own, see, pulse, trade };
};

describe('the writer of bars', () => {
  test('lets our own minutes wait for the refill, in order, and joins what an earlier run began', async () => {
    const { writer, kept, own, see, pulse, trade } = worldOf();
    for (const second of [30, 90, 150]) {
      trade(second);
      see(second, {
        kind: 'vendor-bar.seen',
        symbol: 'SPY',
        openAt: instant(START),
        open: 1,
        high: second,
        low: 1,
        close: 1,
        volume: 1,
      });
      await pulse();
    }
    expect(own()).toEqual([]);
    expect(kept.map(({ source, high }) => [source, high])).toEqual([
      ['alphavantage', 30],
      ['alphavantage', 90],
      ['alphavantage', 150],
    ]);
    const part = {
      ...(kept[0] as MinuteBar),
      source: 'own' as const,
      open: 590,
      high: 610,
      low: 580,
      volume: 300,
      vwap: 596,
      trades: 3,
    };
    writer.refilled(new Map([['SPY', part]]));
    await pulse();
    expect(own()).toEqual([0, 1]);
    expect(kept.find(({ source }) => source === 'own')).toMatchObject({
      open: 590,
      high: 610,
      low: 580,
      close: 600,
      volume: 400,
      vwap: 597,
      trades: 4,
      complete: false,
    });
  });

  test('keeps what could not be written, versions of one bar in order, and writes it when the database is back', async () => {
    const { world, writer, kept, own, see, pulse, trade } = worldOf();
    writer.refilled(new Map());
    world.away = true;
    for (let minute = 0; minute < 5; minute += 1) {
      trade(minute * 60 + 1);
      see(minute * 60 + 2, {
        kind: 'vendor-bar.seen',
        symbol: 'SPY',
        openAt: instant(START),
        open: 1,
        high: minute,
        low: 1,
        close: 1,
        volume: 1,
      });
      await pulse();
    }
    expect(kept).toEqual([]);
    world.away = false;
    await pulse();
    expect(own()).toEqual([0, 1, 2, 3]);
    expect(kept.filter(({ source }) => source === 'alphavantage').map(({ high }) => high)).toEqual([0, 1, 2, 3, 4]);
  });

  test('puts a minute of IBKR’s five-second bars together, with the average of what traded', async () => {
    const { writer, kept, see, pulse } = worldOf();
    writer.refilled(new Map());
    for (let n = 0; n < 15; n += 1) {
      const openAt = instant(START + n * 5_000);
      const volume = n % 2 === 0 ? 0 : 10;
      const prices = { open: 600 + n, high: 601 + n, low: 599 + n, close: 600.5 + n };
      const vwap = volume === 0 ? Number.NaN : 600 + n;
      see(n * 5 + 5, { kind: 'five-second-bar.seen', symbol: 'SPY', openAt, ...prices, volume, vwap, trades: volume });
    }
    await pulse();
    expect(kept).toHaveLength(1);
    expect(kept[0]).toMatchObject({
      source: 'ibkr',
      openAt: START,
      open: 600,
      high: 612,
      low: 599,
      close: 611.5,
      volume: 60,
      vwap: 606,
      trades: 60,
      complete: true,
    });
  });
});
