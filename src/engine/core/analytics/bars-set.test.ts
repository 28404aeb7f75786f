import { expect, test } from 'bun:test';
import { hasRecordedData, readRecordedText } from '../../../../tests/support/reference.ts';
import { createRandom } from '../../testing/random.ts';
import { newYorkInstant, sessionAt } from '../market/calendar.ts';
import { type Instant, instant, type SessionDate } from '../types.ts';
import { addTrade, type Bar, barAt, closeDueBar, createBars } from './bars.ts';
import {
  type BarInterval,
  type BarSet,
  barOf,
  CLOSED,
  createBarSet,
  onBarSetTimer,
  onBarSetTrade,
} from './bars-set.ts';

const DAY = '2026-03-10' as SessionDate;
const HALF_DAY = '2026-11-27' as SessionDate;
const OPEN = newYorkInstant(DAY, '09:30:00');
const after = (seconds: number, from: number = OPEN): Instant => instant(from + seconds * 1000);
const COARSE = ['5m', '15m', '30m', '1d'] as const;
const MS: Readonly<Record<BarInterval, number>> = { '1m': 60e3, '5m': 300e3, '15m': 900e3, '30m': 1800e3, '1d': 0 };

interface Trade {
  readonly at: Instant;
  readonly price: number;
  readonly size: number;
}

/** What a series must come to, straight from the trades: no minutes, no ring. */
const direct = (trades: readonly Trade[], interval: BarInterval): Bar[] => {
  const groups = new Map<number, Trade[]>();
  for (const trade of trades) {
    const session = sessionAt(trade.at);
    if (session === null) continue;
    const start = interval === '1d' ? session.openAt : Math.floor(trade.at / MS[interval]) * MS[interval];
    groups.set(start, [...(groups.get(start) ?? []), trade]);
  }
  return [...groups].map(([start, group]) => {
    const prices = group.map(({ price }) => price);
    const volume = group.reduce((sum, { size }) => sum + size, 0);
    return {
      openAt: instant(start),
      open: prices[0] as number,
      high: Math.max(...prices),
      low: Math.min(...prices),
      close: prices.at(-1) as number,
      volume,
      vwap: group.reduce((sum, { price, size }) => sum + price * size, 0) / volume,
      trades: group.length,
    };
  });
};

const expectBar = (ours: Bar | null, expected: Bar | undefined): void => {
  if (ours === null || expected === undefined) {
    expect(ours).toBe(expected === undefined ? null : (expected as never));
    return;
  }
  expect({ ...ours, vwap: 0 }).toEqual({ ...expected, vwap: 0 });
  expect(Math.abs(ours.vwap / expected.vwap - 1)).toBeLessThan(1e-12);
};

/** Two days with gaps, the night between, and an early close. */
const randomTrades = (seed: number): Trade[] => {
  const random = createRandom(seed);
  const trades: Trade[] = [];
  let price = 500;
  for (const [date, from, to] of [
    ['2026-11-25', '09:00:00', '16:20:00'],
    [HALF_DAY, '09:00:00', '13:30:00'],
  ] as const) {
    const end = newYorkInstant(date as SessionDate, to);
    for (let at = newYorkInstant(date as SessionDate, from) as number; at < end; ) {
      at += random.chance(0.02) ? random.whole(60, 1500) * 1000 : random.whole(0, 20_000);
      price = Math.round((price + random.next() - 0.5) * 100) / 100;
      if (at < end) trades.push({ at: instant(at), price, size: random.whole(1, 500) });
    }
  }
  return trades;
};

