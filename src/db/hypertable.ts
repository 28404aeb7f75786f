import type postgres from 'postgres';

export type BarTable =
  | { readonly kind: 'hypertable'; readonly version: string }
  | { readonly kind: 'plain'; readonly reason: string };

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Makes the table of bars a TimescaleDB hypertable where the server has the extension; elsewhere it stays the plain table
 * it is, with its primary key and a BRIN index on time. Safe to call at every start.
 */
export const ensureBarTable = async (sql: postgres.Sql): Promise<BarTable> => {
  const [available] = await sql<
    { version: string }[]
  >`select default_version as version from pg_available_extensions where name = 'timescaledb'`;
  if (!available) return { kind: 'plain', reason: 'the server does not offer timescaledb' };
  try {
    await sql`create extension if not exists timescaledb`;
    // By name: without the extension there is no such function to prepare for.
    await sql.unsafe(
      `select create_hypertable('bars', 'open_at', chunk_time_interval => interval '7 days', migrate_data => true, if_not_exists => true)`,
    );
    return { kind: 'hypertable', version: available.version };
  } catch (error) {
    return { kind: 'plain', reason: `timescaledb is offered but cannot be used: ${wordsOf(error)}` };
  }
};
