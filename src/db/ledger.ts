import { createHash } from 'node:crypto';
import postgres from 'postgres';
import type { SignalEvent } from '../engine/core/signal.ts';
import type { Instant } from '../engine/core/types.ts';
import type { Ledger, LedgerRow, VerifyResult } from '../engine/ports/ledger.ts';
import { CONNECTION_DEFAULTS } from './client.ts';

const PAGE_ROWS = 2_000;
const FIRST_PREVIOUS_HASH = '0'.repeat(64);

interface StoredRow {
  readonly position: string;
  readonly run_id: string;
  readonly seq: string;
  readonly market_at_ms: string;
  readonly kind: LedgerRow['kind'];
  readonly body: string;
  readonly previous_hash: string;
  readonly hash: string;
  /** To the microsecond, as it was hashed. */
  readonly committed_text: string;
}

const pageAfter = (sql: postgres.Sql, position: number): Promise<StoredRow[]> =>
  sql<StoredRow[]>`
    select position, run_id, seq, market_at_ms, kind, body, previous_hash, hash,
      to_char(committed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as committed_text
    from ledger where position > ${position} order by position limit ${PAGE_ROWS}`;

async function* storedRows(sql: postgres.Sql, fromPosition: number): AsyncGenerator<StoredRow> {
  let after = fromPosition - 1;
  for (;;) {
    const page = await pageAfter(sql, after);
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < PAGE_ROWS) return;
    after = Number(last.position);
  }
}

const hashOf = (row: StoredRow): string =>
  createHash('sha256')
    .update(
      [
        row.previous_hash,
        row.position,
        row.run_id,
        row.seq,
        row.market_at_ms,
        row.committed_text,
        row.kind,
        row.body,
      ].join('\n'),
    )
    .digest('hex');

/** Re-reads the whole record and recomputes each hash outside the database; names the first row that does not fit. */
export const verifyLedger = async (sql: postgres.Sql): Promise<VerifyResult> => {
  let expectedPosition = 1;
  let previousHash = FIRST_PREVIOUS_HASH;
  for await (const row of storedRows(sql, 1)) {
    const position = Number(row.position);
    const bad = (problem: string): VerifyResult => ({ ok: false, position: expectedPosition, problem });
    if (position !== expectedPosition) return bad(`row ${expectedPosition} is missing: the next one is ${position}`);
    if (row.previous_hash !== previousHash)
      return bad(`its previous hash is not the hash of row ${expectedPosition - 1}`);
    if (hashOf(row) !== row.hash) return bad('its content does not match its hash');
    previousHash = row.hash;
    expectedPosition += 1;
  }
  return { ok: true, rows: expectedPosition - 1, head: previousHash };
};

const insertSignals = async (tx: postgres.TransactionSql, signals: readonly SignalEvent[]): Promise<void> => {
  if (signals.length === 0) return;
  const rows = signals.map((signal) => ({
    signal_id: signal.signalId,
    version: signal.version,
    change: signal.change,
    detail: signal as unknown as postgres.JSONValue,
  }));
  for (const row of rows)
    await tx`insert into signal_events (signal_id, version, change, detail) values (${row.signal_id}, ${row.version}, ${row.change}, ${tx.json(row.detail)})`;
};

export interface PostgresLedgerOptions {
  readonly url: string;
}

/**
 * The record on Postgres. One engine leads: the advisory lock lives on the very connection that appends, so a writer that
 * lost its lock cannot write. Chaining, place and time are the database's doing (migration `ledger_chain`).
 */
export const createPostgresLedger = (options: PostgresLedgerOptions): Ledger => {
  const writer = postgres(options.url, {
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    ...CONNECTION_DEFAULTS,
    connection: { application_name: 'quanticity-ledger' },
  });
  const reader = postgres(options.url, { max: 2, ...CONNECTION_DEFAULTS });
  let leaderPid: number | null = null;

  const append: Ledger['append'] = async (records, signals) => {
    if (leaderPid === null) throw new Error('ledger: append before open');
    const pid = leaderPid;
    await writer.begin(async (tx) => {
      const rows = JSON.stringify(records.map((record) => ({ ...record, body: JSON.stringify(record.body) })));
      const written = await tx`
        insert into ledger (position, run_id, seq, market_at_ms, kind, body, previous_hash, hash, committed_at)
        select 0, r."runId", r.seq, r.at, r.kind, r.body, '', '', clock_timestamp()
        from rows from (jsonb_to_recordset(${rows}::text::jsonb) as ("runId" text, seq bigint, at bigint, kind text, body text)) with ordinality as r ("runId", seq, at, kind, body, place)
        where pg_backend_pid() = ${pid} order by r.place returning 1`;
      if (written.length !== records.length)
        throw new Error('ledger: the leading connection was lost; another engine may lead');
      await insertSignals(tx, signals);
    });
  };

  return {
    append,
    open: async () => {
      const [row] = await writer<{ locked: boolean; pid: number }[]>`
        select pg_try_advisory_lock(hashtext('quanticity.engine')) as locked, pg_backend_pid() as pid`;
      if (!row?.locked)
        return {
          ok: false,
          reason: 'another engine leads on this database (it holds the advisory lock quanticity.engine)',
        };
      leaderPid = row.pid;
      return { ok: true };
    },
    async *read(fromPosition) {
      for await (const row of storedRows(reader, fromPosition)) {
        yield {
          position: Number(row.position),
          runId: row.run_id,
          seq: Number(row.seq),
          at: Number(row.market_at_ms) as Instant,
          kind: row.kind,
          body: JSON.parse(row.body) as unknown,
          hash: row.hash,
        };
      }
    },
    lastRunPosition: async () => {
      const [row] = await reader<{ position: string | null }[]>`
        select max(position) as position from ledger where kind = 'run.started'`;
      return row?.position == null ? null : Number(row.position);
    },
    verify: () => verifyLedger(reader),
    close: async () => {
      await Promise.all([writer.end({ timeout: 2 }), reader.end({ timeout: 2 })]);
    },
  };
};
