import { fileURLToPath } from 'node:url';
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

/**
 * Asking for array types at each connect leaves a rejection that nobody hears when the server dies meanwhile; we send
 * no arrays.
 */
export const CONNECTION_DEFAULTS = { fetch_types: false, onnotice: () => {} } as const;

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

/** Brings the schema up to date. Two processes at once wait for each other on an advisory lock. */
export const migrateDatabase = async (url: string): Promise<void> => {
  const sql = postgres(url, { max: 1, ...CONNECTION_DEFAULTS });
  try {
    await sql`select pg_advisory_lock(hashtext('quanticity.migrations'))`;
    await migrate(drizzle(sql), { migrationsFolder: MIGRATIONS_FOLDER });
  } finally {
    await sql.end({ timeout: 2 });
  }
};
