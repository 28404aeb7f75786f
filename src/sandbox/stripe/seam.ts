import type { StripeEvent } from './events/types.ts';
import type { PaymentMethod } from './payments/types.ts';
import type { TableName, Tables } from './store/tables.ts';
import type { Subscription } from './subscriptions/types.ts';
import type { Address, ErrorBody, FormParams, Method } from './types.ts';

/** The card form of a hosted page. */
export interface CardEntry {
  /** Digits, spaces allowed. */
  readonly number: string;
  readonly expMonth: number;
  /** Four digits. */
  readonly expYear: number;
  readonly cvc: string;
  readonly name: string | null;
  readonly postalCode: string | null;
  /** ISO 3166 alpha-2. */
  readonly country: string | null;
  readonly address?: Address;
}

export type Refused = { readonly ok: false; readonly error: ErrorBody };

/** `redirect` goes to the page of the merchant; `challenge` to our 3-D Secure page, which ends in `confirmIntent`. */
export type PaymentStep =
  | { readonly ok: true; readonly kind: 'redirect'; readonly url: string }
  | { readonly ok: true; readonly kind: 'challenge'; readonly url: string; readonly intentId: string }
  | Refused;
export type Done<T = void> = { readonly ok: true; readonly value: T } | Refused;

/** What the checkout page shows before the customer pays. */
export interface CheckoutQuote {
  readonly lines: readonly {
    readonly description: string;
    readonly quantity: number;
    readonly amountCents: number;
    readonly interval: string | null;
    readonly intervalCount: number;
  }[];
  readonly currency: string;
  readonly subtotalCents: number;
  readonly discountCents: number;
  readonly taxCents: number;
  /** To be paid now: nothing during a trial. */
  readonly dueCents: number;
  /** To be paid at each renewal, before a discount ends. */
  readonly renewalCents: number;
  /** Seconds since epoch. */
  readonly trialEnd: number | null;
  readonly discountName: string | null;
  readonly promotionCode: string | null;
}

export interface CheckoutEntry {
  readonly card: CardEntry;
  readonly email: string | null;
}

export interface PortalSwitch {
  readonly subscriptionId: string;
  readonly priceId: string;
}

/** Who is billed; what is left out stays as it is. */
export interface BillingDetailsChange {
  readonly name?: string;
  readonly address?: Address;
  /** One more tax number, of a type such as `eu_vat`. */
  readonly taxId?: { readonly type: string; readonly value: string };
}

/** Refuses what the specification would refuse; null when it has no objection. `specPath` as in the specification: `/v1/customers/{customer}`. */
export type ValidateRequest = (method: Method, specPath: string, params: FormParams) => ErrorBody | null;

/** A hosted page; null when the path is none of its own. */
export type PageHandler = (request: Request) => Response | null | Promise<Response | null>;

/** How the API misbehaves next, for so many requests whose path starts with `path` (every path when left out). */
export interface ApiFault {
  /**
   * `server-error`: 500, nothing was done. `error-after-commit`: done and then 500. `timeout-after-commit`: done and
   * never answered. `connection-reset`: cut before anything was done. `reset-after-commit`: done, then cut.
   * `rate-limit`: 429. `slow`: done after `delayMs`, the idempotency key in use meanwhile.
   */
  readonly kind:
    | 'server-error'
    | 'error-after-commit'
    | 'timeout-after-commit'
    | 'connection-reset'
    | 'reset-after-commit'
    | 'rate-limit'
    | 'slow';
  readonly times: number;
  readonly method?: Method;
  readonly path?: string;
  /** Only for `slow`. */
  readonly delayMs?: number;
}

/**
 * The simulated Stripe behind its HTTP door: what its hosted pages, its webhook deliverer, and tests may ask of it.
 * Each verb is one transaction: it happens wholly, with its events, or not at all.
 */
