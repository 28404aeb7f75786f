import { describe, expect, test } from 'bun:test';
import { meanOf, standardErrorOf } from '../../../../../tests/support/statistics.ts';
import { nextSession, type Session, sessionOn } from '../../../../engine/core/market/calendar.ts';
import { instant, type SessionDate } from '../../../../engine/core/types.ts';
import { createRandom } from '../../random.ts';
import { profileOf } from '../instruments/profiles.ts';
import { createDeviation, stepDeviation } from '../volatility/deviation.ts';
import { createDealerBook, dealerStance } from './hedging.ts';

const session = sessionOn('2026-11-18' as SessionDate) as Session;
const spy = profileOf('SPY').options;
if (!spy) throw new Error('SPY has no options');
const noon = instant(session.openAt + 9_000_000);

const SEEDS = Array.from({ length: 40 }, (_, seed) => seed + 1);

/** Four hours of a price that dealers with this gamma hedge: realised variance, and the mean distance from the pin. */
const lived = (seed: number, gamma: number): { variance: number; fromPin: number } => {
  const random = createRandom(seed);
  const noise = createRandom(seed + 1000);
  const deviation = createDeviation();
  const perMinute = 0.0004;
  let level = 0;
  let last = 0;
  let variance = 0;
  let fromPin = 0;
  for (let minute = 0; minute < 240; minute++) {
    const move = perMinute * noise.normal();
    const price = 600 * Math.exp(level + deviation.value);
    const forces = { price, strikeStep: 1, move, deviation: perMinute, scale: 1, drift: 0 };
    stepDeviation(deviation, { ...forces, stance: { gamma, pinStrike: 600 } }, random);
    level += move;
    variance += (level + deviation.value - last) ** 2;
    last = level + deviation.value;
    fromPin += Math.abs(last) / 240;
  }
  return { variance, fromPin };
};

describe('hedging dealers', () => {
  test('damp moves and draw to the strike when they are long of gamma, and enlarge moves when they are short', () => {
    console.info(`dealers: seeds ${SEEDS[0]} to ${SEEDS.at(-1)}`);
    const runs = SEEDS.map((seed) => ({ long: lived(seed, 1), none: lived(seed, 0), short: lived(seed, -1) }));
    const gap = (pick: (run: (typeof runs)[number]) => number): number => {
      const values = runs.map(pick);
      return meanOf(values) / standardErrorOf(values);
    };
    expect(gap(({ none, long }) => none.variance - long.variance)).toBeGreaterThan(4);
    expect(gap(({ short, none }) => short.variance - none.variance)).toBeGreaterThan(4);
    expect(gap(({ none, long }) => none.fromPin - long.fromPin)).toBeGreaterThan(3);
    // Bounded: the worst case changes variance by less than a factor of three either way.
    for (const { long, none, short } of runs) {
      expect(short.variance / none.variance).toBeLessThan(3);
      expect(none.variance / long.variance).toBeLessThan(3);
    }
  });

  test('stand by open interest: long above the puts, short below them, never beyond one', () => {
    const book = createDealerBook(1, spy, session, 600, 600);
    expect(book.strikes.length).toBe(2 * 43);
    for (const spot of [582, 590, 596, 600, 604, 610, 618]) {
      const { gamma } = dealerStance(book, spot, noon, 0.14);
      expect(Math.abs(gamma)).toBeLessThanOrEqual(1);
    }
    const at = (spot: number): number => dealerStance(book, spot, noon, 0.14).gamma;
    expect(at(608)).toBeGreaterThan(0);
    expect(at(590)).toBeLessThan(0);
    const { pinStrike } = dealerStance(book, 601.2, noon, 0.14);
    expect(book.strikes).toContain(pinStrike);
    expect(Math.abs(pinStrike / 601.2 - 1)).toBeLessThan(0.01);
  });

  test('have nothing to hedge where nothing is open', () => {
    const empty = {
      strikes: new Float64Array(0),
      expiresAt: new Float64Array(0),
      net: new Float64Array(0),
      gross: new Float64Array(0),
    };
    expect(dealerStance(empty, 600, noon, 0.14)).toEqual({ gamma: 0, pinStrike: Number.NaN });
  });

  test('hold what expires next: over the weekend of Thanksgiving today and Friday', () => {
    const wednesday = sessionOn('2026-11-25' as SessionDate) as Session;
    const ends = new Set(createDealerBook(1, spy, wednesday, 600, 600).expiresAt);
    expect([...ends]).toEqual([wednesday.closeAt, nextSession(wednesday.date).closeAt]);
  });
});
