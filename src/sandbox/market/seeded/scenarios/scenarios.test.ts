import { describe, expect, test } from 'bun:test';
import { eventsUntil, nyTime, seededMarket } from '../../../../../tests/support/seeded.ts';
import { meanOf, standardErrorOf } from '../../../../../tests/support/statistics.ts';
import { type Session, sessionOn } from '../../../../engine/core/market/calendar.ts';
import { instant, type SessionDate } from '../../../../engine/core/types.ts';
import { surfaceLevel } from '../surface/level.ts';
import { createWorldPaths } from '../volatility/companies.ts';
import { createSessionPath, type SessionPath, SHOCKED_COMPANY } from '../volatility/session-path.ts';
import { SCENARIOS, type ScenarioName } from './scenarios.ts';

const SEEDS = Array.from({ length: 24 }, (_, i) => 101 + i);
const session = sessionOn('2026-11-18' as SessionDate) as Session;
console.info(`scenarios: seeds ${SEEDS[0]} to ${SEEDS.at(-1)}`);

const worlds = SEEDS.map((seed) => createWorldPaths(seed, []));
const pathsOf = (chosen: ScenarioName): SessionPath[] =>
  worlds.map((world) => {
    const path = createSessionPath({ world, session, chosen, switches: [] });
    path.extendTo(path.minutes);
    return path;
  });
const returnOf = (path: SessionPath, from = 0, until = path.minutes, symbol = 'SPY'): number =>
  Math.log(path.price(symbol, until) / path.price(symbol, from));
const realised = (path: SessionPath, from = 0, until = path.minutes, symbol = 'SPY'): number => {
  let sum = 0;
  for (let minute = from; minute < until; minute++) sum += returnOf(path, minute, minute + 1, symbol) ** 2;
  return Math.sqrt(sum / (until - from));
};
/** Standard errors that the mean of paired differences lies above 0. */
const above = (a: readonly number[], b: readonly number[]): number => {
  const differences = a.map((value, i) => value - (b[i] as number));
  return meanOf(differences) / standardErrorOf(differences);
};
const mixed = pathsOf('mixed');

