import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Files that break one lint rule each, so that a rule which has been silenced or misspelt is noticed. */
const BROKEN: readonly (readonly [path: string, rule: string, code: string])[] = [
  ['src/engine/core/a.ts', 'noRestrictedImports', "import fs from 'node:fs'; export const a = fs;"],
  ['src/engine/core/b.ts', 'noRestrictedImports', "import type { Hono } from 'hono'; export type A = Hono;"],
  ['src/engine/core/c.ts', 'noRestrictedImports', "import { x } from '../../db/ledger.ts'; export const a = x;"],
  ['src/engine/core/d.ts', 'noRestrictedGlobals', 'export const a = Date.now();'],
  ['src/engine/core/e.ts', 'noRestrictedGlobals', 'export const a = setTimeout(() => {}, 1);'],
  ['src/engine/core/f.ts', 'noRestrictedGlobals', 'export const a = performance.now();'],
  ['src/engine/core/g.ts', 'noRestrictedGlobals', "export const a = fetch('x');"],
  ['src/engine/ports/a.ts', 'noRestrictedImports', "import { x } from '../shell/runner.ts'; export const a = x;"],
  ['src/engine/shell/tape/a.ts', 'noRestrictedImports', "import { x } from '../../testing/a.ts'; export const a = x;"],
  ['src/db/a.ts', 'noRestrictedImports', "import { x } from '../web/a.ts'; export const a = x;"],
  ['src/billing/a.ts', 'noRestrictedImports', "import { x } from '../engine/index.ts'; export const a = x;"],
  ['src/distribution/a.ts', 'noRestrictedImports', "import { x } from '../web/a.ts'; export const a = x;"],
  ['src/reports/a.ts', 'noRestrictedImports', "import { x } from '../sandbox/a.ts'; export const a = x;"],
  ['src/web/a.ts', 'noRestrictedImports', "import type { x } from '../engine/core/types.ts'; export type A = x;"],
  ['src/web/b.ts', 'noRestrictedImports', "import { x } from '../config.ts'; export const a = x;"],
  ['src/sandbox/a.ts', 'noRestrictedImports', "import { x } from '../engine/shell/a.ts'; export const a = x;"],
  ['src/web/c.ts', 'noProcessEnv', 'export const a = process.env;'],
  ['src/web/d.ts', 'noConsole', 'console.log(1); export const a = 1;'],
  ['src/web/e.ts', 'noDefaultExport', 'export default 1;'],
  ['src/web/WrongName.ts', 'useFilenamingConvention', 'export const a = 1;'],
  ['src/web/f.ts', 'noExplicitAny', 'export const a: any = 1;'],
  ['src/web/g.ts', 'noNonNullAssertion', 'export const a = (b: string | null) => b!.length;'],
  ['src/web/h.ts', 'noBarrelFile', "export * from './fine.ts';"],
  ['src/web/i.ts', 'noImportCycles', "import { b } from './j.ts'; export const a = () => b;"],
  ['src/web/j.ts', 'noImportCycles', "import { a } from './i.ts'; export const b = () => a;"],
  [
    'src/web/k.ts',
    'noFloatingPromises',
    "import { late } from './fine.ts';\nexport const a = (): void => { late(); };",
  ],
  ['src/web/l.ts', 'noFloatingPromises', 'export const a = (b: { stop(): Promise<void> }): void => { b.stop(); };'],
  [
    'src/web/m.ts',
    'noExcessiveLinesPerFunction',
    `export const a = (): number => {\n  let n = 0;\n${'  n += 1;\n'.repeat(70)}  return n;\n};`,
  ],
];

const FINE: readonly (readonly [path: string, code: string])[] = [
  ['src/web/fine.ts', "import type { x } from '../engine/index.ts'; export const late = async (): Promise<x[]> => [];"],
  ['src/engine/core/fine.ts', "import { x } from './market/fine.ts'; export const a = x;"],
  ['src/engine/core/market/fine.ts', "import type { y } from '../types.ts'; export const x: y[] = [];"],
  ['src/distribution/fine.ts', "import { x } from '../billing/plans.ts'; export const a = x;"],
  ['src/cli/fine.ts', "import { x } from '../sandbox/a.ts'; console.log(x); export const a = x;"],
];

const folder = mkdtempSync(join(tmpdir(), 'quanticity-lint-'));
const found = new Map<string, Set<string>>();

beforeAll(() => {
  const configuration = JSON.parse(readFileSync(join(import.meta.dir, '../../biome.json'), 'utf8'));
  writeFileSync(join(folder, 'biome.json'), JSON.stringify({ ...configuration, $schema: undefined, vcs: {} }));
  for (const [path, code] of [...BROKEN.map(([path, , code]) => [path, code] as const), ...FINE]) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), `${code}\n`);
  }
  const biome = join(import.meta.dir, '../../node_modules/.bin/biome');
  const run = Bun.spawnSync(
    [process.execPath, '--bun', biome, 'lint', '--reporter=github', '--max-diagnostics=none', '.'],
    {
      cwd: folder,
    },
  );
  for (const [, rule = '', file = ''] of `${run.stdout}`.matchAll(/title=lint\/\w+\/(\w+),file=([^,]+)/g)) {
    const path = file.slice(file.indexOf('src/'));
    found.set(path, (found.get(path) ?? new Set()).add(rule));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(BROKEN)('in %s, %s is reported', (path, rule) => {
  expect([...(found.get(path) ?? [])]).toContain(rule);
});

test.each(FINE)('nothing is reported in %s', (path) => {
  expect(found.size).toBeGreaterThan(0);
  expect([...(found.get(path) ?? [])]).toEqual([]);
});
