import { expect, test } from 'bun:test';
import { createRandom } from '../../testing/random.ts';
import { barOf } from '../analytics/bars-set.ts';
import { isComplete } from '../analytics/level-one/level-one.ts';
import { indicatorsView, realisedVolatilityView } from '../analytics/level-one/level-one-view.ts';
import { positioningView } from '../analytics/positioning/positioning.ts';
import type { HistoryInterval, Input } from '../inputs.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { nextSession, previousSession, type Session, sessionOn } from '../market/calendar.ts';
import { createState, type State, type SymbolState } from '../state.ts';
import { step } from '../step.ts';
import { type Instant, instant, type SessionDate } from '../types.ts';

const SEED = 20261125;
const RATES = { rate: 0.04, dividendYield: 0.013 };

interface Engine {
  readonly state: State;
  readonly spy: SymbolState;
  readonly feed: (at: Instant, input: Input) => void;
}
const createEngine = (): Engine => {
  const state = createState({ runId: 'r', symbols: ['SPY'], limits: DEFAULT_LIMITS, mode: 'simulated', rates: RATES });
  let seq = 0;
  return {
    state,
    spy: state.symbols.get('SPY') as SymbolState,
    feed: (at, input) => {
      seq += 1;
      step(state, { seq, at, input });
    },
  };
};

interface Print {
  readonly at: Instant;
  readonly price: number;
  readonly size: number;
}
/** Prints every few seconds of so many sessions. */
const printsOf = (first: Session, sessions: number): { prints: Print[]; days: Session[] } => {
  const random = createRandom(SEED);
  const prints: Print[] = [];
  const days: Session[] = [];
  let price = 600;
  for (let day = first; days.length < sessions; day = nextSession(day.date)) {
    days.push(day);
    for (let at = day.openAt + 500; at < day.closeAt; at += random.whole(4_000, 20_000)) {
      price = Math.round(price * (1 + (random.next() - 0.5) * 0.0006) * 100) / 100;
      prints.push({ at: instant(at), price, size: random.whole(1, 500) });
    }
  }
  return { prints, days };
};
const trade = (engine: Engine, { at, price, size }: Print): void =>
  engine.feed(at, { kind: 'trade.seen', symbol: 'SPY', price, size, venue: 'ARCA', sourceAt: at });
const pulse = (engine: Engine, at: number): void => engine.feed(instant(at), { kind: 'timer.fired' });

/** The bars an engine has made itself, as the broker's history would tell them. */
const historyOf = ({ spy }: Engine, interval: Exclude<HistoryInterval, '1m'>, counts: number): Input[] => {
  const found: Input[] = [];
  const lengthMs = { '5m': 300_000, '30m': 1_800_000, '1d': Number.NaN }[interval];
  for (let back = counts; back >= 1; back--) {
    const bar = barOf(spy.suite.levelOne.bars, interval, back);
    if (!bar) continue;
    const { openAt, open, high, low, close, volume } = bar;
    const session = sessionOn(new Date(openAt).toISOString().slice(0, 10) as SessionDate) as Session;
    const endAt = instant(interval === '1d' ? session.closeAt : openAt + lengthMs);
    found.push({ kind: 'history-bar.seen', symbol: 'SPY', interval, openAt, endAt, open, high, low, close, volume });
  }
  return found;
};

const said = (engine: Engine, at: Instant): string => {
  const { levelOne } = engine.spy.suite;
  return JSON.stringify([indicatorsView(levelOne, at), realisedVolatilityView(levelOne, at)]);
};

