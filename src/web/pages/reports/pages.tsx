import { raw } from 'hono/html';
import type { ReportRow, ReportSummary } from '../../../db/queries/reports.ts';
import type { PageFrame } from '../../context.ts';
import { documentOf, Page } from '../../layout/layout.tsx';

export const reportsPage = ({ frame, reports }: { frame: PageFrame; reports: readonly ReportSummary[] }) =>
  documentOf(
    <Page frame={frame} title="Reports">
      <div class="page-heading">
        <h1>Reports</h1>
      </div>
      {reports.length === 0 ? (
        <p class="empty">No report yet. The first one is written when a session closes.</p>
      ) : (
        <ul class="report-list">
          {reports.map((report) => (
            <li>
              <a href={`/reports/${report.kind}/${report.sessionDate}`}>
                <time datetime={report.sessionDate}>{report.sessionDate}</time>
                <span>{report.title}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </Page>,
  );

export const reportPage = ({ frame, report }: { frame: PageFrame; report: ReportRow }) =>
  documentOf(
    <Page frame={frame} title={report.title}>
      <p class="breadcrumb">
        <a href="/reports">Reports</a>
      </p>
      {/* Rendered and escaped by `src/reports`; the page's policy lets no script in it run. */}
      {raw(report.html)}
    </Page>,
  );
