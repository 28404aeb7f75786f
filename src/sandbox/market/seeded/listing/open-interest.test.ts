import { describe, expect, test } from 'bun:test';
import { nyTime, seededMarket, UNDERLYINGS } from '../../../../../tests/support/seeded.ts';
import { instant } from '../../../../engine/core/types.ts';

describe('open interest', () => {
  const open = nyTime('2026-11-18', '09:30');
  const market = seededMarket(6, open, UNDERLYINGS);
  const figures = () =>
    new Map(
      UNDERLYINGS.flatMap((symbol) =>
        (market.chain(symbol) ?? []).map((row) => [
          row.contract.id,
          { interest: row.openInterest ?? Number.NaN, volume: row.volume ?? Number.NaN, expiry: row.contract.expiry },
        ]),
      ),
    );
  const morning = figures();
  market.advanceTo(instant(open + 3 * 3_600_000));
  const noon = figures();
  market.advanceTo(nyTime('2026-11-18', '16:10'));
  const evening = figures();
  market.advanceTo(nyTime('2026-11-19', '09:31'));
  const tomorrow = figures();

  test('is published once a day: the same all session, while volume only grows', () => {
    expect(morning.size).toBeGreaterThan(10_000);
    for (const [id, { interest, volume }] of morning) {
      expect(noon.get(id)?.interest).toBe(interest);
      expect(evening.get(id)?.interest).toBe(interest);
      expect(volume).toBe(0);
      expect(noon.get(id)?.volume).toBeGreaterThanOrEqual(volume);
      expect(evening.get(id)?.volume).toBeGreaterThanOrEqual(noon.get(id)?.volume ?? Number.NaN);
    }
  });

  test('changes overnight by no more than the day traded, and changes in most contracts', () => {
    let changed = 0;
    let kept = 0;
    for (const [id, { interest }] of tomorrow) {
      const before = evening.get(id);
      if (!before) continue;
      kept++;
      expect(Math.abs(interest - before.interest)).toBeLessThanOrEqual(before.volume);
      if (interest !== before.interest) changed++;
    }
    expect(kept).toBeGreaterThan(8_000);
    expect(changed).toBeGreaterThan(kept / 3);
  });

  test('ends with the expiry: nothing of today is listed tomorrow', () => {
    expect([...morning.values()].some(({ expiry }) => expiry === '2026-11-18')).toBe(true);
    expect([...tomorrow.values()].some(({ expiry }) => expiry === '2026-11-18')).toBe(false);
  });
});
