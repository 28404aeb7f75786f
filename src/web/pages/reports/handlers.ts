import { releasedReport, releasedReports } from '../../../db/queries/reports.ts';
import { frameOf, memberOf, type Site, type WebHandler } from '../../context.ts';
import { reportPage, reportsPage } from './pages.tsx';

const KINDS = ['market-close'] as const;
const DATE = /^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

export const listReports =
  (site: Site): WebHandler =>
  async (c) => {
    const reports = await releasedReports(site.db.db, memberOf(c).tier);
    return c.html(reportsPage({ frame: frameOf(site, c), reports }));
  };

const isRealDate = (text: string): boolean =>
  DATE.test(text) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);

/** A report of another kind, another day, another tier or another hour is simply not there. */
export const showReport =
  (site: Site): WebHandler =>
  async (c) => {
    const kind = KINDS.find((known) => known === c.req.param('kind'));
    const date = c.req.param('date') ?? '';
    if (!kind || !isRealDate(date)) return c.notFound();
    const report = await releasedReport(site.db.db, memberOf(c).tier, kind, date);
    return report ? c.html(reportPage({ frame: frameOf(site, c), report })) : c.notFound();
  };
