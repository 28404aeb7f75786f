import type { Price, Product } from '../catalog/types.ts';
import type { CheckoutSession } from '../checkout/types.ts';
import type { Coupon, Discount, PromotionCode } from '../coupons/types.ts';
import type { Customer, CustomerBalanceTransaction, TaxId } from '../customers/types.ts';
import type { WebhookEndpoint } from '../endpoints/types.ts';
import type { StripeEvent } from '../events/types.ts';
import type { Invoice, InvoiceItem } from '../invoices/types.ts';
import type { BalanceTransaction, Dispute, Refund } from '../payments/settlement-types.ts';
import type { Charge, PaymentIntent, PaymentMethod, SetupIntent } from '../payments/types.ts';
import type { PortalConfiguration, PortalSession } from '../portal/types.ts';
import type { SubscriptionSchedule } from '../schedules/types.ts';
import type { Subscription } from '../subscriptions/types.ts';
import type { TaxRate } from '../tax/types.ts';

/** What is left of a deleted object. */
export interface Tombstone {
  readonly id: string;
  readonly object: string;
  readonly deleted: true;
}

/** The answer that an idempotency key stands for. */
export interface KeptAnswer {
  readonly id: string;
  readonly object: 'kept_answer';
  readonly digest: string;
  readonly status: number;
  readonly body: string;
  readonly requestId: string;
  readonly created: number;
}

/** Every kind of thing the sandbox keeps, by the name Stripe gives it in `object`. */
export interface Tables {
  readonly customer: Customer;
  readonly customer_balance_transaction: CustomerBalanceTransaction;
  readonly tax_id: TaxId;
  readonly product: Product;
  readonly price: Price;
  readonly coupon: Coupon;
  readonly promotion_code: PromotionCode;
  readonly discount: Discount;
  readonly tax_rate: TaxRate;
  readonly 'checkout.session': CheckoutSession;
  readonly 'billing_portal.configuration': PortalConfiguration;
  readonly 'billing_portal.session': PortalSession;
  readonly payment_method: PaymentMethod;
  readonly payment_intent: PaymentIntent;
  readonly setup_intent: SetupIntent;
  readonly charge: Charge;
  readonly refund: Refund;
  readonly dispute: Dispute;
  readonly balance_transaction: BalanceTransaction;
  readonly subscription: Subscription;
  readonly subscription_schedule: SubscriptionSchedule;
  readonly invoice: Invoice;
  readonly invoiceitem: InvoiceItem;
  readonly event: StripeEvent;
  readonly webhook_endpoint: WebhookEndpoint;
  readonly tombstone: Tombstone;
  readonly kept_answer: KeptAnswer;
}
export type TableName = keyof Tables;

export const TABLE_NAMES = [
  'customer',
  'customer_balance_transaction',
  'tax_id',
  'product',
  'price',
  'coupon',
  'promotion_code',
  'discount',
  'tax_rate',
  'checkout.session',
  'billing_portal.configuration',
  'billing_portal.session',
  'payment_method',
  'payment_intent',
  'setup_intent',
  'charge',
  'refund',
  'dispute',
  'balance_transaction',
  'subscription',
  'subscription_schedule',
  'invoice',
  'invoiceitem',
  'event',
  'webhook_endpoint',
  'tombstone',
  'kept_answer',
] as const satisfies readonly TableName[];
