import { newYorkInstant } from '../src/engine/core/market/calendar.ts';
import { type Instant, instant, type SessionDate } from '../src/engine/core/types.ts';
import { createSeededMarket, type SeededMarket } from '../src/sandbox/market/seeded-market.ts';
import { createSessionClock } from '../src/sandbox/market/session-clock.ts';
import type { MarketEvent } from '../src/sandbox/market/types.ts';
import type { Bench } from './harness.ts';

const SYMBOLS = 'SPX,SPY,QQQ,IWM,AAPL,MSFT,GOOGL,AMZN,NVDA,META,TSLA,VIX,VIX1D,VIX9D,VIX3M'.split(',');
const DATE = '2026-11-18' as SessionDate;
const SPAN_MS = 120_000;

const marketAt = (seed: number, startAt: Instant): SeededMarket =>
  createSeededMarket({ seed, symbols: SYMBOLS, clock: createSessionClock({ speed: 600, startAt, wallNow: () => 0 }) });

/** Milliseconds of this thread's work: what others do on the machine does not count. */
const workMs = (work: () => void): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

const perMinute: number[] = [];
const opening: number[] = [];
const late: number[] = [];
let seed = 0;

/** Events of two minutes of all symbols; then the same events written as JSON. */
const run = async (): Promise<{ readonly ours: number; readonly peer: number }> => {
  seed++;
  const start = newYorkInstant(DATE, '10:00:00');
  let market: SeededMarket | null = null;
  opening.push(workMs(() => (market = marketAt(seed, start))));
  late.push(workMs(() => marketAt(seed, newYorkInstant(DATE, '15:59:00'))));
  if (market === null) throw new Error('no market');
  const world: SeededMarket = market;
  const events: MarketEvent[] = [];
  world.listen((event) => events.push(event));
  const ours = workMs(() => {
    for (let ms = 1000; ms <= SPAN_MS; ms += 1000) world.advanceTo(instant(start + ms));
  });
  let bytes = 0;
  const peer = workMs(() => {
    for (const event of events) bytes += JSON.stringify(event).length;
  });
  if (bytes === 0) throw new Error('no events');
  perMinute.push(events.length / (SPAN_MS / 60_000));
  return { ours: (events.length / ours) * 1000, peer: (events.length / peer) * 1000 };
};

const middle = (values: readonly number[]): string =>
  (values.slice(1).toSorted((a, b) => a - b)[(values.length - 1) >> 1] ?? Number.NaN).toFixed(0);

export const bench: Bench = {
  name: "sandbox's market: events a second of all eleven symbols and four volatility indices",
  peer: 'the same events written with JSON.stringify, the least that a server must do with them',
  unit: 'events/s of CPU time',
  higherIsBetter: true,
  goal: 'at least 20,000 events/s',
  run,
  notes: () => [
    `${middle(perMinute)} events a minute of market time`,
    `CPU to open at 10:00: ${middle(opening)} ms; to open at 15:59: ${middle(late)} ms`,
  ],
};
