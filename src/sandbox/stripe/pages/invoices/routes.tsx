import { type Context, Hono } from 'hono';
import type { Invoice } from '../../invoices/types.ts';
import { type CardText, cardTextOf, readCard } from '../card-entry.ts';
import {
  addressOf,
  failureOf,
  forbiddenPage,
  formOf,
  goOn,
  type Hosted,
  MERCHANT,
  notFoundPage,
  page,
  startingCard,
} from '../hosted.tsx';
import { PATHS } from '../paths.ts';
import { InvoicePage, type InvoiceView } from './invoice-page.tsx';
import { invoicePdf } from './invoice-pdf.ts';
import { ReceiptPage } from './receipt-page.tsx';

/** Drafts are the merchant's own affair. */
const invoiceOf = (c: Context, { world }: Hosted): Invoice | null => {
  const invoice = world.get('invoice', c.req.param('id') ?? '');
  return invoice && invoice.status !== 'draft' ? invoice : null;
};

const show = (c: Context, hosted: Hosted, invoice: Invoice, changes: Partial<InvoiceView>): Response => {
  const { world, tokens } = hosted;
  const intent = invoice.payment_intent === null ? undefined : world.get('payment_intent', invoice.payment_intent);
  const view: InvoiceView = {
    invoice,
    token: tokens.of(invoice.id),
    cards: world.cardsOf(invoice.customer),
    card: startingCard(c, hosted),
    problems: {},
    problem: failureOf(c, hosted),
    challengePath: intent?.status === 'requires_action' ? PATHS.challenge(intent.id) : null,
    ...changes,
  };
  return page(c, <InvoicePage {...view} />, c.req.method === 'POST' ? 402 : 200);
};

const pay = (c: Context, hosted: Hosted, invoice: Invoice, form: ReadonlyMap<string, string>): Response => {
  const { world } = hosted;
  const back = addressOf(c, PATHS.invoice(invoice.id));
  const method = form.get('method') ?? '';
  if (world.cardsOf(invoice.customer).some(({ id }) => id === method)) {
    const step = world.payInvoice(invoice.id, method, back);
    return step.ok ? goOn(c, step) : show(c, hosted, invoice, { problem: step.error.message });
  }
  const card: CardText = cardTextOf(form);
  const read = readCard(card, world.nowSeconds(), false);
  if (!read.ok) return show(c, hosted, invoice, { card, problems: read.problems, problem: null });
  const step = world.payInvoice(invoice.id, read.card, back);
  return step.ok ? goOn(c, step) : show(c, hosted, invoice, { card, problem: step.error.message });
};

/** Invoices to see, to pay and to download, and receipts of charges. */
export const invoiceRoutes = (hosted: Hosted): Hono =>
  new Hono()
    .get('/i/:id', (c) => {
      const invoice = invoiceOf(c, hosted);
      return invoice ? show(c, hosted, invoice, {}) : notFoundPage(c);
    })
    .post('/i/:id', async (c) => {
      const invoice = invoiceOf(c, hosted);
      if (!invoice) return notFoundPage(c);
      const form = await formOf(c, hosted, invoice.id);
      if (!form) return forbiddenPage(c);
      if (invoice.status !== 'open') return c.redirect(PATHS.invoice(invoice.id), 303);
      return pay(c, hosted, invoice, form);
    })
    .get('/i/:id/pdf', (c) => {
      const invoice = invoiceOf(c, hosted);
      if (!invoice) return notFoundPage(c);
      const name = `${invoice.status === 'paid' ? 'Receipt' : 'Invoice'}-${invoice.number ?? invoice.id}.pdf`;
      return c.body(invoicePdf(invoice, MERCHANT).slice().buffer, 200, {
        'content-type': 'application/pdf',
        'content-disposition': `attachment; filename="${name}"`,
      });
    })
    .get('/receipts/:id', (c) => {
      const charge = hosted.world.get('charge', c.req.param('id'));
      return charge?.paid ? page(c, <ReceiptPage charge={charge} />) : notFoundPage(c);
    });
