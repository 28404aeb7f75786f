import { releasedReport, releasedReports } from '../../../db/queries/reports.ts';
import type { Site, WebHandler } from '../../context.ts';
import { reportAskedFor } from '../../pages/reports/handlers.ts';
import { problem } from './problem.ts';
import { staleness } from './staleness.ts';
import { withKey } from './with-key.ts';

/** Newest session first. */
export const listReportsByKey = (site: Site): WebHandler =>
  withKey(site, 'reports:read', async (c, { tier }) => {
    const reports = await releasedReports(site.db.db, tier);
    const data = reports.map(({ kind, sessionDate, title, releaseAt }) => ({
      kind,
      date: sessionDate,
      title,
      releasedAt: releaseAt.toISOString(),
    }));
    return c.json({ data, staleness: staleness(site) });
  });

export const showReportByKey = (site: Site): WebHandler =>
  withKey(site, 'reports:read', async (c, { tier }) => {
    const asked = reportAskedFor(c);
    const report = asked && (await releasedReport(site.db.db, tier, asked.kind, asked.date));
    if (!report) return problem(c, 'not-found');
    const { kind, sessionDate, title, html, releaseAt } = report;
    const releasedAt = releaseAt.toISOString();
    return c.json({ kind, date: sessionDate, title, releasedAt, html, staleness: staleness(site) });
  });
