import { expect } from 'bun:test';
import { playScenario } from './scenario.ts';

/** Plays a table and compares it whole. */
export const expectScenario = (table: string): void => {
  const { expected, played } = playScenario(table);
  expect(expected).toContain('>');
  expect(played).toBe(expected);
};
