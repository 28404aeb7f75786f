import { checkFields } from './check.ts';
import { operationOf } from './operation.ts';
import type { FormValue, Refusal } from './types.ts';

const unrecognised = (method: string, path: string): Refusal => ({
  type: 'invalid_request_error',
  message: `Unrecognized request URL (${method.toUpperCase()}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
});

/**
 * What Stripe would say to a request that its published specification refuses; null when it may be served. The path may
 * be that of the request or that of the specification. Query and body count as one. The specification lists parameters, types and lengths; Stripe's words for a refusal are as its users
 * report them, and where none are known to us they are our guess (`Invalid decimal`, `Invalid object`).
 */
export const validateRequest = (
  method: string,
  path: string,
  params: Readonly<Record<string, FormValue>>,
): Refusal | null => {
  const found = operationOf(method, path);
  return found ? checkFields(found.fields, params, '') : unrecognised(method, path);
};
