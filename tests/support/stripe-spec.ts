import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PROJECT_ROOT } from './server.ts';

const SPEC = join(PROJECT_ROOT, '../shared/data/specs/stripe-openapi-spec3-2023-09-12.yaml.gz');
export const STRIPE_SPEC_PRESENT = existsSync(SPEC);

interface Schema {
  readonly $ref?: string;
  readonly anyOf?: readonly Schema[];
  readonly type?: string;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly maxLength?: number;
}
interface Answered {
  readonly content?: { readonly 'application/json'?: { readonly schema: Schema } };
}
interface Operation {
  readonly responses: Readonly<Record<string, Answered>>;
}
interface Spec {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** What Stripe does send although its specification leaves it out: the old form of a price, and how many of it. */
const UNLISTED = new Set(['plan', 'quantity', 'id', 'deleted']);

let spec: Spec | null = null;
const readSpec = (): Spec => {
  spec ??= Bun.YAML.parse(gunzipSync(readFileSync(SPEC)).toString('utf8')) as Spec;
  return spec;
};

/** Names of the schemas that answers were held against. */
export const schemasSeen = new Set<string>();
/** `POST /v1/customers/{customer}` of each answer that was held against its schema. */
export const operationsSeen = new Set<string>();

type Hash = Readonly<Record<string, unknown>>;
const isHash = (value: unknown): value is Hash => typeof value === 'object' && value !== null && !Array.isArray(value);

const typeProblem = (type: string, value: unknown): boolean => {
  switch (type) {
    case 'integer':
      return !Number.isInteger(value);
    case 'number':
      return typeof value !== 'number';
    case 'string':
      return typeof value !== 'string';
    case 'boolean':
      return typeof value !== 'boolean';
    case 'array':
      return !Array.isArray(value);
    default:
      return !isHash(value);
  }
};

const hashProblems = (schema: Schema, value: Hash, path: string): readonly string[] => {
  const { properties = {}, required = [], additionalProperties } = schema;
  const missing = required.filter((key) => value[key] === undefined).map((key) => `${path}.${key} is missing`);
  const inner = Object.entries(value).flatMap(([key, entry]) => {
    const known = properties[key];
    if (known) return problemsOf(known, entry, `${path}.${key}`);
    if (typeof additionalProperties === 'object') return problemsOf(additionalProperties, entry, `${path}.${key}`);
    const isOpen = schema.properties === undefined || UNLISTED.has(key);
    return isOpen ? [] : [`${path}.${key} is not in the specification`];
  });
  return [...missing, ...inner];
};

/** What the specification has against a value; empty when nothing. */
const problemsOf = (schema: Schema, value: unknown, path: string): readonly string[] => {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    const target = readSpec().components.schemas[name];
    if (!target) throw new Error(`the specification has no ${name}`);
    const problems = problemsOf(target, value, path);
    if (problems.length === 0) schemasSeen.add(name);
    return problems;
  }
  if (value === null) return schema.nullable === true ? [] : [`${path} is null`];
  if (schema.anyOf) {
    const each = schema.anyOf.map((option) => problemsOf(option, value, path));
    if (each.some((problems) => problems.length === 0)) return [];
    return each.reduce((best, problems) => (problems.length < best.length ? problems : best));
  }
  if (schema.type !== undefined && typeProblem(schema.type, value)) return [`${path} is no ${schema.type}`];
  if (schema.enum && !schema.enum.includes(value) && schema.enum.length > 0)
    return [`${path} is ${String(value)}, none of ${schema.enum.join(', ')}`];
  if (typeof value === 'string' && schema.maxLength !== undefined && value.length > schema.maxLength)
    return [`${path} is longer than ${schema.maxLength}`];
  if (Array.isArray(value))
    return value.flatMap((entry, at) => (schema.items ? problemsOf(schema.items, entry, `${path}[${at}]`) : []));
  return isHash(value) ? hashProblems(schema, value, path) : [];
};

const matches = (pattern: string, pathname: string): boolean => {
  const [wanted, given] = [pattern.split('/'), pathname.split('/')];
  return wanted.length === given.length && wanted.every((part, at) => part.startsWith('{') || part === given[at]);
};

/** The specification's path for a request, fixed parts before named ones. */
const specPathOf = (method: string, pathname: string): string | undefined =>
  Object.entries(readSpec().paths)
    .filter(([pattern, methods]) => methods[method.toLowerCase()] && matches(pattern, pathname))
    .map(([pattern]) => pattern)
    .sort((a, b) => a.split('{').length - b.split('{').length)[0];

/** What the specification has against an answer of the API; an error's body has its own schema. */
export const answerProblems = (method: string, pathname: string, status: number, body: unknown): readonly string[] => {
  const path = specPathOf(method, pathname);
  if (path === undefined) return [`${method} ${pathname} is no operation of the specification`];
  const responses = readSpec().paths[path]?.[method.toLowerCase()]?.responses ?? {};
  const schema = (responses[String(status)] ?? responses['default'])?.content?.['application/json']?.schema;
  if (!schema) return [`${method} ${path} has no answer ${status}`];
  operationsSeen.add(`${method} ${path}`);
  return problemsOf(schema, body, `${method} ${path} ${status}`);
};

/** What the specification has against an object of the named schema, as events carry them. */
export const objectProblems = (name: string, object: unknown): readonly string[] =>
  problemsOf({ $ref: `#/components/schemas/${name}` }, object, name);

export const SPEC_SIZE = (): { readonly operations: number; readonly schemas: number } => ({
  operations: Object.values(readSpec().paths).flatMap((methods) => Object.keys(methods)).length,
  schemas: Object.keys(readSpec().components.schemas).length,
});

/** As much of a JSON Schema as Zod writes for what we read of an object. */
export interface ReadShape {
  readonly properties?: Readonly<Record<string, ReadShape>>;
  readonly anyOf?: readonly ReadShape[];
  readonly items?: ReadShape;
}

/** Every form that a value may take by the specification, references followed. */
const formsOf = (schema: Schema): readonly Schema[] => {
  if (schema.$ref !== undefined) {
    const target = readSpec().components.schemas[schema.$ref.split('/').at(-1) ?? ''];
    return target ? formsOf(target) : [];
  }
  return schema.anyOf ? schema.anyOf.flatMap(formsOf) : [schema];
};

const unreadable = (read: ReadShape, forms: readonly Schema[], path: string): readonly string[] => {
  if (read.anyOf) return read.anyOf.flatMap((option) => unreadable(option, forms, path));
  if (read.items) {
    const items = forms.flatMap(({ items: inner }) => (inner ? formsOf(inner) : []));
    return unreadable(read.items, items, `${path}[]`);
  }
  return Object.entries(read.properties ?? {}).flatMap(([key, inner]) => {
    const found = forms.flatMap(({ properties }) => (properties?.[key] ? formsOf(properties[key]) : []));
    return found.length > 0
      ? unreadable(inner, found, `${path}.${key}`)
      : [`${path}.${key} is not in the specification`];
  });
};

/** What we read of an object that the specification does not know; empty when all of it is there. */
export const readProblems = (name: string, read: ReadShape): readonly string[] =>
  unreadable(read, formsOf({ $ref: `#/components/schemas/${name}` }), name);
