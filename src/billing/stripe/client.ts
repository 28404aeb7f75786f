import Stripe from 'stripe';

/** The version that requests are made in and objects are read in; the account's own may be any. */
export const API_VERSION = '2023-08-16';

/**
 * Stripe said no, or said nothing. `refused`: nothing was done and nothing would be; `declined`: the card was not charged;
 * `unavailable`: nobody knows, and asking again under the same key is safe.
 */
export class StripeFailure extends Error {
  readonly kind: 'refused' | 'declined' | 'unavailable';
  /** Stripe's machine-readable code, where there is one: `resource_missing`, `coupon_expired`. */
  readonly code: string | null;
  /** HTTP status; null when nothing was answered. */
  readonly status: number | null;

  constructor(
    kind: StripeFailure['kind'],
    facts: { readonly code: string | null; readonly status?: number | null; readonly message: string },
    cause: unknown,
  ) {
    super(facts.message, { cause });
    this.name = 'StripeFailure';
    this.kind = kind;
    this.code = facts.code;
    this.status = facts.status ?? null;
  }
}

const IN_USE = 'idempotency_key_in_use';

const kindOf = (error: Stripe.errors.StripeError): StripeFailure['kind'] => {
  if (error.type === 'StripeCardError') return 'declined';
  const passing = error.statusCode === undefined || error.statusCode >= 500 || [409, 429].includes(error.statusCode);
  return passing || error.code === IN_USE ? 'unavailable' : 'refused';
};

/** Turns what the SDK throws into a failure that callers can judge; anything else is a defect and stays what it is. */
export const asking = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError)
      throw new StripeFailure(
        kindOf(error),
        { code: error.code ?? null, status: error.statusCode ?? null, message: error.message },
        error,
      );
    throw error;
  }
};

export interface StripeOptions {
  /** `sk_…` or `rk_…`. */
  readonly secretKey: string;
  /** Where the simulated Stripe listens; null is the vendor's own. */
  readonly baseUrl: string | null;
  readonly timeoutMs?: number;
  /** Tries after the first; each under the same idempotency key. */
  readonly retries?: number;
  /** In place of the runtime's own, for tests that look at what goes over the wire. */
  readonly fetch?: typeof fetch;
}

/** Whoever waits holds a connection to the database meanwhile. */
const TIMEOUT_MS = 10_000;

export const createStripeClient = ({
  secretKey,
  baseUrl,
  timeoutMs = TIMEOUT_MS,
  retries = 2,
  fetch: via,
}: StripeOptions): Stripe => {
  const own = baseUrl === null ? null : new URL(baseUrl);
  return new Stripe(secretKey, {
    apiVersion: API_VERSION,
    timeout: timeoutMs,
    maxNetworkRetries: retries,
    telemetry: false,
    httpClient: Stripe.createFetchHttpClient(via),
    ...(own && {
      host: own.hostname,
      port: own.port || (own.protocol === 'https:' ? '443' : '80'),
      protocol: own.protocol === 'https:' ? 'https' : 'http',
    }),
  });
};
