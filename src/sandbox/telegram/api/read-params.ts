import { badRequest, type Refused } from '../answer.ts';
import type { Fields } from './fields.ts';
import { METHODS, type MethodName, type Params } from './methods.ts';
import type { Raw } from './read-request.ts';

type Read<M extends MethodName> = { readonly ok: true; readonly params: Params<M> } | Refused;

/** Null in JSON means as much as leaving a parameter out. */
const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

/**
 * Holds a request against the table. Stricter than Telegram, which passes over what it does not know and makes strings
 * of numbers: a mistake is to show here rather than in production.
 */
export const readParams = <M extends MethodName>(method: M, raw: Raw): Read<M> => {
  const fields: Fields = METHODS[method];
  const params: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(raw)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field) return badRequest(`parameter "${name}" is not in the specification of ${method}`);
    if (!isGiven(value)) continue;
    if (!field.schema) return badRequest(`the sandbox does not simulate parameter "${name}" of ${method}`);
    const parsed = field.schema.safeParse(value);
    if (!parsed.success) return badRequest(`parameter "${name}" must be ${field.types.join(' or ')} as specified`);
    params[name] = parsed.data;
  }
  const missing = Object.entries(fields).find(([name, field]) => field.required && !isGiven(params[name]));
  // The walk above has read every field with its own schema, which the compiler cannot follow.
  return missing ? badRequest(`parameter "${missing[0]}" is required`) : { ok: true, params: params as Params<M> };
};
