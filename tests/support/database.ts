import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { type Database, migrateDatabase, openDatabase } from '../../src/db/client.ts';

/** A PostgreSQL that the test runner started; a single file run by hand needs one too. */
const serverUrl = (): string => {
  const url = process.env['TEST_DATABASE_URL'];
  if (!url)
    throw new Error(
      'TEST_DATABASE_URL is not set: run the tests through `npm test`, or point it at a PostgreSQL whose user may create databases',
    );
  return url;
};

export interface TestDatabase extends Database {
  readonly url: string;
  /** Drops the database. */
  drop(): Promise<void>;
}

/** A migrated database of the caller's own, so that test files cannot disturb one another. */
export const createTestDatabase = async (): Promise<TestDatabase> => {
  const admin = serverUrl();
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const sql = postgres(admin, { max: 1, fetch_types: false, onnotice: () => {} });
  await sql.unsafe(`create database ${name}`);
  await sql.end();
  const target = new URL(admin);
  target.pathname = `/${name}`;
  await migrateDatabase(target.href);
  const database = openDatabase({ url: target.href, connectionsMax: 4 });
  const drop = async (): Promise<void> => {
    await database.close();
    const again = postgres(admin, { max: 1, fetch_types: false, onnotice: () => {} });
    await again.unsafe(`drop database if exists ${name} with (force)`);
    await again.end();
  };
  return { ...database, url: target.href, drop };
};
