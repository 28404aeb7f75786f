import { expect, test } from 'bun:test';
import { hasRecordedData, readRecordedText } from '../../../../../tests/support/reference.ts';
import { createRandom } from '../../../testing/random.ts';
import { stateHash } from '../../hash.ts';
import { newYorkInstant, nextSession, sessionAt, sessionOn } from '../../market/calendar.ts';
import { type Instant, instant, type SessionDate } from '../../types.ts';
import type { Bar } from '../bars.ts';
import { PATTERN_NAMES } from '../indicators/candles/scan.ts';
import type { IndicatorBar } from '../indicators/definition.ts';
import { createIndicator, onIndicatorBar } from '../indicators/indicator.ts';
import type { Measured } from '../measured.ts';
import { createLevelOne, type LevelOne, onLevelOneHistory, onLevelOneTimer, onLevelOneTrade } from './level-one.ts';
import { levelOneView } from './level-one-view.ts';

const DAY = '2026-03-10' as SessionDate;
const OPEN = newYorkInstant(DAY, '09:30:00');
const CLOSE = newYorkInstant(DAY, '16:00:00');
const after = (minutes: number): Instant => instant(OPEN + minutes * 60_000);

const reasonOf = (figure: Measured | undefined): string | null =>
  figure === undefined ? 'undefined' : figure.value === null ? figure.reason : null;

/** A trade every few seconds, timers between, from `from` to `to` minutes after the open. */
const run = (state: LevelOne, from: number, to: number, seed = 1, see?: (at: Instant) => void): void => {
  const random = createRandom(seed);
  let price = 500;
  for (let at = after(from) as number; at < after(to); at += random.whole(0, 15_000)) {
    price += random.next() - 0.5;
    if (random.chance(0.3)) onLevelOneTimer(state, instant(at));
    else onLevelOneTrade(state, price, random.whole(1, 100), instant(at - (at % 1000)), instant(at));
    see?.(instant(at));
  }
};

test('before the first trade everything is absent, each with its reason', () => {
  const view = levelOneView(createLevelOne(), OPEN);
  expect(view.bars.intervals['5m']).toEqual({
    open: { value: null, reason: 'no-open-bar', basis: 'trades' },
    closed: { value: null, reason: 'no-closed-bar', basis: 'trades' },
  });
  expect(reasonOf(view.bars.vwap)).toBe('no-trade');
  expect(reasonOf(view.indicators['5m']['rsi14'])).toBe('warming-up');
  expect(reasonOf(view.realisedVolatility.sessions.yangZhang)).toBe('warming-up');
  expect(reasonOf(levelOneView(createLevelOne(), instant(CLOSE)).bars.vwap)).toBe('outside-session');
  expect(reasonOf(levelOneView(createLevelOne(), instant(0)).bars.vwap)).toBe('outside-session');
});

test('on five minutes each indicator speaks after exactly as many bars as it needs', () => {
  const state = createLevelOne();
  const spoke = new Map<string, number>();
  onLevelOneTimer(state, instant(OPEN - 1000));
  run(state, 0, 390, 1, (at) => {
    for (const [key, figure] of Object.entries(levelOneView(state, at).indicators['5m']))
      if (figure.value !== null && !spoke.has(key)) spoke.set(key, state.sets['5m'].bars);
  });
  expect(Object.fromEntries(spoke)).toMatchObject({
    obv: 1,
    sar: 2,
    ema9: 9,
    roc10: 11,
    rsi14: 15,
    atr14: 15,
    mfi14: 15,
    sma20: 20,
    'bbands20.upper': 20,
    'stoch14.slowD': 18,
    adx14: 28,
    kama30: 31,
    'macd.signal': 34,
    ema50: 50,
  });
  expect(spoke.size).toBe(Object.keys(levelOneView(state, after(390)).indicators['5m']).length);
  const { fiveMinutes, sessions } = levelOneView(state, after(385)).realisedVolatility;
  expect(fiveMinutes.closeToClose.value).toBeGreaterThan(0);
  expect(reasonOf(sessions.closeToClose)).toBe('warming-up');
});

