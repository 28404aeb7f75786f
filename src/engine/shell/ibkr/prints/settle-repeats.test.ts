import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { instant } from '../../../core/types.ts';
import type { Print } from './print.ts';
import { RepeatSettler } from './settle-repeats.ts';

const print = (second: number, size = 100): Print => ({
  sourceAt: instant(second * 1_000),
  price: 100,
  size,
  venue: 'ARCA',
});

/** A settler that has seen one trade and its total. */
const settled = (): RepeatSettler => {
  const settler = new RepeatSettler({ waitMs: 1_000, quietMs: 200 });
  settler.print(print(1, 300), 0);
  settler.total(5_300, 0);
  return settler;
};

describe('a print that equals the one before it', () => {
  test('is told at once where no volume is known', () => {
    const settler = new RepeatSettler({ waitMs: 1_000, quietMs: 200 });
    expect(settler.print(print(1), 0)).toEqual([print(1)]);
    expect(settler.print(print(1), 0)).toEqual([print(1)]);
    expect(settler.unproven).toBe(1);
  });

  test('waits for the volume and is a trade when that includes it', () => {
    const settler = settled();
    settler.print(print(2), 10);
    expect(settler.print(print(2), 10)).toEqual([]);
    expect(settler.total(5_500, 20)).toEqual([print(2)]);
    expect(settler.dropped).toBe(0);
  });

  test('is dropped when the volume still lacks it while both streams rest, and what waited behind it is told', () => {
    const settler = settled();
    settler.print(print(2), 10);
    settler.print(print(2), 10);
    expect(settler.total(5_400, 15)).toEqual([]);
    expect(settler.print(print(3, 70), 20)).toEqual([]);
    expect(settler.total(5_470, 20)).toEqual([]);
    expect(settler.expire(219)).toEqual([]);
    expect(settler.expire(220)).toEqual([print(3, 70)]);
    expect(settler.dropped).toBe(1);
  });

  test('is dropped at the second total after it that lacks it, where totals have been in step', () => {
    const settler = settled();
    for (let i = 0; i < 16; i++) {
      settler.print(print(10 + i, 10 + i), 0);
      settler.total(5_300 + (i + 1) * 10 + (i * (i + 1)) / 2, 0);
    }
    settler.print(print(40), 0);
    settler.total(5_680, 0);
    settler.print(print(40), 0);
    expect(settler.total(5_680, 0)).toEqual([]);
    settler.print(print(41, 20), 0);
    expect(settler.total(5_700, 0)).toEqual([]);
    settler.print(print(42, 30), 0);
    expect(settler.total(5_730, 0)).toEqual([print(41, 20), print(42, 30)]);
    expect(settler.dropped).toBe(1);
  });

  test('is not dropped on the word of one total that lags', () => {
    const settler = settled();
    settler.print(print(2), 10);
    settler.print(print(2), 10);
    expect(settler.total(5_400, 20)).toEqual([]);
    expect(settler.total(5_500, 30)).toEqual([print(2)]);
    expect(settler.dropped).toBe(0);
  });

  test('is believed, and counted, when the volume explains nothing in time', () => {
    const settler = settled();
    settler.print(print(2), 10);
    settler.print(print(2), 10);
    settler.total(7_777, 800);
    expect(settler.expire(1_009)).toEqual([]);
    expect(settler.expire(1_010)).toEqual([print(2)]);
    expect(settler.unproven).toBe(1);
  });

  test('a total that begins anew is another session: what waits is believed', () => {
    const settler = settled();
    settler.print(print(2), 10);
    settler.print(print(2), 10);
    expect(settler.total(40, 20)).toEqual([print(2)]);
  });
});

const steps = fc.array(
  fc.record({
    wait: fc.integer({ min: 0, max: 1 }),
    lots: fc.integer({ min: 1, max: 3 }),
    repeats: fc.integer({ min: 0, max: 6 }),
    rests: fc.boolean(),
  }),
  { minLength: 4, maxLength: 120 },
);

describe('over random tapes', () => {
  test('with a total behind each trade, each trade is told once and in order, however often it is sent', () => {
    let repeated = 0;
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 10_000 }), (tape, before) => {
        const settler = new RepeatSettler({ waitMs: 1e9, quietMs: 200 });
        const sent: Print[] = [];
        const told: Print[] = [];
        let volume = before;
        let second = 1;
        let nowMs = 0;
        const send = (one: Print, again: boolean): void => {
          sent.push(one);
          volume += one.size;
          told.push(...settler.print(one, nowMs));
          if (again) told.push(...settler.print(one, nowMs));
          told.push(...settler.total(volume, nowMs));
        };
        for (const { wait, lots, repeats, rests } of tape) {
          second += wait;
          const again = repeats === 0 && sent.length > 0;
          if (again) repeated += 1;
          send(print(second, lots * 100), again);
          if (rests) nowMs += 250;
          told.push(...settler.expire(nowMs));
        }
        told.push(...settler.expire(nowMs + 250));
        expect(told).toEqual(sent);
        expect(settler.unproven).toBe(0);
      }),
      { seed: 20261125, numRuns: 2_000 },
    );
    expect(repeated).toBeGreaterThan(1_000);
  });

  test('with totals that lag behind by changing numbers of trades, no trade is lost', () => {
    const lagsOf = fc
      .array(fc.integer({ min: 0, max: 2 }), { minLength: 2, maxLength: 9 })
      .filter((lags) => new Set(lags).size > 1);
    fc.assert(
      fc.property(steps, lagsOf, (tape, lags) => {
        const settler = new RepeatSettler({ waitMs: 1e9, quietMs: 200 });
        const volumes = [0];
        let told = 0;
        let second = 1;
        let nowMs = 0;
        tape.forEach(({ wait, lots }, i) => {
          second += wait;
          nowMs += 30;
          volumes.push((volumes.at(-1) ?? 0) + lots * 100);
          told += settler.print(print(second, lots * 100), nowMs).length;
          const known = Math.max(0, volumes.length - 1 - (lags[i % lags.length] ?? 0));
          told += settler.total(volumes[known] ?? 0, nowMs).length;
          told += settler.expire(nowMs).length;
        });
        // At rest the total catches up.
        told += settler.total(volumes.at(-1) ?? 0, nowMs).length;
        told += settler.expire(nowMs + 250).length;
        told += settler.reset().length;
        expect({ lost: tape.length - told, dropped: settler.dropped }).toEqual({ lost: 0, dropped: 0 });
      }),
      { seed: 20261125, numRuns: 2_000 },
    );
  });
});
