import { sql } from 'drizzle-orm';
import type { Db } from '../client.ts';

export interface KeptChain {
  readonly symbol: string;
  readonly sessionDate: string;
  readonly sha256: string;
  readonly rowCount: number;
  readonly bytes: number;
  readonly file: string;
}

/** The answers kept for these symbols since a day, oldest first. */
export const keptChains = async (db: Db, symbols: readonly string[], fromDate: string): Promise<KeptChain[]> => {
  if (symbols.length === 0) return [];
  const rows = await db.execute<{
    symbol: string;
    session_date: string;
    sha256: string;
    row_count: number;
    bytes: string;
    file: string;
  }>(sql`
    select symbol, session_date::text, sha256, row_count, bytes, file from past_chains
    where session_date >= ${fromDate} and symbol in ${symbols} order by fetched_at, sha256`);
  return rows.map((row) => ({
    symbol: row.symbol,
    sessionDate: row.session_date,
    sha256: row.sha256,
    rowCount: row.row_count,
    bytes: Number(row.bytes),
    file: row.file,
  }));
};

/** An answer that is known already changes nothing. */
export const keepChain = async (db: Db, chain: KeptChain): Promise<void> => {
  const { symbol, sessionDate, sha256, rowCount, bytes, file } = chain;
  await db.execute(sql`
    insert into past_chains (symbol, session_date, sha256, row_count, bytes, file)
    values (${symbol}, ${sessionDate}, ${sha256}, ${rowCount}, ${bytes}, ${file}) on conflict do nothing`);
};
