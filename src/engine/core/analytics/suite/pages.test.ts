import { expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CROSS_MODULES } from './cross.ts';
import { SUITE_MODULES } from './modules.ts';

const FOLDER = join(import.meta.dir, '../../../../../docs/measures');
const index = readFileSync(join(FOLDER, 'README.md'), 'utf8');
const rows = [...index.matchAll(/^\| \[([^\]]+)\]\(([^)]+)\)\s+\| (.+?)\s+\| ([^|]*?)\s*\|$/gm)].map(
  ([, page, path, line, modules]) => ({
    page: page ?? '',
    path: path ?? '',
    line: line ?? '',
    modules: (modules ?? '').split(',').map((name) => name.trim()),
  }),
);

test('every page on a measure is in the index with a line of its own, and the index names no other', () => {
  const pages = readdirSync(FOLDER).filter((name) => name.endsWith('.md') && name !== 'README.md');
  expect(pages.length).toBeGreaterThan(40);
  expect(rows.map(({ path }) => path).sort()).toEqual(pages.sort());
  for (const { page, path, line } of rows) {
    expect(path).toBe(`${page}.md`);
    expect(line.length).toBeGreaterThan(10);
  }
});

test('every module of the analytics has a page, and every module that the index names exists', () => {
  const names = [...SUITE_MODULES.map(({ info }) => info.name), ...CROSS_MODULES.map(({ name }) => name)];
  const listed = new Set(rows.flatMap(({ modules }) => modules).filter((name) => name !== ''));
  expect(names.filter((name) => !listed.has(name))).toEqual([]);
  expect([...listed].filter((name) => !names.includes(name))).toEqual([]);
});

test('the index tells of every module when it is worked out, what it needs first and how old it may get, as the code has it', () => {
  const infos = [...SUITE_MODULES.map(({ info }) => info), ...CROSS_MODULES];
  const told = [...index.matchAll(/^\| `([^`]+)`\s*\| (.+?)\s*\| (.+?)\s*\| (.+?)\s*\|$/gm)].map(
    ([, name, cadence, warmUp, age]) => `${name}: ${cadence}; ${warmUp}; ${age}`,
  );
  expect(told.length).toBeGreaterThan(20);
  expect(told).toEqual(
    infos.map(({ name, cadence, warmUp, ageMsMax }) => `${name}: ${cadence}; ${warmUp}; ${ageMsMax / 1000} s`),
  );
});
