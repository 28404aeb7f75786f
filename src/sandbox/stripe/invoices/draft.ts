import type { Discount } from '../coupons/types.ts';
import type { Subscription } from '../subscriptions/types.ts';
import type { TaxRate } from '../tax/types.ts';
import type { Metadata, Period } from '../types.ts';
import type { World } from '../world.ts';
import { BLANK_INVOICE } from './blank.ts';
import { itemLine } from './lines.ts';
import { totalsOf } from './totals.ts';
import type { BillingReason, Invoice, InvoiceItem, LineItem } from './types.ts';

export interface DraftFields {
  readonly customer: string;
  readonly subscription: Subscription | null;
  readonly lines: readonly LineItem[];
  /** Invoice items to take up, which are marked as being on this invoice. */
  readonly items: readonly InvoiceItem[];
  readonly reason: BillingReason;
  readonly period: Period;
  /** When it finalises by itself; null when somebody must ask. */
  readonly finalizesAt: number | null;
  readonly autoAdvance: boolean;
  /** Whether a failed payment is tried again and ends the subscription at last. */
  readonly dunning: boolean;
  readonly prorationDate?: number;
  readonly metadata?: Metadata;
  readonly description?: string | null;
  readonly defaultPaymentMethod?: string | null;
  readonly collectionMethod?: Invoice['collection_method'];
  readonly automaticTax?: boolean;
  readonly defaultTaxRates?: readonly TaxRate[];
  readonly daysUntilDue?: number | null;
}

/** The discount in force: the subscription's, else the customer's. */
const discountOf = (world: World, customer: string, subscription: Subscription | null): Discount | null => {
  const now = world.now();
  const discount = subscription?.discount ?? world.named('customer', customer, 'customer').discount;
  return discount && (discount.end === null || discount.end > now) ? discount : null;
};

/** Items that wait for the next invoice of the subscription, oldest first. */
export const pendingItems = (world: World, customer: string, subscription: string | null): readonly InvoiceItem[] =>
  world.store
    .of('invoiceitem', customer)
    .filter((item) => item.invoice === null && (item.subscription === null || item.subscription === subscription));

/** Amounts of an invoice out of its lines, for a draft that is made or changed. */
export const computed = (
  world: World,
  invoice: Invoice,
  lines: readonly LineItem[],
  discount: Discount | null,
  taxing: { readonly automatic: boolean; readonly defaultRates: readonly TaxRate[] },
): Invoice => {
  const customer = world.named('customer', invoice.customer, 'customer');
  const totals = totalsOf(world, lines, discount, { ...taxing, customer });
  const balance = customer.balance;
  const due = Math.max(0, totals.total + balance);
  return {
    ...invoice,
    ...totals,
    lines: { object: 'list', data: totals.lines, has_more: false, url: `/v1/invoices/${invoice.id}/lines` },
    amount_due: due,
    amount_remaining: due,
    starting_balance: balance,
    discount,
    discounts: discount ? [discount.id] : [],
  };
};

/** Makes a draft and tells it. */
export const draftInvoice = (world: World, fields: DraftFields): Invoice => {
  const { subscription } = fields;
  const customer = world.named('customer', fields.customer, 'customer');
  const id = world.newId('in');
  const now = world.now();
  const lines = [...fields.items.map((item) => itemLine(world, item)), ...fields.lines];
  const currency = lines[0]?.currency ?? subscription?.currency ?? customer.currency ?? 'usd';
  const collection = fields.collectionMethod ?? subscription?.collection_method ?? 'charge_automatically';
  const days = fields.daysUntilDue ?? subscription?.days_until_due ?? null;
  const blank: Invoice = {
    ...BLANK_INVOICE,
    id,
    auto_advance: fields.autoAdvance,
    automatic_tax: { enabled: false, status: null },
    billing_reason: fields.reason,
    collection_method: collection,
    created: now,
    currency,
    customer: fields.customer,
    customer_address: customer.address,
    customer_email: customer.email,
    customer_name: customer.name,
    customer_phone: customer.phone,
    customer_tax_exempt: customer.tax_exempt,
    customer_tax_ids: world.store.of('tax_id', customer.id).map(({ type, value }) => ({ type, value })),
    default_payment_method: fields.defaultPaymentMethod ?? null,
    default_tax_rates: fields.defaultTaxRates ?? subscription?.default_tax_rates ?? [],
    description: fields.description ?? null,
    due_date: collection === 'send_invoice' ? now + (days ?? 30) * 86_400 : null,
    footer: customer.invoice_settings.footer,
    lines: { object: 'list', data: [], has_more: false, url: `/v1/invoices/${id}/lines` },
    metadata: fields.metadata ?? {},
    next_payment_attempt: fields.autoAdvance && collection === 'charge_automatically' ? fields.finalizesAt : null,
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: fields.period.end,
    period_start: fields.period.start,
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    subscription: subscription?.id ?? null,
    subscription_details: { metadata: subscription?.metadata ?? null },
    ...(fields.prorationDate === undefined ? {} : { subscription_proration_date: fields.prorationDate }),
    internal: { finalizesAt: fields.finalizesAt, firstFailedAt: null, retries: 0, dunning: fields.dunning },
  };
  const invoice = computed(world, blank, lines, discountOf(world, fields.customer, subscription), {
    automatic: fields.automaticTax ?? subscription?.automatic_tax.enabled ?? false,
    defaultRates: blank.default_tax_rates,
  });
  for (const item of fields.items) world.store.put('invoiceitem', { ...item, invoice: id });
  return world.insert('invoice', invoice, 'invoice.created');
};
