import { sql } from 'drizzle-orm';
import type { Db } from '../client.ts';

export type ReportKind = 'market-close';

/** Keeps the session's newest view until its report falls due; afterwards nothing changes it. */
export const seeSession = async (db: Db, kind: ReportKind, sessionDate: string, view: string): Promise<void> => {
  await db.execute(sql`
    insert into report_runs (kind, session_date, view) values (${kind}, ${sessionDate}, ${view})
    on conflict (kind, session_date) do update set view = excluded.view where report_runs.due_at is null`);
};

/** Sessions up to and including `sessionDate` that were seen and have no due time yet fall due now, also after an outage. */
export const closeSessions = async (db: Db, kind: ReportKind, sessionDate: string): Promise<void> => {
  await db.execute(sql`
    update report_runs set due_at = policy_now()
    where kind = ${kind} and session_date <= ${sessionDate} and due_at is null`);
};

export interface DueReport {
  readonly kind: ReportKind;
  readonly sessionDate: string;
  readonly view: string;
  /** The period the report covers, wall ms: from the previous report's due time to this one's. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Runs whose report for this tier is not written yet although the tier's delay has passed, oldest first. */
export const dueReports = async (db: Db, tier: string): Promise<DueReport[]> => {
  const rows = await db.execute<{
    kind: ReportKind;
    session_date: string;
    view: string;
    from_ms: number;
    to_ms: number;
  }>(sql`
    with runs as (
      select kind, session_date, view, due_at, lag(due_at) over (partition by kind order by due_at, session_date) as previous_at
      from report_runs where due_at is not null
    )
    select kind, session_date::text, view, coalesce(extract(epoch from previous_at) * 1000, 0)::float8 as from_ms,
      (extract(epoch from due_at) * 1000)::float8 as to_ms
    from runs where due_at + release_delay(${tier}) <= policy_now()
      and not exists (select 1 from reports r where r.kind = runs.kind and r.session_date = runs.session_date and r.tier = ${tier})
    order by due_at`);
  return rows.map((row) => ({
    kind: row.kind,
    sessionDate: row.session_date,
    view: row.view,
    fromMs: row.from_ms,
    toMs: row.to_ms,
  }));
};

export interface NewReport {
  readonly kind: ReportKind;
  readonly sessionDate: string;
  readonly tier: string;
  readonly title: string;
  readonly html: string;
}

/** Written once: a second rendering of the same report changes nothing. Released when its run's delay for the tier has passed. */
export const storeReport = async (db: Db, report: NewReport): Promise<void> => {
  await db.execute(sql`
    insert into reports (kind, session_date, tier, title, html, release_at)
    select ${report.kind}, ${report.sessionDate}, ${report.tier}, ${report.title}, ${report.html}, due_at + release_delay(${report.tier})
    from report_runs where kind = ${report.kind} and session_date = ${report.sessionDate} and due_at is not null
    on conflict do nothing`);
};
