import type { Coupon, Discount } from '../coupons/types.ts';
import type { Customer } from '../customers/types.ts';
import { taxPlaceOf } from '../tax/rates.ts';
import type { TaxRate } from '../tax/types.ts';
import type { World } from '../world.ts';
import { percentOf, percentWithin, share } from './money.ts';
import type { Invoice, LineItem, TaxAmount } from './types.ts';

interface Taxing {
  readonly automatic: boolean;
  readonly customer: Customer;
  readonly defaultRates: readonly TaxRate[];
}

export type Totals = Pick<
  Invoice,
  | 'automatic_tax'
  | 'subtotal'
  | 'subtotal_excluding_tax'
  | 'tax'
  | 'total'
  | 'total_discount_amounts'
  | 'total_excluding_tax'
  | 'total_tax_amounts'
> & { readonly lines: readonly LineItem[] };

const sum = (amounts: readonly number[]): number => amounts.reduce((all, amount) => all + amount, 0);

/** What the coupon takes off each line: a share in percent, or an amount spread by the lines' size. */
const discountsOf = (lines: readonly LineItem[], coupon: Coupon): readonly number[] => {
  const products = coupon.internal?.appliesTo ?? [];
  const applies = (line: LineItem): boolean =>
    line.discountable && line.amount > 0 && (products.length === 0 || products.includes(line.price?.product ?? ''));
  const { percent_off, amount_off } = coupon;
  if (percent_off !== null) return lines.map((line) => (applies(line) ? percentOf(line.amount, percent_off) : 0));
  const base = sum(lines.map((line) => (applies(line) ? line.amount : 0)));
  let left = Math.min(amount_off ?? 0, base);
  let baseLeft = base;
  return lines.map((line) => {
    if (!applies(line)) return 0;
    // The last line takes what rounding left over.
    const off = baseLeft === line.amount ? left : share(left, line.amount, baseLeft);
    left -= off;
    baseLeft -= line.amount;
    return off;
  });
};

const taxAmount = (taxable: number, rate: TaxRate, reason: TaxAmount['taxability_reason']): TaxAmount => ({
  amount:
    reason !== null && reason !== 'standard_rated'
      ? 0
      : rate.inclusive
        ? percentWithin(taxable, rate.effective_percentage ?? rate.percentage)
        : percentOf(taxable, rate.effective_percentage ?? rate.percentage),
  inclusive: rate.inclusive,
  tax_rate: rate.id,
  taxability_reason: reason,
  taxable_amount: rate.inclusive ? taxable - percentWithin(taxable, rate.percentage) : taxable,
});

const taxesOf = (world: World, line: LineItem, taxable: number, taxing: Taxing): readonly TaxAmount[] => {
  const { customer } = taxing;
  if (taxing.automatic) {
    const place = taxPlaceOf(world, customer, line.price?.tax_behavior === 'inclusive');
    if (place.kind !== 'rate') return [];
    if (customer.tax_exempt === 'exempt') return [taxAmount(taxable, place.rate, 'customer_exempt')];
    if (customer.tax_exempt === 'reverse') return [taxAmount(taxable, place.rate, 'reverse_charge')];
    return [taxAmount(taxable, place.rate, 'standard_rated')];
  }
  const rates = line.tax_rates.length > 0 ? line.tax_rates : taxing.defaultRates;
  return rates.map((rate) => taxAmount(taxable, rate, null));
};

const merged = (amounts: readonly TaxAmount[]): readonly TaxAmount[] => {
  const byRate = new Map<string, TaxAmount>();
  for (const one of amounts) {
    const before = byRate.get(one.tax_rate);
    byRate.set(one.tax_rate, {
      ...one,
      amount: one.amount + (before?.amount ?? 0),
      taxable_amount: (one.taxable_amount ?? 0) + (before?.taxable_amount ?? 0),
    });
  }
  return [...byRate.values()];
};

/** Discount and tax of an invoice, line by line to the cent, and what they add up to. */
export const totalsOf = (
  world: World,
  bare: readonly LineItem[],
  discount: Discount | null,
  taxing: Taxing,
): Totals => {
  const offs = discount ? discountsOf(bare, discount.coupon) : bare.map(() => 0);
  const lines = bare.map((line, at): LineItem => {
    const off = offs[at] ?? 0;
    const taxes = taxesOf(world, line, line.amount - off, taxing);
    const inside = sum(taxes.map((tax) => (tax.inclusive ? tax.amount : 0)));
    const net = line.amount - inside;
    return {
      ...line,
      amount_excluding_tax: net,
      discount_amounts: discount && line.discountable ? [{ amount: off, discount: discount.id }] : [],
      tax_amounts: taxes,
      unit_amount_excluding_tax: String(line.quantity ? Math.round(net / line.quantity) : net),
    };
  });
  const subtotal = sum(lines.map(({ amount }) => amount));
  const off = sum(offs);
  const taxes = merged(lines.flatMap(({ tax_amounts }) => tax_amounts));
  const inside = sum(taxes.map((tax) => (tax.inclusive ? tax.amount : 0)));
  const onTop = sum(taxes.map((tax) => (tax.inclusive ? 0 : tax.amount)));
  const isUnknown = taxing.automatic && taxPlaceOf(world, taxing.customer, false).kind === 'unknown';
  return {
    lines,
    automatic_tax: {
      enabled: taxing.automatic,
      status: taxing.automatic ? (isUnknown ? 'requires_location_inputs' : 'complete') : null,
    },
    subtotal,
    subtotal_excluding_tax: subtotal - inside,
    tax: taxing.automatic || taxes.length > 0 ? inside + onTop : null,
    total: subtotal - off + onTop,
    total_discount_amounts: discount ? [{ amount: off, discount: discount.id }] : [],
    total_excluding_tax: subtotal - off - inside,
    total_tax_amounts: taxes,
  };
};
