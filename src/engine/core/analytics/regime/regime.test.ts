import { expect, test } from 'bun:test';
import { hasRecordedData, readRecordedText } from '../../../../../tests/support/reference.ts';
import { stateHash } from '../../hash.ts';
import { dateInNewYork, nextSession, sessionAt } from '../../market/calendar.ts';
import { type Instant, instant } from '../../types.ts';
import { createRegime, onRegimeBar, onRegimeLiquidity, REGIMES, type Regime, regimeView } from './regime.ts';

const SPY = 'bars/spy-1m/SPY_1min_2024-02-20_2024-04-03.csv.gz';
const MINUTE = 60_000;
const START = Date.UTC(2026, 7, 20, 13, 30);

const randomFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 4_294_967_296;
  };
};

interface Walk {
  readonly state: Regime;
  at: number;
  price: number;
  readonly random: () => number;
}
const startWalk = (seed: number): Walk => ({ state: createRegime(), at: START, price: 500, random: randomFrom(seed) });
const walk = (run: Walk, bars: number, volatility: number, drift = 0, liquidity = 0.8): void => {
  for (let i = 0; i < bars; i++) {
    const noise = run.random() + run.random() + run.random() + run.random() - 2;
    run.price *= Math.exp(drift + volatility * noise * Math.sqrt(3));
    run.at += MINUTE;
    const last = instant(run.at - 1);
    if (sessionAt(last) === null) run.at = nextSession(dateInNewYork(last)).openAt + MINUTE;
    onRegimeLiquidity(run.state, liquidity, instant(run.at));
    onRegimeBar(run.state, run.price, instant(run.at));
  }
};
const shown = (run: Walk) => regimeView(run.state, instant(run.at)).regime;

test('a steady climb is trending up, a fall trending down', () => {
  for (const [drift, name] of [
    [0.0003, 'trending-up'],
    [-0.0003, 'trending-down'],
  ] as const) {
    const run = startWalk(11);
    walk(run, 300, 0.0003);
    walk(run, 60, 0.0003, drift);
    expect(shown(run)).toMatchObject({ value: name });
  }
});

test('volatility far above its history is volatile, far below it quiet', () => {
  const wild = startWalk(12);
  walk(wild, 400, 0.0002);
  walk(wild, 45, 0.0012);
  expect(wild.state.percentile).toBeGreaterThan(0.9);
  expect(shown(wild)).toMatchObject({ value: 'volatile' });
  const calm = startWalk(12);
  walk(calm, 400, 0.0008);
  walk(calm, 60, 0.0001);
  expect(calm.state.percentile).toBeLessThan(0.1);
  expect(shown(calm)).toMatchObject({ value: 'quiet' });
});

test('an empty book is illiquid, whatever prices do', () => {
  const run = startWalk(13);
  walk(run, 300, 0.0003);
  walk(run, 20, 0.0003, 0, 0.02);
  expect(shown(run)).toMatchObject({ value: 'illiquid', confidence: 1 });
});

test('confidence is the weakest of volatility, slope and liquidity', () => {
  const run = startWalk(11);
  walk(run, 300, 0.0003);
  walk(run, 60, 0.0003, 0.0003);
  const before = shown(run);
  expect(before.value).toBe('trending-up');
  walk(run, 1, 0.0003, 0.0003, 0.255);
  // (0.255 − 0.15) / (0.5 − 0.15): liquidity is now the weakest part.
  expect(shown(run)).toMatchObject({ value: 'trending-up', confidence: expect.closeTo(0.3, 9) });
});

test('a slope on the edge between two regimes does not flap', () => {
  let changes = 0;
  let flips = 0;
  for (let seed = 1; seed <= 5; seed++) {
    const run = startWalk(seed);
    walk(run, 300, 0.0003);
    let last = -1;
    const before = run.state.changes;
    for (let i = 0; i < 600; i++) {
      walk(run, 1, 0.0003, 0.00006);
      const best = run.state.fit.indexOf(Math.max(...run.state.fit));
      if (last >= 0 && best !== last) flips++;
      last = best;
    }
    changes += run.state.changes - before;
  }
  process.stdout.write(`regime: ${flips} changes of the best fit, ${changes} changes shown, in 3,000 bars\n`);
  expect(flips).toBeGreaterThan(100);
  expect(changes).toBeLessThan(0.5 * flips);
});

test('a part that jumps over its threshold and back at every bar changes nothing at all', () => {
  const run = startWalk(13);
  walk(run, 300, 0.0003);
  const { changes } = run.state;
  let illiquid = 0;
  for (let i = 0; i < 200; i++) {
    walk(run, 1, 0.0003, 0, i % 2 === 0 ? 0.02 : 0.9);
    if (run.state.fit[5] === 1) illiquid++;
  }
  expect(illiquid).toBe(100);
  const without = startWalk(13);
  walk(without, 500, 0.0003);
  expect(shown(run).value).not.toBe('illiquid');
  expect(run.state.changes - changes).toBeLessThanOrEqual(without.state.changes);
});

