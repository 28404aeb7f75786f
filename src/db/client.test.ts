import { expect, test } from 'bun:test';
import { createTestDatabase } from '../../tests/support/database.ts';
import { migrateDatabase } from './client.ts';

test('a database that a newer program has changed is refused, and its own is taken again', async () => {
  const database = await createTestDatabase();
  try {
    await migrateDatabase(database.url);
    await database.sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('future', 4102444800000)`;
    await expect(migrateDatabase(database.url)).rejects.toThrow(/newer QuantiCity \(1 changes/);
  } finally {
    await database.drop();
  }
});
