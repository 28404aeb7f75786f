/** Parts that many of Stripe's objects share. Times are whole seconds since the epoch, money is whole cents. */

export type Metadata = Readonly<Record<string, string>>;

export interface Address {
  readonly city: string | null;
  readonly country: string | null;
  readonly line1: string | null;
  readonly line2: string | null;
  readonly postal_code: string | null;
  readonly state: string | null;
}

export interface Period {
  readonly start: number;
  readonly end: number;
}

/** Stripe's list object as it stands inside another object or answers a list call. */
export interface ListOf<T> {
  readonly object: 'list';
  readonly data: readonly T[];
  readonly has_more: boolean;
  readonly url: string;
}

/** What Stripe says when it refuses; `error` of the answer's body. */
export interface ErrorBody {
  readonly type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  readonly message: string;
  readonly code?: string;
  readonly param?: string;
  readonly decline_code?: string;
  readonly charge?: string;
  readonly payment_intent?: unknown;
  readonly setup_intent?: unknown;
  readonly payment_method?: unknown;
}

/** A request's parameters after the brackets of the form were read: `a[b][0]=c` is `{a: {b: ['c']}}`. */
export type FormValue = string | readonly FormValue[] | { readonly [key: string]: FormValue };
export interface FormParams {
  readonly [key: string]: FormValue;
}
export type Method = 'GET' | 'POST' | 'DELETE';
