import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MarketInput } from '../../core/inputs.ts';
import { createCalendarFeed, parseCalendarFile, readCalendarFile } from './calendar-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'calendar-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const problems = (json: unknown): readonly string[] => {
  const read = parseCalendarFile(typeof json === 'string' ? json : JSON.stringify(json));
  return read.ok ? [] : read.problems;
};

test('closures and early closes come out of JSON, either of them may be missing', () => {
  const read = parseCalendarFile('{"closures": {"2026-12-09": "National day of mourning"}}');
  expect(read.ok && read.overrides).toEqual({
    closures: { '2026-12-09': 'National day of mourning' },
    earlyCloses: {},
  });
});

test('every problem is named at once, with what was expected', () => {
  expect(problems({ closures: { '2026-02-30': 'x', '2026-12-09': '' }, earlyCloses: [], holidays: {} })).toEqual([
    '"holidays" is unknown, expected "closures" or "earlyCloses"',
    'closures: "2026-02-30" is no day of the calendar, expected YYYY-MM-DD',
    'closures: "2026-12-09" has no reason, expected words such as "National day of mourning"',
    'earlyCloses: expected an object of dates with reasons',
  ]);
  expect(problems('{')[0]).toStartWith('expected JSON: ');
  expect(problems([])).toEqual(['expected an object with "closures" and "earlyCloses"']);
  const missing = readCalendarFile(join(folder, 'nowhere.json'));
  expect(missing.ok ? '' : missing.problems[0]).toContain('nowhere.json');
});

test('a change of the file is an input; a broken file changes nothing until it is mended', async () => {
  const path = join(folder, 'calendar.json');
  const write = (closures: object): void => writeFileSync(path, JSON.stringify({ closures }));
  const told: MarketInput[] = [];
  const logged: string[] = [];
  const until = async (what: string, done: () => boolean): Promise<void> => {
    for (const startedAt = Date.now(); !done(); await Bun.sleep(5))
      if (Date.now() - startedAt > 10_000) throw new Error(`never came: ${what}`);
  };
  write({});
  const first = readCalendarFile(path);
  const feed = createCalendarFeed(
    path,
    first.ok ? first.text : '',
    (level, message) => logged.push(`${level} ${message}`),
    5,
  );
  await feed.start((input) => told.push(structuredClone(input)));
  await Bun.sleep(50);
  expect(told).toEqual([]);
  writeFileSync(path, '{ not JSON');
  await until('the complaint', () => logged.length > 0);
  await Bun.sleep(50);
  expect([told.length, logged.length]).toEqual([0, 1]);
  write({ '2026-12-09': 'mourning' });
  await until('the change', () => told.length > 0);
  await feed.stop();
  expect(told).toEqual([{ kind: 'calendar.seen', closures: { '2026-12-09': 'mourning' }, earlyCloses: {} }]);
  write({});
  await Bun.sleep(50);
  expect(told).toHaveLength(1);
});
