import { and, desc, eq, lte, sql } from 'drizzle-orm';
import type { Db } from '../client.ts';
import { reports } from '../schema/reports.ts';

export type ReportRow = typeof reports.$inferSelect;
export type NewReport = typeof reports.$inferInsert;
export type ReportKind = ReportRow['kind'];
type ReportTier = ReportRow['tier'];

/** A report is written once; false when that report was there already. */
export const insertReport = async (db: Db, report: NewReport): Promise<boolean> => {
  const rows = await db.insert(reports).values(report).onConflictDoNothing().returning({ kind: reports.kind });
  return rows.length > 0;
};

const released = lte(reports.releaseAt, sql`policy_now()`);

export type ReportSummary = Pick<ReportRow, 'kind' | 'sessionDate' | 'title' | 'releaseAt'>;

/** What this tier may read now, newest session first. */
export const releasedReports = async (db: Db, tier: ReportTier, limit = 60): Promise<ReportSummary[]> =>
  await db
    .select({
      kind: reports.kind,
      sessionDate: reports.sessionDate,
      title: reports.title,
      releaseAt: reports.releaseAt,
    })
    .from(reports)
    .where(and(eq(reports.tier, tier), released))
    .orderBy(desc(reports.sessionDate), desc(reports.releaseAt))
    .limit(limit);

/** This tier's rendering, or null when there is none or its time has not come: the two look alike. */
export const releasedReport = async (
  db: Db,
  tier: ReportTier,
  kind: ReportKind,
  sessionDate: string,
): Promise<ReportRow | null> => {
  const [row] = await db
    .select()
    .from(reports)
    .where(and(eq(reports.tier, tier), eq(reports.kind, kind), eq(reports.sessionDate, sessionDate), released))
    .limit(1);
  return row ?? null;
};
