import type { Invoice } from '../../invoices/types.ts';
import { day, money } from '../words.ts';
import { type PdfText, pdfOf } from './pdf.ts';

const [LEFT, MIDDLE, RIGHT] = [56, 320, 556];
const DESCRIPTION_MAX = 74;

const fact = (name: string, value: string): PdfText[] => [
  { text: name, x: LEFT, size: 10, bold: true },
  { text: value, x: LEFT + 110, size: 10 },
];
const sum = (name: string, value: string, bold = false): PdfText[] => [
  { text: name, x: MIDDLE, size: 10, bold },
  { text: value, x: RIGHT, size: 10, bold, right: true },
];
const clipped = (text: string): string =>
  text.length > DESCRIPTION_MAX ? `${text.slice(0, DESCRIPTION_MAX - 3)}...` : text;

/** The sums at the foot of an invoice, by name. */
export const sumsOf = (invoice: Invoice): readonly (readonly [string, number])[] => {
  const discount = invoice.total_discount_amounts.reduce((cents, { amount }) => cents + amount, 0);
  const credit = invoice.total - invoice.amount_due;
  return [
    ['Subtotal', invoice.subtotal],
    ...(discount > 0 ? [['Discount', -discount] as const] : []),
    ...(invoice.tax ? [['Tax', invoice.tax] as const] : []),
    ['Total', invoice.total],
    ...(credit !== 0 ? [['Applied balance', -credit] as const] : []),
    ['Amount due', invoice.amount_due],
    ...(invoice.amount_paid > 0 ? [['Amount paid', invoice.amount_paid] as const] : []),
  ];
};

/** The invoice to download. */
export const invoicePdf = (invoice: Invoice, merchant: string): Uint8Array => {
  const { currency } = invoice;
  const isPaid = invoice.status === 'paid';
  return pdfOf([
    [
      { text: isPaid ? 'Receipt' : 'Invoice', x: LEFT, size: 20, bold: true },
      { text: merchant, x: RIGHT, size: 12, bold: true, right: true },
    ],
    [{ text: 'Simulated Stripe: no money moved.', x: LEFT, size: 9 }],
    [],
    fact('Invoice number', invoice.number ?? invoice.id),
    fact('Date of issue', day(invoice.status_transitions.finalized_at ?? invoice.created)),
    ...(isPaid && invoice.status_transitions.paid_at
      ? [fact('Date paid', day(invoice.status_transitions.paid_at))]
      : []),
    fact('Bill to', invoice.customer_name ?? invoice.customer_email ?? invoice.customer),
    ...(invoice.customer_name && invoice.customer_email ? [fact('', invoice.customer_email)] : []),
    [],
    [
      { text: 'Description', x: LEFT, size: 10, bold: true },
      { text: 'Amount', x: RIGHT, size: 10, bold: true, right: true },
    ],
    ...invoice.lines.data.flatMap((line): PdfText[][] => [
      [
        { text: clipped(line.description ?? 'Subscription'), x: LEFT, size: 10 },
        { text: money(line.amount, currency), x: RIGHT, size: 10, right: true },
      ],
      [{ text: `${day(line.period.start)} – ${day(line.period.end)}`, x: LEFT, size: 8 }],
    ]),
    [],
    ...sumsOf(invoice).map(([name, cents]) => sum(name, money(cents, currency), name === 'Amount due')),
  ]);
};
