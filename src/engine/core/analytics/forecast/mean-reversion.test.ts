import { expect, test } from 'bun:test';
import { hasRecordedData, readRecordedText } from '../../../../../tests/support/reference.ts';
import { stateHash } from '../../hash.ts';
import { nextSession, sessionOn } from '../../market/calendar.ts';
import { type Instant, instant, type SessionDate } from '../../types.ts';
import { fitAutoregression, walkDoubt } from './autoregression.ts';
import { createMeanReversion, MEAN_REVERSION_MODULE, meanReversionView, onMeanReversionBar } from './mean-reversion.ts';

const SPY = 'bars/spy-1m/SPY_1min_2024-02-20_2024-04-03.csv.gz';
const MINUTE = 60_000;

const randomFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 4_294_967_296;
  };
};
/** Nearly normal, mean 0, variance 1. */
const bell = (random: () => number): number => {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random();
  return sum;
};

interface Bar {
  readonly openAt: Instant;
  readonly close: number;
}
/** Whole sessions of minute closes whose log follows y' = φ y + ε about the log of 500. */
const sessionsOf = (count: number, slope: number, seed: number): Bar[] => {
  const random = randomFrom(seed);
  const bars: Bar[] = [];
  let session = sessionOn('2026-06-01' as SessionDate);
  let deviation = 0;
  for (let s = 0; s < count && session !== null; s++) {
    for (let openAt = session.openAt as number; openAt < session.closeAt; openAt += MINUTE) {
      deviation = slope * deviation + 0.0003 * bell(random);
      bars.push({ openAt: instant(openAt), close: 500 * Math.exp(deviation) });
    }
    session = nextSession(session.date);
  }
  return bars;
};

test('least squares, bias correction and half-life agree with direct computation', () => {
  const values = [1, 1.4, 0.9, 1.2, 0.7, 1.1, 1.3, 0.8];
  const x = values.slice(0, -1);
  const y = values.slice(1);
  const mean = (v: readonly number[]): number => v.reduce((a, b) => a + b, 0) / v.length;
  const sxx = x.reduce((sum, v) => sum + (v - mean(x)) ** 2, 0);
  const raw = x.reduce((sum, v, i) => sum + (v - mean(x)) * ((y[i] as number) - mean(y)), 0) / sxx;
  const intercept = mean(y) - raw * mean(x);
  const squares = x.reduce((sum, v, i) => sum + ((y[i] as number) - intercept - raw * v) ** 2, 0);
  // In a ring that has wrapped: the oldest value is in the third slot.
  const ring = Float64Array.from([...values.slice(6), ...values.slice(0, 6)]);
  const fit = fitAutoregression(ring, 8, 10);
  expect(fit?.slope).toBeCloseTo(raw + (1 + 3 * raw) / 7, 12);
  expect(fit?.residual).toBeCloseTo(Math.sqrt(squares / 5), 12);
  expect(fit?.dickeyFuller).toBeCloseTo((raw - 1) / (Math.sqrt(squares / 5) / Math.sqrt(sxx)), 10);
  expect(fitAutoregression(new Float64Array(8).fill(2), 8, 8)).toBeNull();
});

test('doubt of a random walk rises as the statistic falls', () => {
  expect([walkDoubt(-4), walkDoubt(-2.86), walkDoubt(-1.57), walkDoubt(2)]).toEqual([0.99, 0.95, 0.5, 0]);
  expect(walkDoubt(-2.715)).toBeCloseTo(0.925, 12);
});

test('prices that revert are found to, and the record shows the forecasts to be worth something', () => {
  const seed = 77;
  const state = createMeanReversion();
  const bars = sessionsOf(40, 0.93, seed);
  for (const bar of bars) onMeanReversionBar(state, bar.openAt, bar.close);
  const at = instant((bars.at(-1) as Bar).openAt + MINUTE);
  const view = meanReversionView(state, at);
  const { scored, voided, waiting, brier, brierNaive, hitRate } = view.record;
  process.stdout.write(
    `mean reversion: seed ${seed}, ${scored} scored, Brier ${brier.value?.toFixed(4)}, hits ${hitRate.value?.toFixed(3)}\n`,
  );
  expect(scored).toBeGreaterThan(400);
  expect([voided, waiting]).toEqual([0, 0]);
  expect(brier.value as number).toBeLessThan((brierNaive.value as number) - 0.02);
  expect(state.belief).toBeGreaterThan(0.6);
  // ln ½ / ln 0.93 = 9.6 minutes; one window estimates it roughly.
  expect(view.halfLifeMinutes.value as number).toBeGreaterThan(3);
  expect(view.halfLifeMinutes.value as number).toBeLessThan(40);
  expect(Math.abs((view.mean.value as number) / 500 - 1)).toBeLessThan(0.005);
  // The last bar is at the close: what would be foretold lies in the night.
  expect(view.probability).toMatchObject({ value: null, reason: 'horizon-past-the-close' });
});

