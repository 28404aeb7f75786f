import { describe, expect, test } from 'bun:test';
import { hashOf } from '../../src/engine/core/hash.ts';
import { newYorkInstant } from '../../src/engine/core/market/calendar.ts';
import type { SessionDate } from '../../src/engine/core/types.ts';
import { viewOf } from '../../src/engine/core/view-of.ts';
import { runSandboxDay } from '../support/sandbox-day.ts';

const DATE = '2026-11-19' as SessionDate;

describe('the 0DTE gamma strategy on the seeded market', () => {
  test('trades several times in an hour, with every fill protected and every signal told to its end', () => {
    const day = runSandboxDay({
      seed: 1,
      from: newYorkInstant(DATE, '14:00:00'),
      until: newYorkInstant(DATE, '15:00:00'),
      limits: { signalCooldownMs: 120_000 },
    });
    expect(day.events).toBeGreaterThan(50_000);
    const told = day.outputs.flatMap(({ output }) => (output.kind === 'signal.told' ? [output.signal] : []));
    const opened = told.filter(({ change }) => change === 'new');
    const closed = told.filter(({ change }) => change === 'closed');
    expect(opened.length).toBeGreaterThanOrEqual(3);
    expect(closed.length).toBeGreaterThanOrEqual(opened.length - 1);
    for (const signal of opened) {
      expect(signal.contract.expiry).toBe(DATE);
      expect(signal.contract.right).toBe(signal.direction === 'bullish' ? 'C' : 'P');
      expect(signal.stopPrice).toBeLessThan(signal.entryPrice);
      expect(signal.stopPrice).toBeGreaterThanOrEqual(signal.entryPrice * 0.85 - 1e-9);
      expect(signal.targetPrice).toBeGreaterThan(signal.entryPrice);
      expect(signal.triggeredBy).toContain('gamma-concentration');
    }
    const stops = day.outputs.filter(
      ({ output }) => output.kind === 'order.place' && output.ticket.purpose === 'protective-stop',
    );
    expect(stops.length).toBeGreaterThanOrEqual(opened.length - 1);
    for (const position of viewOf(day.state, newYorkInstant(DATE, '15:00:00')).positions) {
      expect(position.stopQuantity).toBe(position.quantity);
    }
    // A shift of gamma exposure is the market's doing; anything else would be ours or a feed's.
    expect([...day.state.anomalyCounts.keys()].filter((name) => name !== 'gex')).toEqual([]);
    expect(day.state.internalErrors).toBe(0);
  }, 60_000);

  test('decides the same twice', () => {
    const options = {
      seed: 2,
      from: newYorkInstant(DATE, '10:00:00'),
      until: newYorkInstant(DATE, '10:20:00'),
      limits: { signalCooldownMs: 60_000 },
    };
    const [first, second] = [runSandboxDay(options), runSandboxDay(options)];
    expect(first.outputs.length).toBeGreaterThan(0);
    expect(hashOf(second.outputs)).toBe(hashOf(first.outputs));
    expect(hashOf(second.state)).toBe(hashOf(first.state));
  }, 60_000);
});
