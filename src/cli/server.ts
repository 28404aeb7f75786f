import { resolve } from 'node:path';
import { type Config, readConfig } from '../config.ts';
import { type Database, migrateDatabase, openDatabase } from '../db/client.ts';
import { startEmbeddedPostgres } from '../db/embedded.ts';
import { readRuntimeFile } from '../process/runtime-file.ts';

export interface OpenServer {
  readonly config: Config;
  readonly database: Database;
  readonly databaseUrl: string;
  /** Null when the server of this data folder is not running. */
  readonly port: number | null;
}

/** For commands that need no server. */
export const configOrThrow = (): Config => {
  const read = readConfig(process.env);
  if (!read.ok) throw new Error(`the configuration does not fit:\n  - ${read.problems.join('\n  - ')}`);
  return read.config;
};

/** Reaches the database: the running server's, else DATABASE_URL, else the embedded one, started for as long as this takes. */
export const withServer = async <T>(work: (server: OpenServer) => Promise<T>): Promise<T> => {
  const config = configOrThrow();
  const running = readRuntimeFile(config.DATA_DIR);
  const known = running?.databaseUrl ?? config.DATABASE_URL;
  const embedded = known ? null : await startEmbeddedPostgres({ dataDir: resolve(config.DATA_DIR), log: () => {} });
  if (embedded && !embedded.ok) throw new Error(embedded.reason);
  const databaseUrl = known ?? (embedded?.ok ? embedded.url : '');
  if (!running) await migrateDatabase(databaseUrl);
  const database = openDatabase({ url: databaseUrl, connectionsMax: 2 });
  try {
    return await work({ config, database, databaseUrl, port: running?.port ?? null });
  } finally {
    await database.close();
    if (embedded?.ok) await embedded.stop();
  }
};