test('a challenger that leads for four bars and falls back changes nothing; for five it takes over', () => {
  const run = startWalk(13);
  walk(run, 300, 0.0003);
  const name = shown(run).value;
  expect(name).not.toBeNull();
  const { changes } = run.state;
  walk(run, 4, 0.0003, 0, 0);
  walk(run, 1, 0.0003);
  walk(run, 4, 0.0003, 0, 0);
  expect([shown(run).value, run.state.changes]).toEqual([name, changes]);
  walk(run, 1, 0.0003, 0, 0);
  expect([shown(run).value, run.state.changes]).toEqual(['illiquid', changes + 1]);
});

test('a challenger that fits only a little better does not take over, however long', () => {
  const run = startWalk(11);
  walk(run, 300, 0.0003);
  walk(run, 60, 0.0003, 0.0003);
  expect(shown(run).value).toBe('trending-up');
  // Liquid 0.45, illiquid 0.55: a lead of 0.1, under the margin of 0.15.
  walk(run, 12, 0.0003, 0.0003, 0.15 + 0.35 * 0.45);
  expect(run.state.fit[5]).toBeCloseTo(0.55, 9);
  expect(shown(run)).toMatchObject({ value: 'trending-up', confidence: expect.closeTo(0.45, 9) });
  // A lead of 0.2 does.
  walk(run, 5, 0.0003, 0.0003, 0.15 + 0.35 * 0.4);
  expect(shown(run).value).toBe('illiquid');
});

test('the night between two sessions is neither volatility nor slope', () => {
  const run = startWalk(14);
  walk(run, 390, 0.0003);
  const { volatility } = run.state;
  run.at += 17.5 * 60 * MINUTE;
  run.price *= 1.03;
  walk(run, 1, 0.0003);
  expect(run.state.volatility).toBeLessThan(1.5 * volatility);
  expect(Math.abs(run.state.slope)).toBeLessThan(3);
});

test('there is no regime while it warms up, without liquidity, or of old bars', () => {
  const run = startWalk(15);
  const reason = (): string => {
    const { regime } = regimeView(run.state, instant(run.at));
    return regime.value === null ? regime.reason : 'present';
  };
  expect(reason()).toBe('no-bars');
  walk(run, 149, 0.0003);
  expect(reason()).toBe('warming-up');
  walk(run, 20, 0.0003);
  expect(reason()).toBe('present');
  onRegimeLiquidity(run.state, Number.NaN, instant(run.at));
  expect(reason()).toBe('liquidity-absent');
  onRegimeLiquidity(run.state, 0.5, instant(run.at - 300_001));
  expect(reason()).toBe('liquidity-stale');
  run.at += 180_001;
  expect(reason()).toBe('stale');
  const count = run.state.closeCount;
  onRegimeBar(run.state, 0, instant(run.at));
  onRegimeBar(run.state, 500, instant(START));
  expect([run.state.closeCount, run.state.refusedBars]).toEqual([count, 2]);
  // Seven in the evening: no bar of a session.
  onRegimeBar(run.state, 500, instant(Date.UTC(2026, 7, 20, 23, 0)));
  expect([run.state.closeCount, run.state.refusedBars]).toEqual([count, 2]);
});

test('the slope is in deviations of a driftless walk: its square is one on average', () => {
  let squares = 0;
  let count = 0;
  for (let seed = 1; seed <= 40; seed++) {
    const run = startWalk(100 + seed);
    for (let block = 0; block < 8; block++) {
      walk(run, 61, 0.0003);
      squares += run.state.slope ** 2;
      count++;
    }
  }
  process.stdout.write(`regime: mean squared slope ${(squares / count).toFixed(3)} over ${count} samples\n`);
  expect(squares / count).toBeGreaterThan(0.75);
  expect(squares / count).toBeLessThan(1.4);
});

test.skipIf(!hasRecordedData(SPY))(
  'SPY, 31 sessions: every regime but an empty book is reached, and nothing said depends on what came after',
  () => {
    const bars = readRecordedText(SPY)
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => ({ openAt: Date.parse(line.slice(0, 25).replace(' ', 'T')), close: Number(line.split(',')[4]) }))
      .filter((bar) => sessionAt(instant(bar.openAt)) !== null);
    expect(bars.length).toBe(12_090);
    const run = (count: number, checks: ReadonlySet<number>): { states: string[]; names: Set<string> } => {
      const state = createRegime();
      const names = new Set<string>();
      const states: string[] = [];
      for (let i = 0; i < count; i++) {
        const bar = bars[i] as (typeof bars)[number];
        const at = instant(bar.openAt + MINUTE) as Instant;
        onRegimeLiquidity(state, 0.7, at);
        onRegimeBar(state, bar.close, at);
        const view = regimeView(state, at);
        names.add(view.regime.value ?? view.regime.reason);
        if (checks.has(i)) states.push(stateHash(state) + JSON.stringify(view));
      }
      return { states, names };
    };
    const checks = [500, 3_899, 3_900, 8_000, 12_089];
    const whole = run(bars.length, new Set(checks));
    checks.forEach((check, n) => {
      expect(run(check + 1, new Set([check])).states).toEqual([whole.states[n] as string]);
    });
    for (const name of REGIMES) expect([name, whole.names.has(name)]).toEqual([name, name !== 'illiquid']);
  },
);
