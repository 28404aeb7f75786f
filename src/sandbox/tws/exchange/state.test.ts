import { afterEach, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SandboxMarket } from '../../market/types.ts';
import { DEFAULT_RULES } from './rules.ts';
import { StateFile } from './state.ts';

const folder = mkdtempSync(join(tmpdir(), 'tws-state-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const market = { source: 'seeded', description: 'seed 7' } as SandboxMarket;

test('an account is kept per market, and a file that cannot be read says so with its name and what to do', () => {
  const file = new StateFile(folder, market, DEFAULT_RULES);
  const state = file.load();
  expect(state.cash).toBe(100_000);
  state.cash = 5;
  file.save(state);
  expect(new StateFile(folder, market, DEFAULT_RULES).load()).toEqual(state);
  const other = { source: 'recorded', description: 'seed 7' } as SandboxMarket;
  expect(new StateFile(folder, other, DEFAULT_RULES).load().cash).toBe(100_000);
  const [name] = readdirSync(folder);
  if (name === undefined) throw new Error('nothing was saved');
  writeFileSync(join(folder, name), '{"cash": 1');
  expect(() => file.load()).toThrow(`${name} cannot be read as the simulated account (remove the file`);
  writeFileSync(join(folder, name), JSON.stringify({ ...state, version: 0 }));
  expect(() => file.load()).toThrow('expected version 1, got 0');
});
