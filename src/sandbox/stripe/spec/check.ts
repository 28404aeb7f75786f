import { resolved } from './operation.ts';
import type { Fields, FormValue, Refusal, Shape } from './types.ts';

type Form = { readonly [name: string]: FormValue };

const METADATA_KEYS_MAX = 50;
const METADATA_KEY_LENGTH_MAX = 40;
const METADATA_VALUE_LENGTH_MAX = 500;

const refuse = (param: string, message: string, code?: string): Refusal => ({
  type: 'invalid_request_error',
  message,
  ...(code === undefined ? {} : { code }),
  param,
});
const isForm = (value: FormValue): value is Form => typeof value === 'object' && !Array.isArray(value);
const inside = (path: string, name: string): string => (path === '' ? name : `${path}[${name}]`);
const isRequired = (name: string): boolean => name.endsWith('!');
const bare = (name: string): string => (isRequired(name) ? name.slice(0, -1) : name);

/**
 * An empty string unsets what may be left out; what must be there cannot be unset. The specification says neither of
 * plain strings: this is as Stripe documents it.
 */
const emptied = (required: Shape | undefined, value: FormValue, param: string): Refusal | null =>
  value === '' && typeof required === 'string' && required.startsWith('string')
    ? refuse(
        param,
        `You passed an empty string for '${param}'. We assume empty values are an attempt to unset a parameter; however '${param}' cannot be unset. You should remove '${param}' from your request or supply a non-empty value.`,
        'parameter_invalid_empty',
      )
    : null;

/** Unknown names before missing ones, and both before what is wrong with a value: the order in which Stripe complains. */
export const checkFields = (fields: Fields, form: Form, path: string): Refusal | null => {
  const shapes = new Map(Object.entries(fields).map(([name, shape]) => [bare(name), shape]));
  const unknown = Object.keys(form).filter((name) => !shapes.has(name));
  const [first] = unknown;
  if (first !== undefined) {
    const names = unknown.map((name) => inside(path, name));
    const message = `Received unknown parameter${names.length > 1 ? 's' : ''}: ${names.join(', ')}`;
    return refuse(inside(path, first), message, 'parameter_unknown');
  }
  const missing = Object.keys(fields).find((name) => isRequired(name) && form[bare(name)] === undefined);
  if (missing !== undefined) {
    const param = inside(path, bare(missing));
    return refuse(param, `Missing required param: ${param}.`, 'parameter_missing');
  }
  for (const [name, value] of Object.entries(form)) {
    const param = inside(path, name);
    const refusal = check(shapes.get(name) ?? 'string', value, param) ?? emptied(fields[`${name}!`], value, param);
    if (refusal) return refusal;
  }
  return null;
};

/** `items[0]` and `items[]` are both a list. */
const listOf = (value: FormValue): readonly (readonly [string, FormValue])[] | null => {
  if (typeof value === 'string') return null;
  const entries = Object.entries(value);
  return entries.every(([key]) => /^\d+$/.test(key)) ? entries : null;
};

const checkList = (shape: Shape, value: FormValue, path: string): Refusal | null => {
  const list = listOf(value);
  if (!list) return refuse(path, 'Invalid array');
  for (const [at, one] of list) {
    const refusal = check(shape, one, inside(path, at));
    if (refusal) return refusal;
  }
  return null;
};

/** Lengths are those of Stripe's documentation of metadata, which its specification does not repeat. */
const checkMap = (shape: Shape, value: FormValue, path: string): Refusal | null => {
  if (!isForm(value)) return refuse(path, 'Invalid object');
  const entries = Object.entries(value);
  if (shape === 'string' && entries.length > METADATA_KEYS_MAX)
    return refuse(path, `Metadata can have up to ${METADATA_KEYS_MAX} keys, but you passed in ${entries.length}.`);
  for (const [name, one] of entries) {
    const param = inside(path, name);
    if (shape === 'string') {
      if (typeof one !== 'string') return refuse(param, 'Metadata values must be strings');
      if (name.length > METADATA_KEY_LENGTH_MAX)
        return refuse(
          param,
          `Metadata keys can have up to ${METADATA_KEY_LENGTH_MAX} characters, but you passed in a key that is ${name.length} characters.`,
        );
      if (one.length > METADATA_VALUE_LENGTH_MAX)
        return refuse(
          param,
          `Metadata values can have up to ${METADATA_VALUE_LENGTH_MAX} characters, but you passed in a value that is ${one.length} characters.`,
        );
      continue;
    }
    const refusal = check(shape, one, param);
    if (refusal) return refusal;
  }
  return null;
};

const SHOWN_MAX = 20;
const shown = (text: string): string => (text.length > SHOWN_MAX ? `${text.slice(0, 10)}...${text.slice(-7)}` : text);

const checkText = (kind: string, value: string, path: string): Refusal | null => {
  const [name, length] = kind.split(' ');
  switch (name) {
    case 'integer':
      return /^-?\d+$/.test(value) ? null : refuse(path, `Invalid integer: ${value}`, 'parameter_invalid_integer');
    case 'unix-time':
      return /^\d+$/.test(value) ? null : refuse(path, `Invalid timestamp: must be an integer Unix timestamp`);
    case 'boolean':
      return value === 'true' || value === 'false' ? null : refuse(path, `Invalid boolean: ${value}`);
    case 'number':
    case 'decimal':
      return /^-?\d+(\.\d+)?$/.test(value) ? null : refuse(path, `Invalid decimal: ${value}`);
    case 'empty':
      return value === '' ? null : refuse(path, `Invalid value: ${shown(value)}`);
    case 'string':
      return length === undefined || value.length <= Number(length)
        ? null
        : refuse(path, `Invalid string: ${shown(value)}; must be at most ${length} characters`);
    default:
      throw new Error(`the table of requests has no shape ${kind}`);
  }
};

const listed = (names: readonly string[]): string =>
  names.length === 1
    ? `${names[0]}`
    : `${names.slice(0, -1).join(', ')}${names.length > 2 ? ',' : ''} or ${names.at(-1)}`;

/** Of several shapes, the one whose refusal says most: that of the form the value was given in. */
const checkAny = (shapes: readonly Shape[], value: FormValue, path: string): Refusal | null => {
  const refusals: { readonly shape: Shape; readonly refusal: Refusal }[] = [];
  for (const shape of shapes) {
    const refusal = check(shape, value, path);
    if (!refusal) return null;
    refusals.push({ shape: resolved(shape), refusal });
  }
  const told = refusals.find(
    ({ shape }) => shape !== 'empty' && (typeof value === 'string') === (typeof shape === 'string' || 'enum' in shape),
  );
  return (told ?? refusals[0])?.refusal ?? null;
};

const check = (given: Shape, value: FormValue, path: string): Refusal | null => {
  const shape = resolved(given);
  if (typeof shape === 'string')
    return typeof value === 'string' ? checkText(shape, value, path) : refuse(path, `Invalid ${shape.split(' ')[0]}`);
  if ('any' in shape) return checkAny(shape.any, value, path);
  if ('list' in shape) return checkList(shape.list, value, path);
  if ('map' in shape) return checkMap(shape.map, value, path);
  if ('fields' in shape) return isForm(value) ? checkFields(shape.fields, value, path) : refuse(path, 'Invalid object');
  if (typeof value === 'string' && shape.enum.includes(value)) return null;
  return refuse(path, `Invalid ${path}: must be one of ${listed(shape.enum.filter((one) => one !== ''))}`);
};
