import { afterEach, expect, test } from 'bun:test';
import { createWorld, feed, goLive, rally, TEST_DATE, wait } from '../../testing/world.ts';
import { stateHash } from '../hash.ts';
import { createReplayer } from '../replay.ts';
import { assess } from '../risk/assess.ts';
import type { SessionDate } from '../types.ts';
import { viewOf } from '../view-of.ts';
import { dateInNewYork, expiresAt, nextSession, sessionAt, sessionOn, useCalendar } from './calendar.ts';
import { NO_OVERRIDES } from './calendar-overrides.ts';

afterEach(() => useCalendar(NO_OVERRIDES));

const MOURNING = { closures: { '2026-12-09': 'a day of mourning' }, earlyCloses: { '2026-12-10': 'a storm' } };
const day = (text: string): SessionDate => text as SessionDate;

test('a closure takes the session away, an early close its afternoon, and both give them back', () => {
  const [full, next] = [sessionOn(day('2026-12-09')), sessionOn(day('2026-12-10'))];
  useCalendar(MOURNING);
  expect(sessionOn(day('2026-12-09'))).toBeNull();
  expect(nextSession(day('2026-12-08')).date).toBe(day('2026-12-10'));
  expect(sessionOn(day('2026-12-10'))?.closeAt as number).toBe(Date.UTC(2026, 11, 10, 18));
  expect(expiresAt(day('2026-12-09'), false) as number).toBe(Date.UTC(2026, 11, 8, 21));
  useCalendar(NO_OVERRIDES);
  expect([sessionOn(day('2026-12-09')), sessionOn(day('2026-12-10'))]).toEqual([full, next]);
});

test('is told the engine as an input, and from then on the market is closed', () => {
  const world = createWorld();
  goLive(world);
  rally(world);
  expect(viewOf(world.state, world.at).sessionOpen).toBe(true);
  feed(world, { kind: 'calendar.seen', closures: { [TEST_DATE]: 'a storm' }, earlyCloses: {} });
  expect(viewOf(world.state, world.at).sessionOpen).toBe(false);
  const symbol = world.state.symbols.get('SPY');
  const contract = {
    underlying: 'SPY',
    tradingClass: 'SPY',
    expiry: TEST_DATE,
    strike: 600,
    right: 'C',
    multiplier: 100,
  } as const;
  const intent = {
    contract: { ...contract, id: 'SPY260820C00600000' as never },
    direction: 'bullish',
    limitPrice: 2,
  } as const;
  const found = symbol && assess(world.state, symbol, intent, world.at);
  expect(found?.ok ? [] : found?.denials.map(({ code }) => code)).toContain('market-closed');
});

test('a run that was told replays to the same state, also beside another run that was not', () => {
  const told = createWorld();
  const untold = createWorld();
  for (const world of [told, untold]) goLive(world);
  feed(told, { kind: 'calendar.seen', closures: {}, earlyCloses: { [TEST_DATE]: 'a storm' } });
  for (const world of [told, untold]) rally(world);
  // In turns, so that each step must find its own calendar in force.
  for (let i = 0; i < 20; i++) for (const world of [told, untold]) wait(world, 10 * 60_000);
  expect(sessionAt(told.at)).not.toBeNull();
  const hashes = [told, untold].map(({ state }) => stateHash(state));
  expect(hashes[0]).not.toBe(hashes[1]);
  const replayers = [told, untold].map(({ params }) => createReplayer(params));
  const longest = Math.max(told.entries.length, untold.entries.length);
  for (let i = 0; i < longest; i++)
    [told, untold].forEach(({ entries }, which) => {
      const entry = entries[i];
      if (entry) replayers[which]?.take({ kind: 'entry', entry });
    });
  expect(replayers.map((replayer) => replayer.result().hash)).toEqual(hashes);
});

test('given at the start it holds from the first entry', () => {
  const world = createWorld({ calendar: { closures: { [TEST_DATE]: 'a storm' }, earlyCloses: {} } });
  wait(world, 1000);
  expect([viewOf(world.state, world.at).sessionOpen, dateInNewYork(world.at)]).toEqual([false, TEST_DATE]);
});
