import { describe, expect, test } from 'bun:test';
import {
  autocorrelationOf,
  correlationOf,
  kurtosisOf,
  meanOf,
  standardErrorOf,
} from '../../../../../tests/support/statistics.ts';
import { nextSession, type Session, sessionOn } from '../../../../engine/core/market/calendar.ts';
import type { SessionDate } from '../../../../engine/core/types.ts';
import { createWorldPaths, plannedClose, type World } from './companies.ts';
import { createSessionPath, type SessionPath } from './session-path.ts';

const SEEDS = [11, 12, 13];
const SESSIONS = 10;

const sessionsFrom = (date: string): Session[] => {
  const sessions = [sessionOn(date as SessionDate) as Session];
  while (sessions.length < SESSIONS) sessions.push(nextSession((sessions.at(-1) as Session).date));
  return sessions;
};
const wholeSession = (world: World, session: Session): SessionPath => {
  const path = createSessionPath({ world, session, chosen: 'mixed', switches: [] });
  path.extendTo(path.minutes);
  return path;
};
const returnsOf = (path: SessionPath, symbol: string): number[] =>
  Array.from({ length: path.minutes }, (_, minute) =>
    Math.log(path.price(symbol, minute + 1) / path.price(symbol, minute)),
  );

console.info(`stylised facts: seeds ${SEEDS.join(', ')}`);
const paths = SEEDS.flatMap((seed) => {
  const world = createWorldPaths(seed, []);
  return sessionsFrom('2026-03-02').map((session) => wholeSession(world, session));
});

describe.each(['SPY', 'QQQ', 'IWM', 'AAPL', 'NVDA', 'TSLA'])('minute returns of %s', (symbol) => {
  const days = paths.map((path) => returnsOf(path, symbol));

  test('have fat tails', () => {
    // Kurtosis of n normal values scatters by √(24/n) around 3.
    const n = days.length * 390;
    expect(kurtosisOf(days.flat())).toBeGreaterThan(3 + 6 * Math.sqrt(24 / n));
  });

  test('come in clusters of volatility', () => {
    const clustering = days.map((day) => autocorrelationOf(day.map(Math.abs), 1));
    expect(meanOf(clustering)).toBeGreaterThan(4 * standardErrorOf(clustering));
  });

  test('barely foretell the next one', () => {
    for (const lag of [1, 2, 5]) {
      const autocorrelation = days.map((day) => autocorrelationOf(day, lag));
      // Hedging and pins leave a trace that is there to be seen, and no more than one in ten of a move.
      expect(Math.abs(meanOf(autocorrelation))).toBeLessThan(0.06 + 3 * standardErrorOf(autocorrelation));
    }
  });
});

describe('the factors', () => {
  test('move single names with the market, each by its beta and by news of its own', () => {
    for (const symbol of ['AAPL', 'MSFT', 'NVDA', 'TSLA', 'IWM']) {
      const correlations = paths.map((path) => correlationOf(returnsOf(path, symbol), returnsOf(path, 'SPX')));
      expect(meanOf(correlations)).toBeGreaterThan(0.25);
      expect(meanOf(correlations)).toBeLessThan(0.98);
    }
    const beta = (symbol: string): number => {
      const [x, y] = [
        paths.flatMap((path) => returnsOf(path, 'SPX')),
        paths.flatMap((path) => returnsOf(path, symbol)),
      ];
      return (correlationOf(x, y) * Math.sqrt(meanOf(y.map((r) => r * r)))) / Math.sqrt(meanOf(x.map((r) => r * r)));
    };
    expect(beta('TSLA')).toBeGreaterThan(beta('AAPL'));
    expect(beta('NVDA')).toBeGreaterThan(beta('MSFT'));
  });

  test('make the index the weighted sum of its members, and its fund a tenth of it', () => {
    for (const path of paths.slice(0, 5))
      for (const minute of [0, 100, 390])
        expect(path.price('SPX', minute) / path.price('SPY', minute)).toBeCloseTo(10.02, 9);
    const world = createWorldPaths(SEEDS[0] as number, []);
    const recipe = world.recipes.get('SPX');
    expect(recipe?.companies.length).toBe(8);
    const weights = recipe?.shares.map(
      (share, i) => share * (world.companies[recipe.companies[i] as number]?.basePrice ?? 0),
    );
    expect(weights?.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(6012, 6);
  });

  test('join one session to the next: a night moves less than three of its standard deviations', () => {
    const world = createWorldPaths(5, []);
    let session = sessionOn('2026-01-05' as SessionDate) as Session;
    const nights: number[] = [];
    for (let i = 0; i < 120; i++) {
      const next = nextSession(session.date);
      const opening = createSessionPath({ world, session: next, chosen: 'mixed', switches: [] }).price('SPY', 0);
      nights.push(Math.log(opening / plannedClose(world, 'SPY', session.date)));
      session = next;
    }
    const deviation = Math.sqrt(meanOf(nights.map((night) => night * night)));
    expect(deviation).toBeGreaterThan(0.001);
    expect(deviation).toBeLessThan(0.01);
    expect(Math.max(...nights.map(Math.abs))).toBeLessThan(8 * deviation);
  });
});
