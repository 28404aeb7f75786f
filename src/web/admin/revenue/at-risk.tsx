import type { RevenueInvoice, RevenueRows } from '../../../db/queries/revenue.ts';
import { money, utc } from '../format.ts';
import { Panel, Table } from '../panel.tsx';
import { atRisk } from './figures.ts';

const dollars = (cents: number): string => money(cents / 100);

const nextWords = (row: RevenueInvoice): string => {
  if (row.actionRequired) return 'the bank asks the holder';
  return row.nextAttemptAt ? utc(row.nextAttemptAt) : 'no more by itself';
};

/** Failed payments that are still owed, each with its member. */
export const AtRiskPanel = ({ rows }: { rows: RevenueRows }) => {
  const { invoices, owedCents, mrrCents } = atRisk(rows.invoices, rows.subscriptions);
  return (
    <Panel id="at-risk" title="Failed payments" wide>
      <p class="hint">{`${dollars(owedCents)} owed; ${dollars(mrrCents)} of MRR at risk.`}</p>
      <Table
        columns={['Invoice', 'Owed', 'Tries', 'Next try', '']}
        figures={[1, 2]}
        empty="Every payment that was tried went through."
        rows={invoices.map((row) => [
          <code>{row.id}</code>,
          dollars(row.amountRemainingCents),
          row.attemptCount,
          nextWords(row),
          <a href={`/admin/members/${row.userId}`}>Member</a>,
        ])}
      />
    </Panel>
  );
};
