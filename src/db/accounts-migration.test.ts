import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { migrateDatabase } from './client.ts';

interface Journal {
  readonly entries: readonly { readonly tag: string }[];
}

/** The migrations up to, and without, the one that brought accounts. */
const migrationsBefore = (tag: RegExp): string => {
  const folder = mkdtempSync(join(tmpdir(), 'quanticity-migrations-'));
  cpSync(join(import.meta.dir, 'migrations'), folder, { recursive: true });
  const path = join(folder, 'meta', '_journal.json');
  const journal = JSON.parse(readFileSync(path, 'utf8')) as Journal;
  const at = journal.entries.findIndex((entry) => tag.test(entry.tag));
  expect(at).toBeGreaterThan(5);
  writeFileSync(path, JSON.stringify({ ...journal, entries: journal.entries.slice(0, at) }));
  return folder;
};

test('whoever had an account before addresses were proved keeps it, and no old session counts as a fresh sign-in', async () => {
  const url = new URL(process.env['TEST_DATABASE_URL'] ?? '');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const admin = postgres(url.href, { max: 1, fetch_types: false, onnotice: () => {} });
  await admin.unsafe(`create database ${name}`);
  url.pathname = `/${name}`;
  const sql = postgres(url.href, { max: 1, fetch_types: false, onnotice: () => {} });
  const folder = migrationsBefore(/^\d+_accounts$/);
  try {
    await migrate(drizzle(sql), { migrationsFolder: folder });
    await sql`insert into users (id, email, password_hash, created_at)
      values (${randomUUID()}, 'early@example.com', 'x', now() - interval '90 days')`;
    await sql`insert into sessions (token_hash, user_id, created_at, expires_at, ends_at)
      select 'hash', id, now() - interval '3 days', now() + interval '1 day', now() + interval '9 days' from users`;
    await migrateDatabase(url.href);
    const [row] =
      await sql`select u.email_verified_at = u.created_at as kept, u.deleted_at, s.authenticated_at = s.created_at as old,
      (select count(*)::int from terms_acceptances) as accepted
      from users u join sessions s on s.user_id = u.id`;
    expect(row).toMatchObject({ kept: true, deleted_at: null, old: true, accepted: 0 });
  } finally {
    await sql.end();
    await admin.unsafe(`drop database if exists ${name} with (force)`);
    await admin.end();
    rmSync(folder, { recursive: true, force: true });
  }
});
