import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { newYorkInstant } from '../../../core/market/calendar.ts';
import type { Instant, SessionDate } from '../../../core/types.ts';
import { type Asked, type DrillOptions, drillOf, runScheduleDrill } from '../../../testing/schedule-drill.ts';

const SEED = Number(process.env['SCHEDULE_SEED'] ?? 600);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const at = (date: string, time: string): Instant => newYorkInstant(date as SessionDate, time);

const CALM: DrillOptions = {
  seed: 1,
  startAt: at('2026-06-10', '10:00'),
  lengthMs: 20 * MINUTE_MS,
  budgetPerMinute: 600,
  optionSymbols: ['SPX', 'SPY', 'QQQ', 'IWM'],
  barSymbols: ['SPY', 'QQQ', 'IWM', 'AAPL', 'MSFT', 'NVDA', 'AMZN', 'GOOGL', 'META', 'TSLA', 'SPX'],
  outages: [],
  pastDays: 0,
  latencyMsMax: 1_000,
};
const calm = (more: Partial<DrillOptions> = {}) => runScheduleDrill({ ...CALM, ...more });
const perMinute = (asked: readonly Asked[], stream: string, minutes: number): number =>
  asked.filter(({ job, wallMs }) => job.stream === stream && wallMs >= 2 * MINUTE_MS).length / (minutes - 2);

describe('the call budget', () => {
  test(`keeps every promise over random hours, budgets, latencies and outages (seed ${SEED})`, () => {
    let asked = 0;
    const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(seeds, (seed) => {
        const drill = runScheduleDrill(drillOf(seed, 25 * MINUTE_MS));
        asked += drill.asked.length;
        expect(drill.problems).toEqual([]);
      }),
      { seed: SEED, numRuns: 40 },
    );
    expect(asked).toBeGreaterThan(20_000);
  }, 60_000);

  test('in a calm session: 48 chains, 44 bars, 12 indicators, fewer than 5 macro and news calls a minute, none dropped', () => {
    const { asked, problems, dropped } = calm();
    expect(problems).toEqual([]);
    expect(perMinute(asked, 'options', 20)).toBeCloseTo(48, 0);
    expect(perMinute(asked, 'bars', 20)).toBeCloseTo(44, 0);
    expect(perMinute(asked, 'indicators', 20)).toBeCloseTo(12, 0);
    const reference = perMinute(asked, 'macro', 20) + perMinute(asked, 'news', 20);
    expect(reference).toBeGreaterThan(1);
    expect(reference).toBeLessThan(5);
    expect(Object.values(dropped).every((times) => times === 0)).toBe(true);
  });

  test('symbols of a stream come a second apart', () => {
    const { asked } = calm();
    const chains = asked.filter(({ job, wallMs }) => job.stream === 'options' && wallMs >= MINUTE_MS).slice(0, 4);
    expect(chains.map(({ job }) => job.symbol)).toEqual(['SPX', 'SPY', 'QQQ', 'IWM']);
    expect(chains.map(({ wallMs }) => wallMs - (chains[0]?.wallMs ?? 0))).toEqual([0, 1_000, 2_000, 3_000]);
  });

  test('a budget too small for all drops indicators, and neither chains nor bars', () => {
    const { dropped, asked, problems } = calm({ budgetPerMinute: 100 });
    expect(problems).toEqual([]);
    expect([dropped['options'], dropped['bars']]).toEqual([0, 0]);
    expect(dropped['indicators']).toBeGreaterThan(50);
    expect(perMinute(asked, 'options', 20)).toBeCloseTo(48, 0);
  });

  test('the vendor’s complaint silences everything for a while, then all comes back', () => {
    const outages = [{ kind: 'throttles', fromMs: 5 * MINUTE_MS, toMs: 5 * MINUTE_MS + 20_000 }] as const;
    const { asked, problems } = calm({ outages });
    expect(problems).toEqual([]);
    const during = asked.filter(({ wallMs }) => wallMs >= 5 * MINUTE_MS && wallMs < 5 * MINUTE_MS + 20_000);
    expect(during.length).toBeLessThan(15);
    const late = asked.filter(({ wallMs, job }) => wallMs >= 15 * MINUTE_MS && job.stream === 'options');
    expect(late.length / 5).toBeCloseTo(48, 0);
  });

  test('after an answer, the next failure is followed up as quickly as the first', () => {
    const short = (fromMinute: number) =>
      ({ kind: 'fails', fromMs: fromMinute * MINUTE_MS, toMs: fromMinute * MINUTE_MS + 6_000 }) as const;
    const { asked } = calm({ outages: [short(3), short(5), short(7)], optionSymbols: ['SPY'], latencyMsMax: 100 });
    const chains = asked.filter(({ job }) => job.stream === 'options').map(({ wallMs }) => wallMs);
    const failed = chains.findLastIndex((wallMs) => wallMs < 7 * MINUTE_MS + 5_000 && wallMs >= 7 * MINUTE_MS);
    const firstFailed = chains.findIndex((wallMs) => wallMs >= 7 * MINUTE_MS);
    expect(failed).toBeGreaterThan(firstFailed);
    expect((chains[firstFailed + 1] ?? 0) - (chains[firstFailed] ?? 0)).toBeLessThan(1_200);
  });

  test('a vendor that hangs on everything has no more questions open than there are jobs, and each comes again', () => {
    const outages = [{ kind: 'hangs', fromMs: 0, toMs: 10 * MINUTE_MS }] as const;
    const { asked } = calm({ outages, lengthMs: 10 * MINUTE_MS, optionSymbols: ['SPY'], barSymbols: ['SPY'] });
    const chains = asked.filter(({ job }) => job.stream === 'options');
    const gaps = chains.slice(1).map(({ wallMs }, i) => wallMs - (chains[i]?.wallMs ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10_000);
    expect(Math.max(...gaps)).toBeLessThan(20_000);
  });
});