test('of a random walk it learns that it knows nothing: never far worse than a coin', () => {
  for (const seed of [5, 6, 7]) {
    const state = createMeanReversion();
    const bars = sessionsOf(40, 1, seed);
    for (const bar of bars) onMeanReversionBar(state, bar.openAt, bar.close);
    const { record } = meanReversionView(state, instant((bars.at(-1) as Bar).openAt));
    expect(record.scored).toBeGreaterThan(100);
    expect(record.brier.value as number).toBeLessThan(0.2525);
    expect(state.belief).toBeLessThan(0.35);
  }
});

test('before 60 bars of a session there is no probability, and a new session begins again', () => {
  const state = createMeanReversion();
  const bars = sessionsOf(2, 0.9, 3);
  const reasonAfter = (count: number, from: number): string => {
    for (const bar of bars.slice(from, count)) onMeanReversionBar(state, bar.openAt, bar.close);
    const { probability } = meanReversionView(state, instant((bars[count - 1] as Bar).openAt + MINUTE));
    return probability.value === null ? probability.reason : 'present';
  };
  expect(reasonAfter(59, 0)).toBe('warming-up');
  expect(reasonAfter(60, 59)).toBe('present');
  expect(reasonAfter(391, 60)).toBe('warming-up');
  expect(reasonAfter(449, 391)).toBe('warming-up');
  expect(reasonAfter(450, 449)).toBe('present');
  const late = instant((bars[449] as Bar).openAt + MINUTE + MEAN_REVERSION_MODULE.ageMsMax + 1);
  expect(meanReversionView(state, late).probability).toMatchObject({ value: null, reason: 'stale' });
});

test('a gap at the horizon voids the forecast; bars out of order, without a price or at night are no bars', () => {
  const state = createMeanReversion();
  const bars = sessionsOf(1, 0.9, 3);
  for (const bar of bars.slice(0, 61)) onMeanReversionBar(state, bar.openAt, bar.close);
  expect(meanReversionView(state, instant(0)).record.waiting).toBe(1);
  const later = bars[90] as Bar;
  onMeanReversionBar(state, later.openAt, later.close);
  expect(state.record).toMatchObject({ scored: 0, voided: 1 });
  onMeanReversionBar(state, later.openAt, later.close);
  onMeanReversionBar(state, instant(later.openAt + MINUTE), Number.NaN);
  expect(state.refusedBars).toBe(2);
  const { closeCount } = state;
  onMeanReversionBar(state, instant(later.openAt + 12 * 3_600_000), 500);
  expect(state.closeCount).toBe(closeCount);
});

test.skipIf(!hasRecordedData(SPY))(
  'SPY, 31 sessions: the record is no worse than a coin, and nothing said depends on what came after',
  () => {
    const bars = readRecordedText(SPY)
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => ({
        openAt: instant(Date.parse(line.slice(0, 25).replace(' ', 'T'))),
        close: Number(line.split(',')[4]),
      }));
    const run = (
      count: number,
      checks: ReadonlySet<number>,
    ): { states: string[]; hash: string; brier: number; scored: number } => {
      const state = createMeanReversion();
      const states: string[] = [];
      bars.slice(0, count).forEach((bar, i) => {
        onMeanReversionBar(state, bar.openAt, bar.close);
        if (checks.has(i)) states.push(JSON.stringify(meanReversionView(state, instant(bar.openAt + MINUTE))));
      });
      const { record } = meanReversionView(state, (bars[count - 1] as Bar).openAt);
      return { states, hash: stateHash(state), brier: record.brier.value ?? Number.NaN, scored: record.scored };
    };
    const checks = [500, 6_001, 12_345, 20_000, bars.length - 1];
    const whole = run(bars.length, new Set(checks));
    process.stdout.write(
      `mean reversion, SPY: ${whole.scored} scored, Brier ${whole.brier.toFixed(4)} (a coin: 0.25)\n`,
    );
    expect(whole.scored).toBeGreaterThan(400);
    expect(whole.brier).toBeLessThan(0.2505);
    checks.forEach((check, n) => {
      expect(run(check + 1, new Set([check])).states).toEqual([whole.states[n] as string]);
    });
    expect(run(bars.length, new Set()).hash).toBe(whole.hash);
  },
);
