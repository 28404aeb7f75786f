import type { Charge } from '../../payments/types.ts';
import { MERCHANT } from '../hosted.tsx';
import { Page } from '../layout.tsx';
import { PATHS } from '../paths.ts';
import { brandName, day, money } from '../words.ts';

/** The receipt of one charge. */
export const ReceiptPage = ({ charge }: { charge: Charge }) => {
  const { card } = charge.payment_method_details;
  return (
    <Page title="Receipt">
      <section class="card">
        <p>{MERCHANT}</p>
        <h1>{charge.refunded ? 'Refunded' : 'Receipt'}</h1>
        <p class="amount">{money(charge.amount, charge.currency)}</p>
        <dl class="facts">
          <div>
            <dt>Date</dt>
            <dd>{day(charge.created)}</dd>
          </div>
          <div>
            <dt>Paid with</dt>
            <dd>{`${brandName(card.brand)} •••• ${card.last4}`}</dd>
          </div>
          {charge.amount_refunded > 0 ? (
            <div>
              <dt>Refunded</dt>
              <dd>{money(charge.amount_refunded, charge.currency)}</dd>
            </div>
          ) : null}
        </dl>
        {charge.invoice ? (
          <p>
            <a href={PATHS.invoice(charge.invoice)}>See the invoice</a>
          </p>
        ) : null}
      </section>
    </Page>
  );
};