describe('the night', () => {
  test('asks nothing in real time from 20:00 to 08:00, but backfills at 300 a minute at most', () => {
    const night = { startAt: at('2026-06-10', '19:00'), lengthMs: 13 * HOUR_MS + 5 * MINUTE_MS, pastDays: 3_000 };
    const { asked, problems, pastDaysLeft } = calm(night);
    expect(problems).toEqual([]);
    expect(pastDaysLeft).toBe(0);
    const realtime = asked.filter(({ job }) => job.stream !== 'history');
    const [evening, morning] = [at('2026-06-10', '20:01'), at('2026-06-11', '08:00')];
    expect(realtime.filter((one) => one.at >= evening && one.at < morning)).toEqual([]);
    expect(realtime.filter((one) => one.at >= morning).length).toBeGreaterThan(10);
    const past = asked.filter(({ job }) => job.stream === 'history');
    const minutes = ((past.at(-1)?.wallMs ?? 0) - (past[0]?.wallMs ?? 0)) / MINUTE_MS;
    expect(past.length / minutes).toBeGreaterThan(200);
  });

  test('backfill waits for 16:30, on half days too, and stops before the morning', () => {
    for (const [date, time] of [
      ['2026-06-10', '16:20'],
      ['2026-11-27', '16:20'],
      ['2026-06-11', '07:45'],
    ] as const) {
      const { asked } = calm({ startAt: at(date, time), lengthMs: 30 * MINUTE_MS, pastDays: 9_000 });
      const past = asked.filter(({ job }) => job.stream === 'history').map((one) => one.at);
      expect(past.length).toBeGreaterThan(1_000);
      if (time === '16:20') expect(Math.min(...past)).toBeGreaterThanOrEqual(at(date, '16:30'));
      else expect(Math.max(...past)).toBeLessThan(at(date, '07:55'));
    }
  });

  test('backfill delays nothing: with and without it, every other question leaves at the same millisecond', () => {
    const others = (more: Partial<DrillOptions>, streams: readonly string[]) =>
      calm(more)
        .asked.filter(({ job }) => streams.includes(job.stream))
        .map(({ wallMs, job }) => `${wallMs} ${job.id}`);
    const all = ['options', 'bars', 'macro', 'news'];
    // Four news at once are more than a small budget has ready, with or without backfill.
    const realTime = ['options', 'bars'];
    for (const [date, time, budgetPerMinute, streams] of [
      ['2026-06-10', '16:10', 600, all],
      ['2026-06-10', '16:10', 100, realTime],
      ['2026-06-14', '17:45', 600, all],
      ['2026-06-11', '07:40', 600, all],
      ['2026-06-11', '07:40', 100, realTime],
    ] as const) {
      const base = { startAt: at(date, time), lengthMs: 40 * MINUTE_MS, budgetPerMinute };
      const beside = others({ ...base, pastDays: 9_000 }, streams);
      expect(beside.length).toBeGreaterThan(10);
      expect(beside).toEqual(others({ ...base, pastDays: 0 }, streams));
    }
  });

  test('on Sunday at 18:00 everything but indicators is asked once more', () => {
    const { asked } = calm({ startAt: at('2026-06-14', '17:30'), lengthMs: HOUR_MS });
    const fresh = asked.filter((one) => one.at >= at('2026-06-14', '18:00'));
    const ids = fresh.map(({ job }) => job.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBe(4 + 11 + 3 + 4);
  });
});

describe('keys', () => {
  test('change once a night and never in a session', () => {
    const { asked, problems } = calm({
      startAt: at('2026-06-10', '15:00'),
      lengthMs: 48 * HOUR_MS,
      barSymbols: ['SPY'],
    });
    expect(problems).toEqual([]);
    const changes = asked.filter(({ key }, i) => i > 0 && key !== asked[i - 1]?.key);
    expect(changes.map(({ key }) => key)).toEqual(['second', 'third']);
  });
});
