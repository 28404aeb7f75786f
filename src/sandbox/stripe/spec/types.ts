/**
 * What a parameter may be, in as few bytes as it takes. `string 5000` is at most so many characters long; `empty` is the
 * empty string that unsets a value; `=n` stands for the n-th entry of the table's shared shapes.
 */
export type Shape =
  | string
  | { readonly enum: readonly string[] }
  | { readonly list: Shape }
  /** Keys are the caller's own. */
  | { readonly map: Shape }
  | { readonly any: readonly Shape[] }
  | { readonly fields: Fields };

/** By name; a `!` at the end marks what must be there. */
export type Fields = Readonly<Record<string, Shape>>;

export interface RequestTable {
  /** Version of the specification that the table was taken from, such as 2023-08-16. */
  readonly version: string;
  readonly shared: readonly Shape[];
  /** By method and path, such as `POST /v1/customers/{customer}`. */
  readonly operations: Readonly<Record<string, Fields>>;
}

/** A form's value after its brackets are resolved: `a[b][]=c` is `{ a: { b: ['c'] } }`. */
export type FormValue = string | readonly FormValue[] | { readonly [name: string]: FormValue };

/** Stripe's error object. */
export interface Refusal {
  readonly type: 'invalid_request_error';
  readonly message: string;
  readonly code?: string;
  readonly param?: string;
}