test.each([1, 2, 3])('closed bars of every interval are what the trades of their time come to (seed %d)', (seed) => {
  const trades = randomTrades(seed);
  expect(trades.length).toBeGreaterThan(1000);
  const set = createBarSet();
  const closed: Record<string, Bar[]> = { '5m': [], '15m': [], '30m': [], '1d': [] };
  trades.forEach((trade, i) => {
    const mask = onBarSetTrade(set, trade.price, trade.size, trade.at, trade.at);
    for (const interval of COARSE) {
      if ((mask & CLOSED[interval]) !== 0) closed[interval]?.push(barOf(set, interval, 1) as Bar);
      if (i % 97 === 0 && sessionAt(trade.at) !== null)
        expectBar(barOf(set, interval, 0), direct(trades.slice(0, i + 1), interval).at(-1));
    }
  });
  const end = instant((trades.at(-1) as Trade).at + 7_200_000);
  const mask = onBarSetTimer(set, end);
  for (const interval of COARSE) {
    if ((mask & CLOSED[interval]) !== 0) closed[interval]?.push(barOf(set, interval, 1) as Bar);
    const expected = direct(trades, interval);
    expect(expected.length).toBeGreaterThan(interval === '1d' ? 1 : 15);
    expect(closed[interval]).toHaveLength(expected.length);
    expected.forEach((bar, i) => void expectBar(closed[interval]?.[i] ?? null, bar));
    expect(barOf(set, interval, 0)).toBeNull();
  }
  expect(set.minutesOutsideSession).toBeGreaterThan(10);
});

test('bars of the first trades are the first bars of all trades', () => {
  const trades = randomTrades(9);
  const fold = (count: number): string[] => {
    const set = createBarSet();
    return trades
      .slice(0, count)
      .map(({ at, price, size }) =>
        JSON.stringify([onBarSetTrade(set, price, size, at, at), ...COARSE.map((interval) => barOf(set, interval, 1))]),
      );
  };
  const whole = fold(trades.length);
  for (const cut of [10, 500, Math.floor(trades.length / 2)]) expect(fold(cut)).toEqual(whole.slice(0, cut));
  expect(new Set(whole).size).toBeGreaterThan(50);
});

test('a bar closes with its last minute, not with the first trade after it', () => {
  const set = createBarSet();
  onBarSetTrade(set, 100, 10, after(10), after(10));
  onBarSetTrade(set, 101, 10, after(299), after(299));
  expect(barOf(set, '5m', 1)).toBeNull();
  expect(onBarSetTimer(set, after(301.9))).toBe(0);
  expect(onBarSetTimer(set, after(302))).toBe(CLOSED['1m'] | CLOSED['5m']);
  expect(barOf(set, '5m', 1)).toMatchObject({ openAt: OPEN, open: 100, close: 101, trades: 2 });
  expect(barOf(set, '5m', 0)).toBeNull();
  expect(barOf(set, '15m', 0)).toMatchObject({ openAt: OPEN, trades: 2 });
  expect(onBarSetTimer(set, after(400))).toBe(0);
});

test('an interval without a trade has no bar, and the next belongs to its own', () => {
  const set = createBarSet();
  onBarSetTrade(set, 100, 10, after(10), after(10));
  expect(onBarSetTimer(set, after(70))).toBe(CLOSED['1m']);
  expect(onBarSetTrade(set, 105, 10, after(700), after(700))).toBe(CLOSED['5m']);
  expect(barOf(set, '5m', 1)).toMatchObject({ openAt: OPEN, close: 100 });
  expect(barOf(set, '5m', 0)).toMatchObject({ openAt: after(600), open: 105 });
});

test('the day ends at 13:00 on an early close, and trades after it are in no bar of the day', () => {
  const close = newYorkInstant(HALF_DAY, '13:00:00');
  const set = createBarSet();
  onBarSetTrade(set, 100, 10, after(-5, close), after(-5, close));
  expect(onBarSetTrade(set, 999, 10, after(1, close), after(1, close))).toBe(1 | 2 | 4 | 8 | 16);
  expect(barOf(set, '1d', 1)).toMatchObject({ openAt: newYorkInstant(HALF_DAY, '09:30:00'), high: 100, trades: 1 });
  onBarSetTimer(set, after(120, close));
  for (const interval of COARSE) expect(barOf(set, interval, 0)).toBeNull();
  expect(barOf(set, '1m', 1)).toMatchObject({ open: 999 });
  expect(set.minutesOutsideSession).toBe(1);
});