export interface StripeWorld {
  /** Seconds since epoch by the sandbox's own clock (wall time plus what it was advanced). */
  nowSeconds(): number;
  /** Moves the clock and does everything that falls due, in order of time. Whole seconds, not negative. */
  advance(seconds: number): void;
  /** Called after the commit that made the event. Returns how to stop listening. */
  onEvent(listener: (event: StripeEvent) => void): () => void;
  get<Name extends TableName>(table: Name, id: string): Tables[Name] | undefined;
  /** Oldest first. */
  all<Name extends TableName>(table: Name): readonly Tables[Name][];
  /** JSON as Stripe would send it: internal fields gone, addresses of hosted pages on this server. */
  render(object: object): string;
  /** Deliveries still owed; the deliverer counts it down. */
  setPendingWebhooks(eventId: string, pending: number): void;
  /** Gives the endpoint a new signing secret and tells it. The old one is the deliverer's to keep for a while. */
  rollSecret(endpointId: string): string;

  quoteCheckout(sessionId: string): Done<CheckoutQuote>;
  /** An empty code takes the discount away. */
  applyPromotionCode(sessionId: string, code: string): Done;
  completeCheckout(sessionId: string, entry: CheckoutEntry): PaymentStep;
  expireCheckout(sessionId: string): Done;

  /** The cardholder's answer at the 3-D Secure page, for payment and setup intents (`pi_…`, `seti_…`). */
  confirmIntent(intentId: string, proved: boolean): PaymentStep;

  /** Pays an open invoice with a new card, or with one on file (`pm_…`), the customer present. */
  payInvoice(invoiceId: string, card: CardEntry | string, returnUrl: string): PaymentStep;

  /** Cards of a customer, newest first. */
  cardsOf(customerId: string): readonly PaymentMethod[];
  /** Puts a new card on file and makes it the default of the customer and of every live subscription. */
  portalAddCard(portalSessionId: string, card: CardEntry, returnUrl: string): PaymentStep;
  portalDefaultCard(portalSessionId: string, paymentMethodId: string): Done;
  portalRemoveCard(portalSessionId: string, paymentMethodId: string): Done;
  /** As far as the portal's configuration lets the customer. */
  portalChangeDetails(portalSessionId: string, change: BillingDetailsChange): Done;
  portalRemoveTaxId(portalSessionId: string, taxIdId: string): Done;
  /** At the period's end or at once, as the portal's configuration says. */
  portalCancel(
    portalSessionId: string,
    subscriptionId: string,
    feedback: string | null,
    comment: string | null,
  ): Done<Subscription>;
  portalResume(portalSessionId: string, subscriptionId: string): Done<Subscription>;
  portalSwitch(portalSessionId: string, change: PortalSwitch, returnUrl: string): PaymentStep;

  /** The bank's verdict on a dispute (`dp_…`). */
  closeDispute(disputeId: string, won: boolean): Done;
  /** Opens a dispute about a paid charge. */
  openDispute(chargeId: string): Done<string>;
}

/** What `startStripeSandbox` gives. */
export interface StripeSandbox {
  /** Origin of API and hosted pages, no slash at the end. */
  readonly url: string;
  readonly world: StripeWorld;
  inject(fault: ApiFault): void;
  /** Hosted pages answer whatever is not `/v1`. */
  mount(handler: PageHandler): void;
  stop(): Promise<void>;
}

export interface StripeSandboxOptions {
  readonly seed: number;
  /** Where state is kept between starts; left out: in memory only. */
  readonly stateFolder?: string;
  /** 0 takes a free one. */
  readonly port?: number;
  /** Wall ms since epoch. */
  readonly now?: () => number;
  readonly validate?: ValidateRequest;
  /** What the retries of failed payments end in, as in the dashboard's settings. */
  readonly dunning?: Dunning;
}

export interface Dunning {
  /** Days after the first failed attempt, ascending. */
  readonly retryDays: readonly number[];
  readonly thenSubscription: 'cancel' | 'unpaid' | 'past_due';
}
