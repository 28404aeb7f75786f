import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileQuarantine } from './file-quarantine.ts';
import { listQuarantined, readQuarantined } from './quarantine-files.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
const START = Date.parse('2026-11-25T15:00:00Z');
const fresh = (bounds = {}) => {
  const folder = join(mkdtempSync(join(tmpdir(), 'quarantine test ')), 'deep');
  folders.push(folder);
  const clock = { now: START };
  const open = () => createFileQuarantine({ folder, wallNow: () => clock.now, log: () => {}, bounds });
  return { folder, clock, open, quarantine: open() };
};

test('a payload is kept byte for byte, with its feed, reason and time', async () => {
  const { folder, quarantine } = fresh();
  const payload = new Uint8Array([0, 10, 255, 123, 10, 13]);
  quarantine.keep('alphavantage.options', 'no "data"\nat all', payload);
  payload.fill(7);
  await quarantine.settled();
  const [head] = listQuarantined(folder);
  expect(head).toMatchObject({
    at: '2026-11-25T15:00:00.000Z',
    feed: 'alphavantage.options',
    reason: 'no "data"\nat all',
    bytes: 6,
    alikeBefore: 0,
  });
  expect([...(readQuarantined(folder, head?.id ?? '')?.payload ?? [])]).toEqual([0, 10, 255, 123, 10, 13]);
  expect(readQuarantined(folder, '../elsewhere')).toBeNull();
});

test('alike payloads are kept once a minute and counted in between; another shape or reason is kept at once', async () => {
  const { folder, clock, quarantine } = fresh();
  for (let n = 0; n < 100; n += 1) quarantine.keep('alphavantage.bars', 'bad', `{"price": ${n}.5, "name": "n${n}"}`);
  quarantine.keep('alphavantage.bars', 'bad', '{"other": 1}');
  quarantine.keep('alphavantage.bars', 'worse', '{"price": 1, "name": ""}');
  quarantine.keep('alphavantage.news', 'bad', '{"price": 1, "name": ""}');
  await quarantine.settled();
  expect(listQuarantined(folder)).toHaveLength(4);
  expect(quarantine.counts()).toEqual({ kept: 4, alike: 99, dropped: 0 });
  clock.now += 60_000;
  quarantine.keep('alphavantage.bars', 'bad', '{"price": 7, "name": "again"}');
  await quarantine.settled();
  expect(listQuarantined(folder)[0]).toMatchObject({ reason: 'bad', alikeBefore: 99 });
});

test('files and bytes are bounded, also over a restart: the oldest go first', async () => {
  const { folder, clock, open, quarantine } = fresh({ filesMax: 5, bytesMax: 2_000 });
  const keepOne = (target: typeof quarantine, n: number, size: number): void => {
    clock.now += 1_000;
    target.keep('ibkr.quotes', `reason ${n}`, 'x'.repeat(size));
  };
  for (let n = 0; n < 9; n += 1) keepOne(quarantine, n, 10);
  await quarantine.settled();
  const reasons = (): string[] => listQuarantined(folder).map(({ reason }) => reason);
  expect(reasons()).toEqual([8, 7, 6, 5, 4].map((n) => `reason ${n}`));
  const again = open();
  keepOne(again, 9, 1_500);
  await again.settled();
  expect(reasons().length).toBeLessThan(5);
  expect(reasons()[0]).toBe('reason 9');
  keepOne(again, 10, 3_000);
  await again.settled();
  expect(again.counts().dropped).toBe(1);
  expect(reasons()[0]).toBe('reason 9');
});

test('a folder that cannot be written loses payloads, says so once, and throws nothing', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'quarantine test '));
  folders.push(parent);
  const folder = join(parent, 'taken');
  writeFileSync(folder, 'a file where the folder should be');
  const said: string[] = [];
  const quarantine = createFileQuarantine({
    folder,
    wallNow: () => START,
    log: (level, message) => level === 'error' && said.push(message),
  });
  quarantine.keep('ibkr.quotes', 'one', 'payload');
  quarantine.keep('ibkr.quotes', 'two', 'payload');
  await quarantine.settled();
  expect(quarantine.counts().dropped).toBe(2);
  expect(said).toHaveLength(2);
});

test('a storm of large payloads is dropped past what may wait, not piled up', async () => {
  const { folder, quarantine } = fresh({ pendingBytesMax: 10_000 });
  for (let n = 0; n < 50; n += 1) quarantine.keep('ibkr.quotes', `reason ${n}`, 'y'.repeat(1_000));
  expect(quarantine.counts().dropped).toBeGreaterThan(35);
  await quarantine.settled();
  expect(readdirSync(folder)).toHaveLength(quarantine.counts().kept);
});
