import { describe, expect, test } from 'bun:test';
import { type AccessFacts, accessUntil, LATE_WORD_MS } from './access-until.ts';

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 10, 1, 12);
const END = Date.UTC(2026, 11, 1, 12);
const POLICY = { graceDays: 7 };

const paid: AccessFacts = {
  status: 'active',
  currentPeriodStart: new Date(START),
  currentPeriodEnd: new Date(END),
  cancelAtPeriodEnd: false,
  cancelAt: null,
  pastDueSince: null,
  everPaid: true,
  takenBack: false,
};
const until = (change: Partial<AccessFacts>, graceDays = POLICY.graceDays): number | null =>
  accessUntil({ ...paid, ...change }, { graceDays })?.getTime() ?? null;

describe('what a subscription entitles to', () => {
  test('while it renews: its period, and the time that word of the renewal may take', () => {
    expect(until({})).toBe(END + LATE_WORD_MS);
    expect(until({ status: 'trialing' })).toBe(END + LATE_WORD_MS);
  });

  test('waiting for word never gives more than the grace that a failed renewal would get', () => {
    expect(until({}, 1)).toBe(END + DAY_MS);
    expect(until({}, 0)).toBe(END);
  });

  test('cancelled at the period’s end: to the last second of it and no further', () => {
    expect(until({ cancelAtPeriodEnd: true })).toBe(END);
    expect(until({ cancelAtPeriodEnd: true, cancelAt: new Date(END) })).toBe(END);
  });

  test('cancelled at a date: to that second, before or after the period’s end', () => {
    expect(until({ cancelAt: new Date(START + 3 * DAY_MS) })).toBe(START + 3 * DAY_MS);
    expect(until({ cancelAt: new Date(END + 3_600_000) })).toBe(END + 3_600_000);
    // A later date leaves renewals in between.
    expect(until({ cancelAt: new Date(END + 60 * DAY_MS) })).toBe(END + LATE_WORD_MS);
  });

  test('a missed payment is borne with for the grace, counted from when it was due', () => {
    const missed = { status: 'past_due', pastDueSince: new Date(START) } as const;
    expect(until(missed)).toBe(START + 7 * DAY_MS);
    expect(until(missed, 0)).toBe(START);
    expect(until({ ...missed, pastDueSince: null })).toBe(START + 7 * DAY_MS);
    expect(until({ ...missed, cancelAt: new Date(START + DAY_MS) })).toBe(START + DAY_MS);
  });

  test('whoever has never paid gets no grace', () => {
    expect(until({ status: 'past_due', pastDueSince: new Date(START), everPaid: false })).toBeNull();
  });

  test.each(['incomplete', 'incomplete_expired', 'unpaid', 'canceled', 'paused'] as const)('%s: nothing', (status) => {
    expect(until({ status })).toBeNull();
  });

  test('a payment that was taken back: nothing, whatever else', () => {
    for (const status of ['active', 'past_due', 'trialing'] as const)
      expect(until({ status, takenBack: true })).toBeNull();
  });
});
