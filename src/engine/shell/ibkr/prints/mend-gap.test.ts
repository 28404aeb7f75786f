import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { instant } from '../../../core/types.ts';
import { GapMender } from './mend-gap.ts';
import type { Print } from './print.ts';

const print = (second: number, price = 100, size = 100, venue = 'ARCA'): Print => ({
  sourceAt: instant(second * 1_000),
  price,
  size,
  venue,
});

describe('a stream of prints that breaks off', () => {
  test('tells each live print at once while nothing is missing', () => {
    const mender = new GapMender();
    expect(mender.live(print(1))).toEqual([print(1)]);
    expect(mender.live(print(1))).toEqual([print(1)]);
    expect(mender.mending).toBe(false);
  });

  test('has no past to ask for before the first print', () => {
    const mender = new GapMender();
    expect(mender.interrupted()).toBeNull();
    expect(mender.live(print(5))).toEqual([print(5)]);
  });

  test('asks from a second before the newest print, for one may have come late', () => {
    const mender = new GapMender();
    mender.live(print(7));
    expect(mender.interrupted()).toBe(instant(6_000));
  });

  test('counts equal prints: three of the past, two of them heard, is one that was missed', () => {
    const mender = new GapMender();
    mender.live(print(7));
    mender.live(print(7));
    mender.interrupted();
    expect(mender.past([print(7), print(7), print(7), print(8)], instant(8_000))).toEqual([print(7), print(8)]);
  });

  test('tells what came meanwhile after what was missed, and once', () => {
    const mender = new GapMender();
    mender.live(print(7));
    mender.interrupted();
    expect(mender.live(print(9, 101))).toEqual([]);
    expect(mender.live(print(10, 102))).toEqual([]);
    expect(mender.past([print(7), print(8), print(9, 101)], instant(9_000))).toEqual([
      print(8),
      print(9, 101),
      print(10, 102),
    ]);
    expect(mender.mending).toBe(false);
  });

  test('a gap within one second of equal prints neither loses nor doubles one', () => {
    const mender = new GapMender();
    mender.live(print(7));
    mender.interrupted();
    mender.live(print(7));
    expect(mender.past([print(7), print(7)], instant(7_000))).toEqual([print(7)]);
  });

  test('one more copy of what the past has was sent twice; what it lacks was traded', () => {
    const mender = new GapMender();
    mender.live(print(7));
    mender.interrupted();
    mender.live(print(8));
    mender.live(print(8));
    mender.live(print(8, 101));
    expect(mender.past([print(7), print(8)], instant(9_000))).toEqual([print(8), print(8, 101)]);
  });

  test('gives out what it held when the past cannot be had', () => {
    const mender = new GapMender();
    mender.live(print(7));
    mender.interrupted();
    mender.live(print(9));
    expect(mender.giveUp()).toEqual([print(9)]);
    expect(mender.past([print(8)], instant(8_000))).toEqual([]);
  });

  test('a live print that the past has told already is not told again, however late it comes', () => {
    const mender = new GapMender();
    mender.live(print(7));
    mender.interrupted();
    expect(mender.past([print(7), print(8)], instant(9_000))).toEqual([print(8)]);
    expect(mender.live(print(8))).toEqual([]);
    expect(mender.live(print(8))).toEqual([print(8)]);
  });

  test('whatever is cut out of a tape, and however far the past reaches into what came after, each trade is told once', () => {
    const step = fc.tuple(
      fc.integer({ min: 0, max: 2 }),
      fc.integer({ min: 0, max: 1 }),
      fc.integer({ min: 1, max: 2 }),
    );
    const arbitrary = fc.record({
      steps: fc.array(step, { minLength: 3, maxLength: 60 }),
      cut: fc.integer({ min: 1, max: 58 }),
      lost: fc.integer({ min: 0, max: 30 }),
      reachSeconds: fc.integer({ min: 0, max: 30 }),
      heldBefore: fc.integer({ min: 0, max: 20 }),
    });
    fc.assert(
      fc.property(arbitrary, ({ steps, cut, lost, reachSeconds, heldBefore }) => {
        let second = 10;
        const tape = steps.map(([wait, up, lots]) => {
          second += wait;
          return print(second, 100 + up, lots * 100);
        });
        const heard = tape.slice(0, Math.min(cut, tape.length - 1));
        const after = tape.slice(heard.length + lost);
        const mender = new GapMender();
        const told = heard.flatMap((one) => [...mender.live(one)]);
        const from = mender.interrupted() ?? 0;
        // The past is asked once the second of the first live print is over, and told while others come.
        const firstAt = after[0]?.sourceAt ?? second * 1_000;
        const through = instant(firstAt + reachSeconds * 1_000);
        for (const one of after.slice(0, heldBefore)) told.push(...mender.live(one));
        told.push(
          ...mender.past(
            tape.filter(({ sourceAt }) => sourceAt >= from && sourceAt <= through),
            through,
          ),
        );
        for (const one of after.slice(heldBefore)) told.push(...mender.live(one));
        expect(told).toEqual(tape);
      }),
      { seed: 20261125, numRuns: 3_000 },
    );
  });
});
