import { expect, test } from 'bun:test';
import { SANDBOX_SCENARIOS } from '../config.ts';
import { SCENARIO_NAMES } from '../sandbox/market/seeded/scenarios/scenarios.ts';

test('SANDBOX_SCENARIO takes exactly the scenarios that the seeded market has', () => {
  expect<readonly string[]>(SCENARIO_NAMES).toEqual(SANDBOX_SCENARIOS);
});
