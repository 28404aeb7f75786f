import { z } from 'zod';
import type { ReconciliationRow } from '../../../db/queries/revenue.ts';
import { utc } from '../format.ts';
import { Panel, Table } from '../panel.tsx';

/** A pass each night: one older than this has been missed. */
const STALE_MS = 36 * 3_600_000;

const findingsShape = z.array(
  z.object({ kind: z.string(), about: z.string(), userId: z.string().nullable(), detail: z.string() }),
);

const verdictOf = (row: ReconciliationRow, now: Date): { readonly bad: boolean; readonly words: string } => {
  const when = `The last comparison with Stripe began ${utc(row.startedAt)}`;
  if (row.problem !== null) return { bad: true, words: `${when} and broke off: ${row.problem}` };
  const seen = `${when}: ${row.customersChecked} customers, ${row.drifted} differed and were mended.`;
  const stale = now.getTime() - row.finishedAt.getTime() > STALE_MS;
  return stale ? { bad: true, words: `${seen} That is too long ago.` } : { bad: row.drifted > 0, words: seen };
};

/** Whether our rows are what Stripe says: what the last pass over every customer found. */
export const Reconciliation = ({ row, now }: { row: ReconciliationRow | null; now: Date }) => {
  if (!row)
    return (
      <Panel id="reconciliation" title="Compared with Stripe" wide>
        <p class="empty">Not compared with Stripe yet.</p>
      </Panel>
    );
  const { bad, words } = verdictOf(row, now);
  const findings = findingsShape.safeParse(row.findings);
  return (
    <Panel id="reconciliation" title="Compared with Stripe" wide>
      <p class={bad ? 'notice notice-problem' : 'hint'}>{words}</p>
      <Table
        columns={['Finding', 'About', 'What', '']}
        empty="Nothing to report."
        rows={(findings.success ? findings.data : []).map(({ kind, about, userId, detail }) => [
          kind.replaceAll('-', ' '),
          <code>{about}</code>,
          detail,
          userId === null ? '' : <a href={`/admin/members/${userId}`}>Member</a>,
        ])}
      />
      {findings.success ? null : <p class="warn">The findings of that pass cannot be read.</p>}
    </Panel>
  );
};