test(`right after its start an engine says what one says that lived through the history it was given (seed ${SEED})`, () => {
  const first = sessionOn('2026-08-10' as SessionDate) as Session;
  const { prints, days } = printsOf(first, 8);
  const startAt = (days[7] as Session).openAt;
  const old = createEngine();
  const records: Record<Exclude<HistoryInterval, '1m'>, Input[]> = { '5m': [], '30m': [], '1d': [] };
  let day = 0;
  const keep = (counts: Record<'5m' | '30m' | '1d', number>): void => {
    for (const interval of ['5m', '30m', '1d'] as const)
      records[interval].push(...historyOf(old, interval, counts[interval]));
  };
  for (const print of prints) {
    if (print.at >= startAt) break;
    if (print.at >= (days[day] as Session).closeAt) {
      pulse(old, (days[day] as Session).closeAt + 5_000);
      keep({ '5m': 78, '30m': 13, '1d': 1 });
      day++;
    }
    trade(old, print);
  }
  pulse(old, (days[6] as Session).closeAt + 5_000);
  keep({ '5m': 78, '30m': 13, '1d': 1 });
  expect([records['5m'].length, records['30m'].length, records['1d'].length]).toEqual([7 * 78, 7 * 13, 7]);

  const young = createEngine();
  pulse(young, startAt - 60_000);
  for (const interval of ['1d', '30m', '5m'] as const)
    for (const input of records[interval]) young.feed(instant(startAt - 50_000), input);
  expect(young.spy.history).toEqual({ taken: 7 * 78 + 7 * 13 + 7, leftOut: 0 });
  expect(said(young, instant(startAt - 50_000))).toBe(said(old, instant(startAt - 50_000)));
  expect(said(young, instant(startAt - 50_000))).toContain('"value":');

  let compared = 0;
  for (const print of prints) {
    if (print.at < startAt) continue;
    trade(old, print);
    trade(young, print);
    if (compared++ % 40 === 0) expect(said(young, print.at)).toBe(said(old, print.at));
  }
  expect(compared).toBeGreaterThan(500);
});

test('a bar that was begun before the start, ended since and is asked for again closes the hole it left', () => {
  const session = sessionOn('2026-08-20' as SessionDate) as Session;
  const engine = createEngine();
  const startAt = session.openAt + 7 * 60_000;
  const bar = (from: number): Input => ({
    kind: 'history-bar.seen',
    symbol: 'SPY',
    interval: '5m',
    openAt: instant(session.openAt + from * 60_000),
    endAt: instant(session.openAt + (from + 5) * 60_000),
    open: 600,
    high: 601,
    low: 599,
    close: 600.5,
    volume: 1000,
  });
  pulse(engine, startAt);
  engine.feed(instant(startAt + 1000), bar(0));
  // Not over yet: nothing is known of it.
  engine.feed(instant(startAt + 2000), bar(5));
  expect(engine.spy.history).toEqual({ taken: 1, leftOut: 1 });
  engine.feed(instant(session.openAt + 10 * 60_000 + 3_000), bar(5));
  // Ours to make: we heard it from its beginning.
  engine.feed(instant(session.openAt + 15 * 60_000 + 3_000), bar(10));
  expect(isComplete(engine.spy.suite.levelOne, session.openAt + 10 * 60_000)).toBe(true);
  expect(engine.spy.history).toEqual({ taken: 2, leftOut: 2 });
  expect(engine.spy.suite.levelOne.sets['5m'].bars).toBe(2);
});

test('minutes of the past give the regime its own history of volatility before a session has passed', () => {
  const session = sessionOn('2026-08-20' as SessionDate) as Session;
  const before = previousSession(session.date);
  const engine = createEngine();
  const random = createRandom(SEED);
  pulse(engine, session.openAt - 60_000);
  let close = 600;
  for (let minute = 0; minute < 390; minute++) {
    close *= 1 + (random.next() - 0.5) * 0.001;
    const openAt = instant(before.openAt + minute * 60_000);
    engine.feed(instant(session.openAt - 50_000), {
      kind: 'history-bar.seen',
      symbol: 'SPY',
      interval: '1m',
      openAt,
      endAt: instant(openAt + 60_000),
      open: close,
      high: close,
      low: close,
      close,
      volume: Number.NaN,
    });
  }
  const { regime } = engine.spy.suite;
  expect(regime.volatilityCount).toBe(360);
  expect(regime.percentile).toBeGreaterThanOrEqual(0);
  expect(regime.refusedBars).toBe(0);
});

test('past days of implied volatility give a rank at once', () => {
  const engine = createEngine();
  let day = sessionOn('2025-08-20' as SessionDate) as Session;
  for (let i = 0; i < 100; i++, day = nextSession(day.date)) {
    engine.feed(instant(day.closeAt + 1), {
      kind: 'volatility-day.seen',
      symbol: 'SPY',
      date: day.date,
      impliedVolatility: 0.1 + i / 1000,
    });
  }
  const { ivRank } = engine.spy.suite.positioning;
  expect([ivRank.values.length, ivRank.refused]).toEqual([100, 0]);
  const { ivRank: shown } = positioningView(engine.spy.suite.positioning, day.openAt);
  expect(shown.sessions).toBe(100);
});
