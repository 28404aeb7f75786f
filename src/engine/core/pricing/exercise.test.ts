import { expect, test } from 'bun:test';
import { exerciseStyleOf } from './exercise.ts';

test.each([
  ['SPX', 'european'],
  ['SPXW', 'european'],
  ['XSP', 'european'],
  ['NDXP', 'european'],
  ['VIX', 'european'],
  ['SPY', 'american'],
  ['QQQ', 'american'],
  ['AAPL', 'american'],
  ['OEX', 'american'],
  ['XEO', 'european'],
] as const)('options of root %s are %s', (root, style) => {
  expect(exerciseStyleOf(root)).toBe(style);
});