test('what is said at a time is the same with everything after it cut off', () => {
  const said: string[] = [];
  const whole = createLevelOne();
  run(whole, 0, 200, 5, (at) => void said.push(JSON.stringify(levelOneView(whole, at))));
  const part = createLevelOne();
  const partSaid: string[] = [];
  run(part, 0, 100, 5, (at) => void partSaid.push(JSON.stringify(levelOneView(part, at))));
  expect(partSaid.length).toBeGreaterThan(400);
  expect(said.slice(0, partSaid.length)).toEqual(partSaid);
  expect(said.join('')).not.toMatch(/NaN|Infinity/);
  const again = createLevelOne();
  run(again, 0, 200, 5);
  expect(stateHash(again)).toBe(stateHash(whole));
});

test('figures are as of the end of their bar, and stale when no bar follows', () => {
  const state = createLevelOne();
  onLevelOneTimer(state, instant(OPEN - 1000));
  run(state, 0, 120);
  onLevelOneTimer(state, after(120.1));
  const fresh = levelOneView(state, after(121));
  expect(fresh.indicators['5m']['rsi14']).toMatchObject({ asOf: after(120), basis: 'bars', confidence: 1 });
  const late = levelOneView(state, after(131));
  expect(reasonOf(late.indicators['5m']['rsi14'])).toBe('stale');
  expect(reasonOf(late.realisedVolatility.fiveMinutes.parkinson)).toBe('stale');
  expect(reasonOf(late.bars.vwap)).toBe('stale');
  expect(late.bars.intervals['5m']).toMatchObject({ open: { reason: 'no-open-bar' }, closed: { reason: 'stale' } });
  expect(late.bars.intervals['1d'].open).toMatchObject({ reason: 'stale' });
  expect(late.bars.intervals['30m'].closed.value).toMatchObject({ openAt: after(90) });
});

test('the patterns that a bar completed are told with it, each interval its own, and how many could tell', () => {
  const state = createLevelOne();
  const singles = PATTERN_NAMES.map((name) => createIndicator(name));
  const told: string[] = [];
  let bars = 0;
  onLevelOneTimer(state, instant(OPEN - 1000));
  run(state, 0, 390, 4, (at) => {
    if (state.sets['5m'].bars === bars) return;
    bars = state.sets['5m'].bars;
    const bar = levelOneView(state, at).bars.intervals['5m'].closed.value as Bar;
    for (const single of singles) onIndicatorBar(single, bar);
    const { '5m': five } = levelOneView(state, at).candlesticks;
    const answers = singles.map(({ values }) => values[0] as number);
    const expected = PATTERN_NAMES.flatMap((name, i) => {
      const answer = answers[i] as number;
      return Math.abs(answer) > 0 ? [`${name} ${answer > 0 ? '+' : '−'}${Math.abs(answer)}`] : [];
    });
    const able = answers.filter((answer) => !Number.isNaN(answer)).length;
    if (able === 0) expect(reasonOf(five as Measured)).toBe('warming-up');
    else expect(five).toEqual({ value: expected, asOf: after(bars * 5), basis: 'bars', confidence: able / 61 });
    told.push(...expected);
  });
  expect(bars).toBeGreaterThan(70);
  expect(told.length).toBeGreaterThan(20);
  const view = levelOneView(state, after(389)).candlesticks;
  expect(view['30m']).toMatchObject({ asOf: after(360), basis: 'bars' });
  expect(reasonOf(view['1d'] as Measured)).toBe('warming-up');
  expect(reasonOf(levelOneView(state, after(500)).candlesticks['5m'] as Measured)).toBe('stale');
});

test('volatility within a session takes no return over a gap', () => {
  const gapped = createLevelOne();
  onLevelOneTimer(gapped, instant(OPEN - 1000));
  run(gapped, 0, 100, 3);
  run(gapped, 120, 220, 3);
  onLevelOneTimer(gapped, after(220.1));
  expect(gapped.sets['5m'].bars).toBe(40);
  expect([gapped.fiveVolatility.returns.count, gapped.fiveVolatility.parkinson.count]).toEqual([38, 40]);
});

test('bars that began before we listened are told as incomplete and kept from indicators', () => {
  const state = createLevelOne();
  run(state, 2, 61);
  const view = levelOneView(state, after(61));
  expect(state.sets['5m'].bars).toBe(11);
  expect(state.incompleteBars).toBe(2);
  expect(view.bars.intervals['30m'].closed).toMatchObject({
    value: { openAt: after(30), complete: true },
    asOf: after(60),
  });
  expect(view.bars.intervals['1d'].open.value).toMatchObject({ openAt: OPEN, complete: false });
  if (view.bars.vwap.value === null) throw new Error('expected a VWAP');
  expect(view.bars.vwap.confidence).toBeCloseTo(59 / 61, 10);
  expect(view.bars.vwap.value).toBe(view.bars.intervals['1d'].open.value?.vwap as number);
});

