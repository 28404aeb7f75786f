import { Problem } from '../../../hosted/document.tsx';
import type { Invoice } from '../../invoices/types.ts';
import type { PaymentMethod } from '../../payments/types.ts';
import type { CardProblems, CardText } from '../card-entry.ts';
import { CardForm, TestCards } from '../card-form.tsx';
import { MERCHANT } from '../hosted.tsx';
import { Page, Token } from '../layout.tsx';
import { PATHS } from '../paths.ts';
import { brandName, day, expiry, money } from '../words.ts';
import { sumsOf } from './invoice-pdf.ts';

export interface InvoiceView {
  readonly invoice: Invoice;
  readonly token: string;
  readonly cards: readonly PaymentMethod[];
  readonly card: CardText;
  readonly problems: CardProblems;
  readonly problem: string | null;
  /** Where a bank asks the cardholder to prove himself for this invoice. */
  readonly challengePath: string | null;
}

const HEADING: Readonly<Record<Invoice['status'], string>> = {
  draft: 'Draft invoice',
  open: 'Invoice to pay',
  paid: 'Invoice paid',
  uncollectible: 'Invoice given up',
  void: 'Invoice voided',
};

const Summary = ({ invoice }: { invoice: Invoice }) => {
  const { currency } = invoice;
  const { paid_at } = invoice.status_transitions;
  return (
    <section class="summary" aria-label="Invoice">
      <p>{MERCHANT}</p>
      <h1>{HEADING[invoice.status]}</h1>
      <p class="amount">{money(invoice.status === 'paid' ? invoice.total : invoice.amount_remaining, currency)}</p>
      <dl class="facts">
        <div>
          <dt>Number</dt>
          <dd>{invoice.number ?? invoice.id}</dd>
        </div>
        <div>
          <dt>Date</dt>
          <dd>{day(invoice.created)}</dd>
        </div>
        {paid_at === null ? null : (
          <div>
            <dt>Paid</dt>
            <dd>{day(paid_at)}</dd>
          </div>
        )}
        <div>
          <dt>To</dt>
          <dd>{invoice.customer_name ?? invoice.customer_email ?? invoice.customer}</dd>
        </div>
      </dl>
      <dl class="sums">
        {invoice.lines.data.map((line) => (
          <div>
            <dt>
              {line.description ?? 'Subscription'}
              <small>{`${day(line.period.start)} – ${day(line.period.end)}`}</small>
            </dt>
            <dd>{money(line.amount, currency)}</dd>
          </div>
        ))}
        {sumsOf(invoice).map(([name, cents]) => (
          <div class={name === 'Amount due' ? 'total' : ''}>
            <dt>{name}</dt>
            <dd>{money(cents, currency)}</dd>
          </div>
        ))}
      </dl>
      <p>
        <a href={PATHS.invoicePdf(invoice.id)}>Download {invoice.status === 'paid' ? 'receipt' : 'invoice'} (PDF)</a>
      </p>
    </section>
  );
};

const CardOnFile = ({ invoice, cards, token }: InvoiceView) =>
  cards.length === 0 ? null : (
    <form method="post" action={PATHS.invoice(invoice.id)}>
      <Token value={token} />
      <fieldset>
        <legend>Card on file</legend>
        {cards.map(({ id, card }, at) => (
          <label class="option">
            <input type="radio" name="method" value={id} checked={at === 0} required />
            {`${brandName(card.brand)} •••• ${card.last4}, expires ${expiry(card.exp_month, card.exp_year)}`}
          </label>
        ))}
      </fieldset>
      <button class="button" type="submit">
        {`Pay ${money(invoice.amount_remaining, invoice.currency)} with this card`}
      </button>
    </form>
  );

const Payment = (view: InvoiceView) => {
  const { invoice, card, problems, problem, token, cards, challengePath } = view;
  const path = PATHS.invoice(invoice.id);
  return (
    <section class="card" aria-label="Payment">
      <h2>Pay this invoice</h2>
      <Problem text={problem} />
      {challengePath ? (
        <p class="notice">
          Your bank asks you to confirm this payment. <a href={challengePath}>Confirm the payment</a>
        </p>
      ) : null}
      <CardOnFile {...view} />
      {cards.length > 0 ? <h3>Another card</h3> : null}
      <TestCards path={path} />
      <form method="post" action={path} novalidate>
        <Token value={token} />
        <CardForm text={card} problems={problems} />
        <button class={cards.length > 0 ? 'button quiet' : 'button'} type="submit" name="method" value="new">
          {`Pay ${money(invoice.amount_remaining, invoice.currency)}`}
        </button>
      </form>
    </section>
  );
};

/** An invoice as its customer sees it, with what it takes to pay it while it is open. */
export const InvoicePage = (view: InvoiceView) => {
  const { invoice } = view;
  const isPayable = invoice.status === 'open';
  return (
    <Page title={HEADING[invoice.status]} split={isPayable}>
      <Summary invoice={invoice} />
      {isPayable ? <Payment {...view} /> : null}
    </Page>
  );
};
