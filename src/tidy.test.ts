import { describe, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VARIABLE_NAMES } from './config.ts';
import { RULES } from './tidy/rules.ts';
import { isTest, readSources } from './tidy/source.ts';

const ROOT = join(import.meta.dir, '..');
const sources = readSources(ROOT, ['src']);
const production = sources.filter(({ path }) => !isTest(path));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

for (const rule of RULES)
  describe(rule.title, () => {
    test('holds', () => {
      const visited = production.filter(({ path }) => rule.applies(path));
      expect(visited.length).toBeGreaterThan(20);
      expect(visited.flatMap((file) => rule.problems(file))).toEqual([]);
    });
    test.each(rule.broken.map((file) => [file.text.slice(0, 60).replaceAll('\n', ' '), file] as const))(
      'is seen to fail on: %s',
      (_, file) => {
        expect(rule.applies(file.path)).toBe(true);
        expect(rule.problems(file)).not.toEqual([]);
      },
    );
  });

describe('the scan of imports', () => {
  test('finds most files importing something, and a known import in each form', () => {
    expect(production.length).toBeGreaterThan(100);
    expect(production.filter(({ imports }) => imports.length > 0).length).toBeGreaterThan(production.length / 2);
    const thread = sources.find(({ path }) => path === 'src/db/embedded/home.ts');
    expect(thread?.imports).toContainEqual({ specifier: './account.ts', typeOnly: false });
    const bus = sources.find(({ path }) => path === 'src/engine/shell/bus/redis-bus.ts');
    expect(bus?.imports).toContainEqual({ specifier: '../../ports/log.ts', typeOnly: true });
  });
});

test('a test file is at most 500 lines', () => {
  const tests = readSources(ROOT, ['src', 'tests']).filter(({ path }) => isTest(path));
  expect(tests.length).toBeGreaterThan(5);
  expect(tests.filter(({ text }) => text.split('\n').length > 501).map(({ path }) => path)).toEqual([]);
});

describe('every port that has implementations has a contract suite, which each of them runs', () => {
  test.each(['broker', 'bus', 'feed', 'ledger', 'store', 'tape'])('%s', (port) => {
    expect(existsSync(join(ROOT, `src/engine/ports/${port}.ts`))).toBe(true);
    const suite = `${port}-contract.ts`;
    expect(existsSync(join(ROOT, `src/engine/testing/${suite}`)) ? '' : `src/engine/testing/${suite} is missing`).toBe(
      '',
    );
    const tests = readSources(ROOT, ['src', 'tests']).filter(({ path }) => isTest(path));
    const users = tests.filter(({ imports }) => imports.some(({ specifier }) => specifier.endsWith(suite)));
    expect(users.map(({ path }) => path)).not.toEqual([]);
  });
});

test('.env.example names exactly the variables that the configuration reads, each under a comment', () => {
  const blocks = read('.env.example').trim().split(/\n\n+/);
  const documented = blocks.flatMap((block) => {
    const lines = block.split('\n');
    return lines.flatMap((line, at) => {
      const name = /^(?:# ?)?([A-Z][A-Z0-9_]*)=/.exec(line)?.[1];
      if (!name) return [];
      const above = lines.slice(0, at).some((earlier) => /^# [A-Z](?!\w*=)/.test(earlier));
      expect(above ? name : `${name} has no comment above it`).toBe(name);
      return [name];
    });
  });
  expect(VARIABLE_NAMES.length).toBeGreaterThan(10);
  expect([...documented].sort()).toEqual([...VARIABLE_NAMES].sort());
});

test('the lock file holds no download addresses', () => {
  const lock = read('bun.lock');
  expect(lock).toContain('"hono"');
  expect(lock.match(/\b(?:https?|git\+ssh|git):\/\/[^\s"]+/g) ?? []).toEqual([]);
});

test('the README names no path that does not exist', () => {
  const named = [
    ...read('README.md').matchAll(
      /`((?:src|tests|scripts|bench|public|docs)\/[\w./-]*)`|\]\((?!https?:|#)([^)\s]+)\)/g,
    ),
  ];
  const paths = named.map(([, code, link]) => (code ?? link ?? '').replace(/#.*$/, ''));
  expect(paths.length).toBeGreaterThan(0);
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
