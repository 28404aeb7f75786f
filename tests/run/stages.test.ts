import { afterAll, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readBrowserReport } from './browser-report.ts';
import { type TestResult, tally } from './result.ts';
import { STAGES } from './stages.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Runs one stage over a project of the given files. */
const runOn = async (
  stage: string,
  files: Readonly<Record<string, string>>,
  patterns: readonly string[] = [],
): Promise<readonly TestResult[]> => {
  const root = mkdtempSync(join(tmpdir(), 'quanticity-stage-'));
  folders.push(root);
  symlinkSync(join(import.meta.dir, '../../node_modules'), join(root, 'node_modules'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const found = STAGES.find(({ name }) => name === stage);
  if (!found) throw new Error(`no stage ${stage}`);
  return found.run({ root, env: { PATH: process.env['PATH'] ?? '', NO_COLOR: '1' }, patterns });
};

const bunTest = (body: string): string => `import { describe, expect, test, afterAll } from 'bun:test';\n${body}\n`;
const GOOD = bunTest(`test('adds "up" <so> & so', () => { expect(1 + 1).toBe(2); });`);

test('passes, failures and skips of a test file are told apart and named', async () => {
  const results = await runOn('tests', {
    'src/mixed.test.ts': bunTest(`
      describe('sums', () => {
        test('adds "up" <so> & so', () => { expect(1 + 1).toBe(2); });
        test('is wrong', () => { expect(1 + 1).toBe(3); });
        test.skipIf(true)('has no redis-server: waits', () => {});
      });`),
  });
  expect(results).toEqual([
    { name: 'src/mixed.test.ts: sums > adds "up" <so> & so', outcome: 'passed' },
    { name: 'src/mixed.test.ts: sums > is wrong', outcome: 'failed' },
    { name: 'src/mixed.test.ts: sums > has no redis-server: waits', outcome: 'skipped' },
  ]);
  expect(tally(results)).toBe('1 passed, 1 failed, 1 skipped');
});

test.each([
  ['does not load', `import './missing.ts';\n${GOOD}`],
  ['holds no test', 'export const a = 1;\n'],
  ['throws after its tests', `${GOOD}afterAll(() => { throw new Error('late'); });\n`],
  ['ends the process', `${GOOD}process.exit(0);\n`],
])('a test file that %s is a failure, beside one that passes', async (_, text) => {
  const results = await runOn('tests', { 'src/bad.test.ts': text, 'tests/good.test.ts': GOOD });
  expect(results.filter(({ outcome }) => outcome === 'failed')).not.toEqual([]);
});

test('a project without tests has failed; a filter that matches none has not run any', async () => {
  expect(await runOn('tests', { 'src/a.ts': '' })).toMatchObject([{ outcome: 'failed' }]);
  expect(await runOn('tests', { 'src/good.test.ts': GOOD }, ['elsewhere'])).toEqual([]);
  expect(await runOn('browser', { 'src/a.ts': '' })).toMatchObject([{ outcome: 'failed' }]);
});

test('a static check fails with its tool', async () => {
  const configuration = JSON.stringify({
    compilerOptions: { strict: true, noEmit: true, types: [] },
    include: ['*.ts'],
  });
  expect(await runOn('types', { 'tsconfig.json': configuration, 'a.ts': 'export const a: string = 1;' })).toMatchObject(
    [{ outcome: 'failed' }],
  );
  expect(await runOn('types', { 'tsconfig.json': configuration, 'a.ts': 'export const a = 1;' })).toMatchObject([
    { outcome: 'passed' },
  ]);
});

test('without a Chromium, browser tests are skipped by name', async () => {
  const results = await runOn('browser', {
    'playwright.config.ts': `export default { testDir: 'tests/browser', testMatch: '**/*.e2e.ts' };`,
    'tests/browser/a.e2e.ts': `import { test } from 'playwright/test';\ntest.describe('page', () => { test('opens', () => {}); });`,
  });
  expect(results).toEqual([
    { name: 'tests/browser/a.e2e.ts: page > opens', outcome: 'skipped', reason: 'no Chromium' },
  ]);
});

test('in a report of the browser tests, flaky has failed, a skip keeps its reason, and an error outside of tests counts', () => {
  const spec = (title: string, status: string, annotations: unknown[] = []) => ({
    title,
    file: 'a.e2e.ts',
    tests: [{ status, annotations }],
  });
  const specs = [
    spec('fine', 'expected'),
    spec('now and then', 'flaky'),
    spec('later', 'skipped', [{ type: 'skip', description: 'needs a key' }]),
  ];
  const report = { suites: [{ title: 'a.e2e.ts', specs, suites: [] }], errors: [{ message: 'boom' }] };
  expect(readBrowserReport(JSON.stringify(report))).toEqual([
    { name: 'tests/browser/a.e2e.ts: fine', outcome: 'passed' },
    { name: 'tests/browser/a.e2e.ts: now and then', outcome: 'failed' },
    { name: 'tests/browser/a.e2e.ts: later', outcome: 'skipped', reason: 'needs a key' },
    { name: 'tests/browser: boom', outcome: 'failed' },
  ]);
});