const historyBar = (openAt: number, close: number): Bar => ({
  openAt: instant(openAt),
  open: close - 1,
  high: close + 2,
  low: close - 2,
  close,
  volume: 1000,
  vwap: close,
  trades: 10,
});

test('history warms the daily figures up, in order, and cannot replace what we made', () => {
  const state = createLevelOne();
  let session = sessionOn('2026-01-05' as SessionDate) as NonNullable<ReturnType<typeof sessionOn>>;
  const rsi = createIndicator('rsi');
  for (let i = 0; i < 30; i++) {
    const bar = historyBar(session.openAt, 500 + ((i * 7) % 11));
    expect(onLevelOneHistory(state, '1d', bar, session.closeAt)).toBe(true);
    expect(onLevelOneHistory(state, '1d', bar, session.closeAt)).toBe(false);
    onIndicatorBar(rsi, bar as IndicatorBar);
    session = nextSession(session.date);
  }
  onLevelOneTimer(state, instant(session.openAt - 60_000));
  expect(onLevelOneHistory(state, '1d', historyBar(session.openAt, 1), session.closeAt)).toBe(false);
  const view = levelOneView(state, session.openAt);
  expect(view.indicators['1d']['rsi14']?.value).toBe(rsi.values[0] as number);
  expect(view.realisedVolatility.sessions.yangZhang.value).toBeGreaterThan(0);
  expect(reasonOf(view.indicators['1d']['ema50'])).toBe('warming-up');
});

test('the bar of a session closes with it, by time alone', () => {
  const state = createLevelOne();
  onLevelOneTimer(state, instant(OPEN - 1000));
  run(state, 0, 390);
  expect(state.sets['1d'].bars).toBe(0);
  onLevelOneTimer(state, instant(CLOSE + 2000));
  expect([state.sets['5m'].bars, state.sets['30m'].bars, state.sets['1d'].bars]).toEqual([78, 13, 1]);
  expect(levelOneView(state, instant(CLOSE + 3000)).indicators['1d']['obv']).toMatchObject({ asOf: CLOSE });
});

const SPY = 'bars/spy-1m/SPY_1min_2024-02-20_2024-04-03.csv.gz';
test.skipIf(!hasRecordedData(SPY))(
  'SPY of 2024: indicators on all intervals equal a fold of the bars themselves',
  () => {
    const state = createLevelOne({
      indicators: [
        { key: 'rsi', name: 'rsi' },
        { key: 'adx', name: 'adx' },
      ],
    });
    onLevelOneTimer(state, instant(newYorkInstant('2024-02-20' as SessionDate, '03:00:00')));
    const groups: Record<string, Map<number, IndicatorBar>> = { '5m': new Map(), '30m': new Map(), '1d': new Map() };
    for (const line of readRecordedText(SPY).trimEnd().split('\n').slice(1)) {
      const [time = '', ...figures] = line.split(',');
      const [open, high, low, close] = figures.map(Number) as [number, number, number, number];
      const at = instant(Temporal.Instant.from(time.replace(' ', 'T')).epochMilliseconds);
      for (const price of [open, high, low, close]) onLevelOneTrade(state, price, 1, at, at);
      const session = sessionAt(at);
      if (!session) continue;
      for (const [interval, ms] of [
        ['5m', 300_000],
        ['30m', 1_800_000],
        ['1d', 86_400_000],
      ] as const) {
        const start = interval === '1d' ? session.openAt : at - (at % ms);
        const bar = groups[interval]?.get(start);
        groups[interval]?.set(start, {
          open: bar?.open ?? open,
          high: Math.max(bar?.high ?? high, high),
          low: Math.min(bar?.low ?? low, low),
          close,
          volume: (bar?.volume ?? 0) + 4,
        });
      }
    }
    for (const interval of ['5m', '30m', '1d'] as const) {
      const bars = [...(groups[interval] as Map<number, IndicatorBar>).values()];
      expect(state.sets[interval].bars).toBe(bars.length);
      expect(bars.length).toBeGreaterThan(28);
      for (const indicator of state.sets[interval].indicators) {
        const alone = createIndicator(indicator.name);
        for (const bar of bars) onIndicatorBar(alone, bar);
        expect(indicator.values[0]).toBe(alone.values[0] as number);
        expect(alone.values[0]).toBeGreaterThan(0);
      }
    }
  },
);
