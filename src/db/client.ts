import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';

/** What queries take: the pool or a transaction on it. */
export type Db = Pick<PostgresJsDatabase, 'select' | 'insert' | 'update' | 'delete' | 'execute' | 'transaction'>;

export interface Database {
  readonly db: PostgresJsDatabase;
  /** For LISTEN, cursors and advisory locks; prefer `db`. */
  readonly sql: postgres.Sql;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  /** Connections in the pool. */
  readonly connectionsMax?: number;
}

/** Seconds until the next try to connect. The driver's own waits grow to twenty, long after the database is back. */
const retryAfterSeconds = (attempt: number): number => Math.min(0.05 * attempt, 0.5);

/**
 * Asking for array types at each connect leaves a rejection that nobody hears when the server dies meanwhile; we send
 * no arrays.
 */
export const CONNECTION_DEFAULTS = { fetch_types: false, onnotice: () => {}, backoff: retryAfterSeconds } as const;

export const openDatabase = (options: DatabaseOptions): Database => {
  const sql = postgres(options.url, {
    max: options.connectionsMax ?? 8,
    idle_timeout: 60,
    connect_timeout: 10,
    ...CONNECTION_DEFAULTS,
    connection: { application_name: 'quanticity' },
  });
  return { db: drizzle(sql), sql, close: () => sql.end({ timeout: 2 }) };
};

const MIGRATIONS_FOLDER = fileURLToPath(new URL('./migrations', import.meta.url));

/** A schema from the future is left alone: this program does not know what its tables mean. */
const refuseNewerSchema = async (sql: postgres.Sql): Promise<void> => {
  const [found] = await sql<
    { there: boolean }[]
  >`select to_regclass('drizzle.__drizzle_migrations') is not null as there`;
  if (!found?.there) return;
  const newest = readMigrationFiles({ migrationsFolder: MIGRATIONS_FOLDER }).at(-1)?.folderMillis ?? 0;
  const [row] = await sql<{ newer: number }[]>`
    select count(*)::int as newer from drizzle.__drizzle_migrations where created_at > ${newest}`;
  if (row && row.newer > 0)
    throw new Error(
      `the database was made by a newer QuantiCity (${row.newer} changes of its schema are unknown here): start that one, or use another database`,
    );
};

/** Brings the schema up to date. Two processes at once wait for each other on an advisory lock. */
export const migrateDatabase = async (url: string): Promise<void> => {
  const sql = postgres(url, { max: 1, ...CONNECTION_DEFAULTS });
  try {
    await sql`select pg_advisory_lock(hashtext('quanticity.migrations'))`;
    await refuseNewerSchema(sql);
    await migrate(drizzle(sql), { migrationsFolder: MIGRATIONS_FOLDER });
  } finally {
    await sql.end({ timeout: 2 });
  }
};
