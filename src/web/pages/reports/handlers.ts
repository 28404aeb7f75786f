import { releasedReport, releasedReports } from '../../../db/queries/reports.ts';
import { frameOf, memberOf, type Site, type WebContext, type WebHandler } from '../../context.ts';
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

/** Which report a path names; null when there can be none. */
export const reportAskedFor = (
  c: WebContext,
): { readonly kind: (typeof KINDS)[number]; readonly date: string } | null => {
  const kind = KINDS.find((known) => known === c.req.param('kind'));
  const date = c.req.param('date') ?? '';
  return kind && isRealDate(date) ? { kind, date } : null;
};

/** A report of another kind, another day, another tier or another hour is simply not there. */
export const showReport =
  (site: Site): WebHandler =>
  async (c) => {
    const asked = reportAskedFor(c);
    const report = asked && (await releasedReport(site.db.db, memberOf(c).tier, asked.kind, asked.date));
    return report ? c.html(reportPage({ frame: frameOf(site, c), report })) : c.notFound();
  };
