import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { contractId } from '../engine/core/market/contract.ts';
import type { SessionDate, SignalEvent, SignalOutcome } from '../engine/index.ts';
import { exampleSignal } from '../engine/testing/example-signal.ts';
import { redact, roundedStrike, type View } from './redact.ts';
import { modeWording, wording } from './wording.ts';

const seed = Date.now() % 2_147_483_647;
console.log(`redaction property seed ${seed}`);

const OUTCOMES: readonly SignalOutcome[] = [
  'stopped',
  'closed-by-operator',
  'closed-at-session-end',
  'not-filled',
  'refused-by-broker',
];

const price = fc.integer({ min: 5, max: 99_999 }).map((cents) => cents / 100);

const anyEvent = fc
  .record({
    change: fc.constantFrom('new', 'updated', 'closed'),
    direction: fc.constantFrom('bullish', 'bearish'),
    mode: fc.constantFrom('simulated', 'paper', 'live'),
    right: fc.constantFrom('C', 'P'),
    strike: fc.integer({ min: 1, max: 13_000 }).map((halves) => halves / 2),
    quantity: fc.integer({ min: 1, max: 500 }),
    entryPrice: price,
    stopPrice: price,
    targetPrice: price,
    exitPrice: fc.option(price),
    returnPercent: fc.option(fc.double({ min: -100, max: 900, noNaN: true })),
    update: fc.constantFrom('filled', 'stop-raised'),
    outcome: fc.constantFrom(...OUTCOMES),
  } as const)
  .map(({ right, strike, change, update, outcome, exitPrice, returnPercent, ...rest }): SignalEvent => {
    const contract = {
      ...exampleSignal().contract,
      id: contractId('SPY', '2026-11-20' as SessionDate, right, strike),
      right,
      strike,
    };
    const closed = change === 'closed';
    return exampleSignal({
      ...rest,
      contract,
      change,
      update: change === 'updated' ? update : null,
      outcome: closed ? outcome : null,
      exitPrice: closed ? exitPrice : null,
      returnPercent: closed ? returnPercent : null,
    });
  });

/** Every number in what a tier is handed: field values and words alike. */
const numbersIn = (view: View): string[] =>
  `${JSON.stringify(view)} ${wording(view)} ${modeWording(view)}`.match(/\d+(?:\.\d+)?/g) ?? [];

describe('redaction', () => {
  test('says the brief’s three examples to the letter', () => {
    const words = (['premium', 'basic', 'free'] as const).map((tier) => {
      const view = redact(exampleSignal(), tier);
      return view && wording(view);
    });
    expect(words).toEqual([
      'BUY SPY 440C @ 2.50, Stop @ 2.10, Target 5.00',
      'BUY SPY Calls around 440 strike, trailing stop active',
      'Bullish SPY setup triggered, premium members entered calls',
    ]);
  });

  test('Basic holds one number, the rounded strike, and Free none', () => {
    let updates = 0;
    fc.assert(
      fc.property(anyEvent, (event) => {
        const basic = redact(event, 'basic');
        const free = redact(event, 'free');
        if (basic === null) throw new Error('Basic may know of every kind of event');
        expect(new Set(numbersIn(basic))).toEqual(new Set([String(roundedStrike(event.contract.strike))]));
        if (free === null) {
          updates += 1;
          expect(event.change).toBe('updated');
        } else expect(numbersIn(free)).toEqual([]);
      }),
      { seed, numRuns: 500 },
    );
    expect(updates).toBeGreaterThan(50);
  });

  test('lower views depend on nothing that they must not tell: events that differ only there look alike', () => {
    fc.assert(
      fc.property(anyEvent, anyEvent, (event, other) => {
        const secrets = {
          quantity: other.quantity,
          entryPrice: other.entryPrice,
          stopPrice: other.stopPrice,
          targetPrice: other.targetPrice,
          marketAt: other.marketAt,
          triggeredBy: ['something else'],
          riskFactors: [],
          exitPrice: event.exitPrice === null ? null : other.entryPrice,
          signalId: 'another' as never,
          version: event.version + 1,
        };
        const sibling = { ...event, ...secrets };
        for (const tier of ['basic', 'free'] as const) expect(redact(sibling, tier)).toEqual(redact(event, tier));
        const elsewhere = { ...sibling, contract: { ...event.contract, strike: event.contract.strike + 1_000 } };
        expect(redact(elsewhere, 'free')).toEqual(redact(event, 'free'));
      }),
      { seed, numRuns: 300 },
    );
  });

  test('strikes are rounded to a grid that hides about five neighbours', () => {
    expect([0.5, 12.5, 27.5, 99, 440, 442.4, 442.5, 998, 4_505, 4_512.5, 19_950].map(roundedStrike)).toEqual([
      1, 13, 30, 100, 440, 440, 445, 1_000, 4_500, 4_525, 20_000,
    ]);
    expect(() => roundedStrike(Number.NaN)).toThrow('expected a number');
  });

  test('every change is worded for each tier that may know it', () => {
    const say = (changes: Partial<SignalEvent>): (string | null)[] =>
      (['premium', 'basic', 'free'] as const).map((tier) => {
        const view = redact(exampleSignal(changes), tier);
        return view && wording(view);
      });
    expect(say({ change: 'updated', update: 'filled' })).toEqual([
      'FILLED SPY 440C @ 2.50, Stop @ 2.10, Target 5.00',
      'FILLED SPY Calls around 440 strike, trailing stop active',
      null,
    ]);
    expect(say({ change: 'updated', update: 'stop-raised', stopPrice: 3 })).toEqual([
      'STOP RAISED SPY 440C, Stop @ 3.00, Target 5.00',
      'SPY Calls around 440 strike, trailing stop raised',
      null,
    ]);
    expect(say({ change: 'closed', outcome: 'stopped', exitPrice: 3.1, returnPercent: 23.97 })).toEqual([
      'CLOSED SPY 440C @ 3.10, return +24.0%, stopped out',
      'CLOSED SPY Calls around 440 strike, stopped out with a gain',
      'SPY setup closed',
    ]);
    expect(say({ change: 'closed', outcome: 'not-filled' })).toEqual([
      'CLOSED SPY 440C, never filled',
      'CLOSED SPY Calls around 440 strike, never filled',
      'SPY setup ended without an entry',
    ]);
  });
});
