import { afterEach, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instant } from '../../engine/core/types.ts';
import { keepClock, resumeAnchor } from './clock-file.ts';
import { createMarket } from './create-market.ts';

const folders: string[] = [];
const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'clock-file-'));
  folders.push(path);
  return path;
};
afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true });
});

test('a market that never ran has nothing to resume, nor has one whose file a crash cut off', () => {
  const dataDir = folder();
  expect(resumeAnchor(dataDir, 'seeded', 1)).toBeNull();
  writeFileSync(join(dataDir, 'sandbox-clock.json'), '{"seeded": 17');
  expect(resumeAnchor(dataDir, 'seeded', 1)).toBeNull();
});

test('each market resumes past the last moment that it may have shown', () => {
  const dataDir = folder();
  keepClock(dataDir, 'seeded', () => instant(1_000_000))();
  keepClock(dataDir, 'AMZN', () => instant(5))();
  expect(resumeAnchor(dataDir, 'seeded', 60)).toBe(instant(1_000_000 + 3000 * 60));
  expect(resumeAnchor(dataDir, 'AMZN', 1)).toBe(instant(3005));
  expect(JSON.parse(readFileSync(join(dataDir, 'sandbox-clock.json'), 'utf8'))).toEqual({ seeded: 1_000_000, AMZN: 5 });
});

test('market time does not go back over restarts, and begins at ten on the latest session', async () => {
  const dataDir = folder();
  let wall = 0;
  const options = {
    seed: 1,
    speed: 10,
    recordings: [],
    symbols: ['SPY'],
    dataDir,
    today: '2026-11-22',
    wallNow: () => wall,
  };
  const first = await createMarket(options);
  if (!first.ok) throw new Error(first.problems.join());
  expect(new Date(first.market.now()).toISOString()).toBe('2026-11-20T15:00:00.000Z');
  first.market.start();
  wall = 60_000;
  const shown = first.market.now();
  first.market.stop();
  wall = 1_000_000;
  const second = await createMarket(options);
  if (!second.ok) throw new Error(second.problems.join());
  expect(second.market.now()).toBeGreaterThan(shown);
  expect(second.market.now() - shown).toBeLessThan(60_000);
});
