import { describe, expect, test } from 'bun:test';
import { nextOrderState, ORDER_EVENTS, ORDER_STATES } from './order.ts';

const TERMINAL = ['filled', 'cancelled', 'refused', 'never-arrived'];

describe('the order table', () => {
  test('has a move for every state and event', () => {
    expect(ORDER_STATES.length * ORDER_EVENTS.length).toBe(110);
    for (const state of ORDER_STATES) {
      for (const event of ORDER_EVENTS) expect(ORDER_STATES).toContain(nextOrderState(state, event));
    }
  });
  test('lets nothing change an order that is filled', () => {
    for (const event of ORDER_EVENTS) expect(nextOrderState('filled', event)).toBe('filled');
  });
  test('takes lost contact as doubt where the broker has not acknowledged, and as nothing where it has', () => {
    expect(nextOrderState('intended', 'contact-lost')).toBe('unknown');
    expect(nextOrderState('sent', 'contact-lost')).toBe('unknown');
    expect(nextOrderState('acknowledged', 'contact-lost')).toBe('acknowledged');
  });
  test('ends an unknown order by evidence only', () => {
    for (const event of ['sent', 'unknown', 'contact-lost'] as const) {
      expect(nextOrderState('unknown', event)).toBe('unknown');
    }
    expect(nextOrderState('unknown', 'absent')).toBe('never-arrived');
    expect(nextOrderState('unknown', 'found')).toBe('acknowledged');
  });
  test('brings an ended order back only when the broker shows it working or filled', () => {
    for (const state of TERMINAL) {
      for (const event of ORDER_EVENTS) {
        const next = nextOrderState(state as (typeof ORDER_STATES)[number], event);
        if (!TERMINAL.includes(next)) {
          expect(['working', 'cancelling', 'part-filled', 'found']).toContain(event);
        }
      }
    }
  });
});
