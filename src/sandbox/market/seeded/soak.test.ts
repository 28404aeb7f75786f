import { expect, test } from 'bun:test';
import { seededMarket } from '../../../../tests/support/seeded.ts';
import { nextSession, type Session, sessionOn } from '../../../engine/core/market/calendar.ts';
import { instant, type SessionDate } from '../../../engine/core/types.ts';

const MB = 1_000_000;
/** A longer run: `SOAK_SESSIONS=200 bun test` of this file. */
const SESSIONS = Number(process.env['SOAK_SESSIONS'] ?? 3);

const heapMb = (): number => {
  Bun.gc(true);
  return process.memoryUsage().heapUsed / MB;
};

/** Sessions of the past stay known for five days: memory is steady from the sixth on. */
test('memory stays flat over session after session, whatever is asked meanwhile', () => {
  let session = sessionOn('2026-03-02' as SessionDate) as Session;
  const market = seededMarket(2, session.openAt, ['SPY', 'VIX']);
  let events = 0;
  market.listen(() => {
    events++;
  });
  const live = (): void => {
    market.advanceTo(instant(session.openAt + 60_000));
    market.advanceTo(instant(session.closeAt - 60_000));
    market.advanceTo(session.closeAt);
    for (const symbol of ['SPY', 'VIX']) {
      market.chain(symbol);
      market.dailyBars?.(symbol, 8);
      market.news?.(symbol, 20);
    }
    session = nextSession(session.date);
  };
  for (let i = 0; i < 6; i++) live();
  const before = heapMb();
  for (let i = 0; i < SESSIONS; i++) live();
  expect(events).toBeGreaterThan(10_000);
  expect(heapMb() - before).toBeLessThan(4 + 0.05 * SESSIONS);
}, 600_000);
