import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type KeyRule, ruleOf, STORE_KEYS } from './store-keys.ts';

const PAGE = join(import.meta.dir, '../../../docs/state-store.md');

const row = ({ pattern, kind, ttlSeconds, ageMsMax, entriesMax, writer, about }: KeyRule): string[] => [
  `\`${pattern}\``,
  entriesMax === undefined ? kind : `${kind} of ${entriesMax}`,
  ttlSeconds === null ? 'none' : `${ttlSeconds} s`,
  `${ageMsMax / 1_000} s`,
  writer,
  about,
];

test('the page of the state store lists every family as the table has it', () => {
  const rows = readFileSync(PAGE, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .slice(1, -1)
        .split(' | ')
        .map((cell) => cell.trim()),
    );
  expect(rows).toEqual(STORE_KEYS.map(row));
});

test('each family is found by a key of its own, and no family hides another', () => {
  for (const rule of STORE_KEYS) {
    const key = rule.pattern.replace(/\{\w+…\}/g, 'a:b').replace(/\{(\w+)\}/g, '$1X');
    expect([key, ruleOf(key)?.pattern]).toEqual([key, rule.pattern]);
  }
  expect(ruleOf('analytics')).toBeNull();
  expect(ruleOf('raw:ibkr:SPY:else')).toBeNull();
});
