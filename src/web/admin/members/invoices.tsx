import type { InvoiceRow } from '../../../db/queries/members/dossier.ts';
import { money, utc } from '../format.ts';
import { Absent, Panel, Table } from '../panel.tsx';
import { ActForm } from './act-form.tsx';

const dollars = (cents: number): string => money(cents / 100);

const statusWords = (row: InvoiceRow): string =>
  [
    row.status,
    ...(row.status === 'open' && row.attemptCount > 0 ? [`tried ${row.attemptCount} times`] : []),
    ...(row.actionRequired ? ['the bank asks the holder'] : []),
    ...(row.disputeStatus ? [`dispute ${row.disputeStatus.replaceAll('_', ' ')}`] : []),
  ].join(', ');

const Refund = ({ row }: { row: InvoiceRow }) => {
  const leftCents = row.amountPaidCents - row.refundedCents;
  if (row.status !== 'paid' || leftCents <= 0) return null;
  return (
    <ActForm
      id={`refund-${row.id}`}
      action={`/admin/members/${row.userId}/refund`}
      title="Refund"
      button="Refund"
      danger
      hint={`At most ${dollars(leftCents)}. A whole refund ends what it paid for; a part of it does not.`}
    >
      <input type="hidden" name="invoice" value={row.id} />
      <div class="field">
        <label for={`refund-${row.id}-amount`}>Amount in dollars</label>
        <input
          id={`refund-${row.id}-amount`}
          name="amount"
          type="text"
          inputmode="decimal"
          placeholder={`All: ${(leftCents / 100).toFixed(2)}`}
          autocomplete="off"
        />
      </div>
    </ActForm>
  );
};

export const Invoices = ({ rows }: { rows: readonly InvoiceRow[] }) => (
  <Panel id="invoices" title="Invoices" wide>
    <Table
      columns={['Made', 'Number', 'Total', 'Paid', 'Refunded', 'State', 'Next try', '']}
      figures={[2, 3, 4]}
      empty="No invoice yet."
      rows={rows.map((row) => [
        utc(row.createdAt),
        row.number ?? <Absent reason="none yet" />,
        dollars(row.totalCents),
        dollars(row.amountPaidCents),
        dollars(row.refundedCents),
        statusWords(row),
        row.nextAttemptAt ? utc(row.nextAttemptAt) : '',
        <Refund row={row} />,
      ])}
    />
  </Panel>
);
