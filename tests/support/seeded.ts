import { newYorkInstant } from '../../src/engine/core/market/calendar.ts';
import { type Instant, instant, type SessionDate } from '../../src/engine/core/types.ts';
import type { ScenarioName } from '../../src/sandbox/market/seeded/scenarios/scenarios.ts';
import { createSeededMarket, type SeededMarket } from '../../src/sandbox/market/seeded-market.ts';
import { createSessionClock } from '../../src/sandbox/market/session-clock.ts';
import type { MarketEvent } from '../../src/sandbox/market/types.ts';

export const UNDERLYINGS = 'SPX,SPY,QQQ,IWM,AAPL,MSFT,GOOGL,AMZN,NVDA,META,TSLA'.split(',');
export const EVERYTHING = [...UNDERLYINGS, 'VIX', 'VIX1D', 'VIX9D', 'VIX3M'];

/** A time of day in New York. */
export const nyTime = (date: string, time: string): Instant => newYorkInstant(date as SessionDate, time);

/** A seeded market that stands at `startAt` until it is advanced. */
export const seededMarket = (
  seed: number,
  startAt: Instant,
  symbols: readonly string[],
  scenario: ScenarioName = 'mixed',
): SeededMarket => {
  let now = startAt;
  const clock = createSessionClock({ speed: 600, startAt, wallNow: () => 0 });
  const market = createSeededMarket({ seed, symbols, scenario, clock: { ...clock, now: () => now } });
  return {
    ...market,
    advanceTo(at) {
      now = at;
      market.advanceTo(at);
    },
  };
};

/** Every event up to `until`, in order. */
export const eventsUntil = (market: SeededMarket, until: Instant, stepMs = 1000): MarketEvent[] => {
  const events: MarketEvent[] = [];
  const stop = market.listen((event) => events.push({ ...event }));
  for (let now = market.now() + stepMs; now < until; now += stepMs) market.advanceTo(instant(now));
  market.advanceTo(until);
  stop();
  return events;
};
