import { expect, test } from 'bun:test';
import {
  createImpliedCorrelation,
  impliedCorrelationView,
  onImpliedCorrelationIndex,
  onImpliedCorrelationMember,
} from '../analytics/cross-asset/implied-correlation.ts';
import { instant, type SessionDate } from '../types.ts';
import { SP500_WEIGHTS, weightsConfidence } from './index-weights.ts';
import { isListingVenue } from './listing.ts';

const DAY_MS = 86_400_000;
/** Midnight of the table's day in New York. */
const TABLE_AT = Date.UTC(2025, 8, 24, 4);

test('the table names its day and source, and its seven names are enough of the index to speak of it', () => {
  expect(SP500_WEIGHTS.asOf).toBe('2025-09-24' as SessionDate);
  expect(SP500_WEIGHTS.source).toContain('24 September 2025');
  const sum = Object.values(SP500_WEIGHTS.weights).reduce((total, weight) => total + weight, 0);
  expect(Object.keys(SP500_WEIGHTS.weights)).toHaveLength(7);
  expect(sum).toBeCloseTo(0.3467, 10);
});

test.each([
  [-1, 0],
  [0, 1],
  [92, 1],
  [92 + 365, 2 / 3],
  [92 + 3 * 365, 0],
  [10_000, 0],
])('weights of %d days ago are believed to %d', (days, confidence) => {
  expect(weightsConfidence(SP500_WEIGHTS, TABLE_AT + days * DAY_MS)).toBeCloseTo(confidence, 10);
});

test('an implied correlation of old weights is told with less confidence, and with their day', () => {
  const at = instant(TABLE_AT + (92 + 365) * DAY_MS);
  const state = createImpliedCorrelation(SP500_WEIGHTS.weights, SP500_WEIGHTS);
  onImpliedCorrelationIndex(state, 0.15, at);
  for (const symbol of Object.keys(SP500_WEIGHTS.weights)) onImpliedCorrelationMember(state, symbol, 0.3, at);
  const view = impliedCorrelationView(state, at);
  expect(view.weightsAsOf).toBe('2025-09-24' as SessionDate);
  expect(view.correlation).toMatchObject({ basis: 'chain-quotes' });
  expect(view.correlation.value === null ? 0 : view.correlation.confidence).toBeCloseTo((0.3467 * 2) / 3, 6);
});

test.each([
  ['SPY', 'ARCA', true],
  ['SPY', 'NASDAQ', false],
  ['AAPL', 'NASDAQ', true],
  ['AAPL', 'ISLAND', true],
  ['AAPL', 'ARCA', false],
  ['F', 'NYSE', true],
])('a print of %s on %s can be of its closing auction: %p', (symbol, venue, expected) => {
  expect(isListingVenue(symbol, venue)).toBe(expected);
});
