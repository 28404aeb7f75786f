import { expect, test } from 'bun:test';
import { DrizzleQueryError } from 'drizzle-orm';
import { createLog, errorWords } from './log.ts';

const failed = new DrizzleQueryError(
  'insert into "users" ("email", "password_hash") values ($1, $2)',
  ['ada@example.com', '$argon2id$v=19$secret'],
  new Error('write CONNECTION_CLOSED 127.0.0.1:5432'),
);

test('a failed query is told with its reason and without its parameters', () => {
  expect(failed.message).toContain('$argon2id$');
  const lines: string[] = [];
  const log = createLog('info', 'test', (line) => lines.push(line));
  log('error', 'a request failed', { error: failed });
  log('error', 'engine failed', { reason: failed.message });
  log('error', failed.message);
  expect(lines).toHaveLength(3);
  expect(lines.join('')).not.toMatch(/argon2id|ada@example/);
  expect(lines[0]).toContain('CONNECTION_CLOSED');
  expect(errorWords(failed)).toBe(
    'Failed query: insert into "users" ("email", "password_hash") values ($1, $2): write CONNECTION_CLOSED 127.0.0.1:5432',
  );
});