test('trades that cannot be: late, of the future, of no calendar', () => {
  const set = createBarSet();
  const { minutes } = set;
  expect(onBarSetTrade(set, 100, 10, after(3), after(0))).toBe(0);
  expect(minutes.futureTrades).toBe(1);
  expect(barAt(minutes, 0)).toBeNull();
  onBarSetTrade(set, 100, 10, after(2), after(0));
  expect(barAt(minutes, 0)?.trades).toBe(1);
  onBarSetTimer(set, after(62));
  expect(onBarSetTrade(set, 50, 10, after(59), after(63))).toBe(0);
  expect(minutes.lateTrades).toBe(1);
  expect(barAt(minutes, 1)).toMatchObject({ low: 100, trades: 1 });
  const ancient = createBarSet();
  onBarSetTrade(ancient, 100, 10, instant(1000), after(0));
  onBarSetTrade(ancient, 100, 10, after(0), after(0));
  expect(ancient.minutesOutsideSession).toBe(1);
  expect(barOf(ancient, '1d', 0)).toMatchObject({ openAt: OPEN });
});

test('a minute bar closes by time once, and its minute takes no more trades', () => {
  const bars = createBars();
  expect(closeDueBar(bars, after(1000), 2000)).toBe(false);
  addTrade(bars, 100, 10, after(5));
  expect(closeDueBar(bars, after(61), 2000)).toBe(false);
  expect(closeDueBar(bars, after(62), 2000)).toBe(true);
  expect(closeDueBar(bars, after(63), 2000)).toBe(false);
  expect([barAt(bars, 0), barAt(bars, 1)?.close]).toEqual([null, 100]);
  expect(addTrade(bars, 90, 10, after(59))).toBe(false);
  expect(addTrade(bars, 101, 10, after(60))).toBe(false);
  expect([barAt(bars, 0)?.open, barAt(bars, 1)?.low, bars.closed, bars.lateTrades]).toEqual([101, 100, 1, 1]);
});

const SPY = 'bars/spy-1m/SPY_1min_2024-02-20_2024-04-03.csv.gz';
test.skipIf(!hasRecordedData(SPY))('SPY of 2024: coarse bars hold every share of the regular sessions', () => {
  const set: BarSet = createBarSet();
  const volumes = new Map<number, number>();
  const counts = { '5m': 0, '15m': 0, '30m': 0, '1d': 0 };
  let last = OPEN;
  const note = (mask: number): void => {
    for (const interval of COARSE) if ((mask & CLOSED[interval]) !== 0) counts[interval]++;
    if ((mask & CLOSED['1d']) === 0) return;
    const day = barOf(set, '1d', 1) as Bar;
    expect(day.volume).toBe(volumes.get(day.openAt) as number);
  };
  for (const line of readRecordedText(SPY).trimEnd().split('\n').slice(1)) {
    const [time = '', open, high, low, close, volume] = line.split(',');
    const at = instant(Temporal.Instant.from(time.replace(' ', 'T')).epochMilliseconds);
    const session = sessionAt(at);
    if (session) volumes.set(session.openAt, (volumes.get(session.openAt) ?? 0) + Number(volume));
    // A bar as four prints; all its shares in the last.
    const prints: [string | undefined, number][] = [
      [open, 1],
      [high, 1],
      [low, 1],
      [close, Number(volume) - 3],
    ];
    for (const [price, size] of prints) note(onBarSetTrade(set, Number(price), size, at, at));
    last = at;
  }
  note(onBarSetTimer(set, instant(last + 86_400_000)));
  expect(counts).toEqual({
    '5m': 78 * volumes.size,
    '15m': 26 * volumes.size,
    '30m': 13 * volumes.size,
    '1d': volumes.size,
  });
  expect(volumes.size).toBeGreaterThan(25);
});