describe('each scenario shows what it is named for, over seeds', () => {
  test('calm: half the volatility of an ordinary day, and a narrower range', () => {
    const calm = pathsOf('calm');
    expect(
      above(
        mixed.map((path) => realised(path)),
        calm.map((path) => realised(path)),
      ),
    ).toBeGreaterThan(4);
    const ratio = meanOf(calm.map((path, i) => realised(path) / realised(mixed[i] as SessionPath)));
    expect(ratio).toBeLessThan(0.65);
  });

  test('trend: the day ends higher, and more of its way is one way', () => {
    const trend = pathsOf('trend');
    expect(
      meanOf(trend.map((path) => returnOf(path))) / standardErrorOf(trend.map((path) => returnOf(path))),
    ).toBeGreaterThan(4);
    const efficiency = (path: SessionPath): number => {
      let way = 0;
      for (let minute = 0; minute < path.minutes; minute += 30) way += Math.abs(returnOf(path, minute, minute + 30));
      return Math.abs(returnOf(path)) / way;
    };
    expect(above(trend.map(efficiency), mixed.map(efficiency))).toBeGreaterThan(3);
  });

  test('squeeze: a tight range, then a rise that grows faster and wilder', () => {
    const { onsetMinute, driftMinutes } = SCENARIOS.squeeze;
    const squeeze = pathsOf('squeeze');
    const end = onsetMinute + driftMinutes;
    const [before, during] = [
      squeeze.map((path) => realised(path, 0, onsetMinute)),
      squeeze.map((path) => realised(path, onsetMinute, end)),
    ];
    expect(above(during, before)).toBeGreaterThan(4);
    expect(
      above(
        mixed.map((path) => realised(path, 0, onsetMinute)),
        before,
      ),
    ).toBeGreaterThan(4);
    const middle = onsetMinute + driftMinutes / 2;
    const halves = (from: number, until: number) => squeeze.map((path) => returnOf(path, from, until));
    expect(above(halves(onsetMinute, end), halves(0, onsetMinute))).toBeGreaterThan(4);
    expect(above(halves(middle, end), halves(onsetMinute, middle))).toBeGreaterThan(3);
  });

  test('crash: six percent gone within forty minutes, with volatility and its index far up', () => {
    const { onsetMinute, driftMinutes } = SCENARIOS.crash;
    const crash = pathsOf('crash');
    const falls = crash.map((path) => returnOf(path, onsetMinute, onsetMinute + driftMinutes));
    expect(Math.abs(meanOf(falls) + 0.06)).toBeLessThan(0.012 + 4 * standardErrorOf(falls));
    expect(Math.max(...falls)).toBeLessThan(-0.02);
    const after = (path: SessionPath): number => realised(path, onsetMinute + driftMinutes, path.minutes);
    expect(above(crash.map(after), mixed.map(after))).toBeGreaterThan(6);
    const implied = (paths: SessionPath[]): number[] =>
      paths.map(
        (path, i) => surfaceLevel(worlds[i] as (typeof worlds)[number], path, 'SPX', onsetMinute + driftMinutes).now,
      );
    const ratio = implied(crash).map((level, i) => level / (implied(mixed)[i] as number));
    expect(Math.min(...ratio)).toBeGreaterThan(1.5);
  });

  test('news shock: one company leaps by six percent within a minute and trades in a burst; news says why', () => {
    const { onsetMinute } = SCENARIOS['news-shock'];
    const leaps = pathsOf('news-shock').map((path, i) =>
      Math.abs(
        returnOf(path, onsetMinute, onsetMinute + 1, SHOCKED_COMPANY) -
          returnOf(mixed[i] as SessionPath, onsetMinute, onsetMinute + 1, SHOCKED_COMPANY),
      ),
    );
    for (const leap of leaps) expect(leap).toBeCloseTo(0.06, 2);
    const at = nyTime('2026-11-18', '10:40');
    const market = seededMarket(101, at, [SHOCKED_COMPANY], 'news-shock');
    const bars = market.minuteBars(SHOCKED_COMPANY, 390).map(({ volume }) => volume);
    expect(meanOf(bars.slice(45, 60))).toBeGreaterThan(2.5 * meanOf(bars.slice(20, 45)));
    const [latest] = market.news?.(SHOCKED_COMPANY, 5)?.filter(({ relevance }) => relevance === 1) ?? [];
    expect(latest?.publishedAt).toBe(instant(session.openAt + 45 * 60_000 - 30_000));
    const moved =
      (market.quote(SHOCKED_COMPANY)?.lastPrice ?? 0) - (market.minuteBars(SHOCKED_COMPANY, 390)[44]?.close ?? 0);
    expect(Math.sign(latest?.sentiment ?? 0)).toBe(Math.sign(moved));
  });

  test('closing imbalance: many times the shares of an ordinary close', () => {
    const shares = (scenario: ScenarioName): number[] =>
      SEEDS.slice(0, 12).map((seed) => {
        const market = seededMarket(seed, nyTime('2026-11-18', '15:50:10'), ['AAPL'], scenario);
        return Math.abs(market.auction?.('AAPL')?.imbalanceShares ?? Number.NaN);
      });
    const [usual, unusual] = [shares('mixed'), shares('closing-imbalance')];
    expect(meanOf(unusual)).toBeGreaterThan(5 * meanOf(usual));
  }, 30_000);

  test('half-day: the session closes at 13:00, whichever half-day it is', () => {
    for (const date of ['2026-11-27', '2026-12-24', '2025-07-03']) {
      const market = seededMarket(7, nyTime(date, '13:05'), ['SPY'], 'half-day');
      expect(market.minuteBars('SPY', 500).length).toBe(210);
      expect(market.sessionOpen()).toBe(false);
    }
  });

  test('feed freeze: nothing is told or requoted for three minutes, then everything is where it would have been', () => {
    const { onsetMinute, freezeMinutes } = SCENARIOS['feed-freeze'];
    const start = nyTime('2026-11-18', '10:14');
    const freeze = session.openAt + onsetMinute * 60_000;
    const market = seededMarket(6, start, ['SPY', 'SPX'], 'feed-freeze');
    const events = eventsUntil(market, instant(freeze + 60_000));
    expect(events.length).toBeGreaterThan(500);
    expect(Math.max(...events.map(({ at }) => at))).toBeLessThanOrEqual(freeze);
    const frozen = market.quote('SPY');
    expect(eventsUntil(market, instant(freeze + freezeMinutes * 60_000 - 500))).toEqual([]);
    expect(market.quote('SPY')).toEqual(frozen);
    expect(seededMarket(6, instant(freeze + 100_000), ['SPY', 'SPX'], 'feed-freeze').quote('SPY')).toEqual(frozen);
    const after = eventsUntil(market, instant(freeze + freezeMinutes * 60_000 + 60_000));
    expect(after.length).toBeGreaterThan(500);
    // What happened meanwhile is never told: a vendor's feed that stood still does not catch up print by print.
    expect(Math.min(...after.map(({ at }) => at))).toBeGreaterThanOrEqual(freeze + freezeMinutes * 60_000);
    const ordinary = seededMarket(6, market.now(), ['SPY', 'SPX']);
    expect(market.quote('SPY')).toEqual(ordinary.quote('SPY'));
    expect(market.minuteBars('SPY', 400)).toEqual(ordinary.minuteBars('SPY', 400));
  });
});

describe('a scenario switched on while the market runs', () => {
  const start = nyTime('2026-11-18', '11:00');

  test('sets in two minutes later and leaves what has been as it was', () => {
    const [switched, ordinary] = [seededMarket(3, start, ['SPY']), seededMarket(3, start, ['SPY'])];
    expect(switched.scenarios?.switchTo('crash')).toBeNull();
    const until = instant(start + 60_000);
    expect(eventsUntil(switched, until)).toEqual(eventsUntil(ordinary, until));
    for (const market of [switched, ordinary]) market.advanceTo(instant(start + 45 * 60_000));
    const [crashed, usual] = [switched.quote('SPY')?.lastPrice ?? 0, ordinary.quote('SPY')?.lastPrice ?? 0];
    expect(Math.log(crashed / usual)).toBeLessThan(-0.03);
    expect(switched.minuteBars('SPY', 400).slice(0, 90)).toEqual(ordinary.minuteBars('SPY', 400).slice(0, 90));
  });

  test('is refused by name where it is unknown, or would change the hours of a running session', () => {
    const market = seededMarket(3, start, ['SPY']);
    expect(market.scenarios?.switchTo('doom')).toContain('expected one of mixed, calm');
    expect(market.scenarios?.switchTo('half-day')).toContain('SANDBOX_SCENARIO');
    expect(market.scenarios?.names).toContain('squeeze');
  });

  test('holds for the sessions after it', () => {
    const market = seededMarket(3, nyTime('2026-11-18', '15:50'), ['SPY']);
    market.scenarios?.switchTo('crash');
    market.advanceTo(nyTime('2026-11-19', '11:00'));
    const open = market.minuteBars('SPY', 400)[0]?.open ?? Number.NaN;
    expect(Math.log((market.quote('SPY')?.lastPrice ?? 0) / open)).toBeLessThan(-0.03);
  });
});
