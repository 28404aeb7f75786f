import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { contractId, type OptionContract, parseContractId } from '../market/contract.ts';
import type { SessionDate } from '../types.ts';
import { ladderStop, rungNumber } from './ladder.ts';
import { roundDownToTick, roundUpToTick, tickBelow, tickCents } from './tick.ts';

const SEED = Number(process.env['SEED'] ?? 15);

const option = (root: string): OptionContract => {
  const contract = parseContractId(contractId(root, '2026-08-20' as SessionDate, 'C', 600));
  if (!contract) throw new Error('does not parse');
  return contract;
};
const SPY = option('SPY');
const SPX = option('SPXW');

describe('the tick', () => {
  test('is a cent for SPY, a nickel below 3.00 and a dime from there for a class not known to be finer', () => {
    expect([tickCents(SPY, 5), tickCents(SPX, 2.95), tickCents(SPX, 3)]).toEqual([1, 5, 10]);
    expect(roundUpToTick(SPX, 2.11)).toBe(2.15);
    expect(roundDownToTick(SPX, 4.19)).toBe(4.1);
    expect(roundUpToTick(SPY, 1.7)).toBe(1.7);
  });
  test('below 3.00 exactly is a nickel', () => {
    expect(tickBelow(SPX, 3)).toBe(2.95);
    expect(tickBelow(SPX, 3.1)).toBe(3);
    expect(tickBelow(SPY, 0.05)).toBe(0.04);
  });
});

describe('the ladder', () => {
  test.each([
    ['fresh', 2, 2, 1.7, 'initial'],
    ['up 10 %', 2, 2.2, 1.87, 'initial'],
    ['up 20 %', 2, 2.4, 2.04, 'break-even'],
    ['doubled', 2, 4, 3.4, 'lock-50'],
    ['tripled', 2, 6, 5.1, 'lock-100'],
    ['quadrupled', 2, 8, 6.8, 'lock-200'],
  ])('%s: entry %d, mark %d, stop %d, %s', (_what, entry, mark, stop, rung) => {
    expect(ladderStop(SPY, entry, mark, 0.013)).toEqual({ price: stop, rung });
  });

  test('once green by a fifth, covers the round trip of a cheap option as well', () => {
    // 85 % of 0.24 is 0.204: less than 0.20 and the commission.
    expect(ladderStop(SPY, 0.2, 0.24, 0.013).price).toBe(0.22);
  });

  test(`only tightens along any path of marks, and holds what each rung locks (seed ${SEED})`, () => {
    fc.assert(
      fc.property(
        fc.constantFrom(SPY, SPX),
        fc.integer({ min: 4, max: 400 }),
        fc.array(fc.double({ min: 0.5, max: 6, noNaN: true }), { minLength: 1, maxLength: 40 }),
        (contract, nickels, moves) => {
          const entry = roundUpToTick(contract, (nickels * 5) / 100);
          let mark = entry;
          let stop = 0;
          let rung = 0;
          for (const move of moves) {
            mark = Math.max(mark, roundDownToTick(contract, entry * move));
            const next = ladderStop(contract, entry, mark, 0.013);
            expect(next.price).toBeGreaterThanOrEqual(stop);
            expect(rungNumber(next.rung)).toBeGreaterThanOrEqual(rung);
            expect(next.price).toBeLessThan(mark);
            const locks = [0, 1, 1.5, 2, 3][rungNumber(next.rung)] ?? 0;
            // One tick below the mark is as tight as a stop can rest.
            const least = Math.min(entry * locks, tickBelow(contract, mark));
            expect(next.price).toBeGreaterThanOrEqual(least - 1e-9);
            const ticks = (next.price * 100) / tickCents(contract, next.price);
            expect(Math.abs(ticks - Math.round(ticks))).toBeLessThan(1e-6);
            stop = next.price;
            rung = rungNumber(next.rung);
          }
        },
      ),
      { seed: SEED, numRuns: 500 },
    );
  });
});
