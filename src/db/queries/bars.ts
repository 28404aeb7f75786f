import { sql } from 'drizzle-orm';
import type { BarSource, MinuteBar } from '../../engine/ports/bars.ts';
import type { Db } from '../client.ts';

const VALUES = ['open', 'high', 'low', 'close', 'volume', 'vwap', 'trades', 'complete'] as const;

/** JSON has no NaN: absent is null, in the table too. */
const asRow = (bar: MinuteBar) => ({
  ...bar,
  openAt: new Date(bar.openAt).toISOString(),
  knownAt: new Date(bar.knownAt).toISOString(),
});

/**
 * Adds versions, one per bar at most, as the next revision of their bar; one that says the same as the newest is left
 * out. `onlyMissing`: only of bars that are missing, or unfinished with less volume. One writer. Returns how many were new.
 */
export const keepBars = async (db: Db, bars: readonly MinuteBar[], onlyMissing = false): Promise<number> => {
  if (bars.length === 0) return 0;
  const columns = (table: string) =>
    sql.raw(
      `(${VALUES.map((name) => `${table}.${name === 'open' || name === 'close' ? `"${name}"` : name}`).join(', ')})`,
    );
  const rows = await db.execute(sql`
    insert into bars (symbol, source, open_at, revision, "open", high, low, "close", volume, vwap, trades, complete, known_at, run_id)
    select n.symbol, n.source, n."openAt", coalesce(newest.revision, 0) + 1, n."open", n.high, n.low, n."close", n.volume, n.vwap,
      n.trades, n.complete, n."knownAt", n."runId"
    from jsonb_to_recordset(${JSON.stringify(bars.map(asRow))}::text::jsonb) as n(symbol text, source text, "openAt" timestamptz, "open" float8,
      high float8, low float8, "close" float8, volume float8, vwap float8, trades int, complete boolean, "knownAt" timestamptz, "runId" text)
    left join lateral (
      select * from bars b where b.symbol = n.symbol and b.source = n.source and b.open_at = n."openAt"
      order by b.revision desc limit 1
    ) newest on true
    where newest.revision is null
      or (not ${onlyMissing}::boolean and ${columns('newest')} is distinct from ${columns('n')})
      or (${onlyMissing}::boolean and not newest.complete and n.volume > newest.volume)
    on conflict do nothing
    returning 1`);
  return rows.length;
};

export interface BarWish {
  readonly symbol: string;
  readonly source: BarSource;
  /** Market milliseconds; `from` inclusive, `to` exclusive. */
  readonly from: number;
  readonly to: number;
  /** What was known then; the newest when left out. */
  readonly asOf?: number;
}

export interface KeptBar {
  readonly openAt: number;
  readonly revision: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number | null;
  readonly vwap: number | null;
  readonly trades: number | null;
  readonly complete: boolean;
  readonly knownAt: number;
  readonly runId: string;
}

const instantText = (at: number): string => new Date(at).toISOString();

/** Bars in order, each in the newest version that was known at `asOf`. */
export const readBars = async (db: Db, wish: BarWish): Promise<readonly KeptBar[]> => {
  const known = wish.asOf === undefined ? sql`true` : sql`known_at <= ${instantText(wish.asOf)}::timestamptz`;
  const rows = await db.execute<Record<keyof KeptBar, never>>(sql`
    select distinct on (open_at) (extract(epoch from open_at) * 1000)::float8 as "openAt", revision, "open", high, low, "close", volume,
      vwap, trades, complete, (extract(epoch from known_at) * 1000)::float8 as "knownAt", run_id as "runId"
    from bars
    where symbol = ${wish.symbol} and source = ${wish.source} and open_at >= ${instantText(wish.from)}::timestamptz
      and open_at < ${instantText(wish.to)}::timestamptz and ${known}
    order by open_at, revision desc`);
  return [...rows] as readonly KeptBar[];
};

/** Of these runs, those whose tape was not read for missing bars yet. */
export const runsToRefill = async (db: Db, runIds: readonly string[]): Promise<readonly string[]> => {
  if (runIds.length === 0) return [];
  const rows = await db.execute<{ run_id: string }>(sql`
    select n.run_id from jsonb_array_elements_text(${JSON.stringify(runIds)}::text::jsonb) as n(run_id)
    where not exists (select 1 from bar_refills r where r.run_id = n.run_id)`);
  const open = new Set(rows.map((row) => row.run_id));
  return runIds.filter((runId) => open.has(runId));
};

export const markRefilled = async (db: Db, runId: string): Promise<void> => {
  await db.execute(sql`insert into bar_refills (run_id) values (${runId}) on conflict do nothing`);
};

/** Opening of the newest own bar that this run wrote, market milliseconds; null when it wrote none. */
export const lastOwnBarOf = async (db: Db, runId: string): Promise<number | null> => {
  const [row] = await db.execute<{ at: number | null }>(sql`
    select (extract(epoch from min(at)) * 1000)::float8 as at from (
      select max(open_at) as at from bars where run_id = ${runId} and source = 'own' group by symbol
    ) newest`);
  return row?.at ?? null;
};
