/**
 * Takes the parameters of the operations that the sandboxed Stripe serves out of Stripe's published OpenAPI description,
 * into `src/sandbox/stripe/spec/requests.json`. Run it when another operation is served:
 * `sh scripts/run scripts/stripe-spec.ts path/of/spec3.yaml.gz`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OPERATIONS } from '../src/sandbox/stripe/http/router.ts';
import type { Fields, RequestTable, Shape } from '../src/sandbox/stripe/spec/types.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
export const TABLE_FILE = `${root}src/sandbox/stripe/spec/requests.json`;
/** Beside the project, as the team keeps vendors' specifications; they are not part of the repository. */
export const SPEC_FILE = `${root}../shared/data/specs/stripe-openapi-spec3-2023-09-12.yaml.gz`;

/** As much of an OpenAPI schema as Stripe uses for parameters. */
interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly maxLength?: number;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | false;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  /** The specification's own word that the values listed are not all there are. */
  readonly 'x-stripeBypassValidation'?: boolean;
}
interface Operation {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: {
    readonly content: { readonly 'application/x-www-form-urlencoded'?: { readonly schema: Schema } };
  };
}
interface Specification {
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const stringShape = (schema: Schema): Shape => {
  if (schema.enum && !schema['x-stripeBypassValidation'])
    return schema.enum.length === 1 && schema.enum[0] === '' ? 'empty' : { enum: schema.enum };
  if (schema.format === 'decimal') return 'decimal';
  return schema.maxLength === undefined ? 'string' : `string ${schema.maxLength}`;
};

const shapeOf = (schema: Schema): Shape => {
  if (schema.anyOf) return { any: schema.anyOf.map(shapeOf) };
  switch (schema.type) {
    case 'array':
      if (!schema.items) throw new Error('an array of what?');
      return { list: shapeOf(schema.items) };
    case 'object':
      return schema.additionalProperties
        ? { map: shapeOf(schema.additionalProperties) }
        : { fields: fieldsOf(schema.properties ?? {}, schema.required ?? []) };
    case 'string':
      return stringShape(schema);
    case 'integer':
      return schema.format === 'unix-time' ? 'unix-time' : 'integer';
    case 'number':
    case 'boolean':
      return schema.type;
    default:
      throw new Error(`no shape for a schema of type ${schema.type}`);
  }
};

const fieldsOf = (properties: Readonly<Record<string, Schema>>, required: readonly string[]): Fields =>
  Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [required.includes(name) ? `${name}!` : name, shapeOf(schema)]),
  );

const parametersOf = (operation: Operation): Fields => {
  const query = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
  const body = operation.requestBody?.content['application/x-www-form-urlencoded']?.schema;
  return {
    ...Object.fromEntries(query.map(({ name, required, schema }) => [required ? `${name}!` : name, shapeOf(schema)])),
    ...fieldsOf(body?.properties ?? {}, body?.required ?? []),
  };
};

const mapFields = (fields: Fields, change: (shape: Shape) => Shape): Fields =>
  Object.fromEntries(Object.entries(fields).map(([name, shape]) => [name, change(shape)]));

/** The shape with each of its parts changed. */
const mapParts = (shape: Shape, change: (shape: Shape) => Shape): Shape => {
  if (typeof shape === 'string' || 'enum' in shape) return shape;
  if ('list' in shape) return { list: change(shape.list) };
  if ('map' in shape) return { map: change(shape.map) };
  if ('any' in shape) return { any: shape.any.map(change) };
  return { fields: mapFields(shape.fields, change) };
};

const SHARED_FROM_BYTES = 60;

/** Replaces long shapes that occur more than once by their place in a list. */
const share = (operations: Readonly<Record<string, Fields>>): Pick<RequestTable, 'shared' | 'operations'> => {
  const counts = new Map<string, number>();
  const count = (shape: Shape): Shape => {
    const text = JSON.stringify(shape);
    counts.set(text, (counts.get(text) ?? 0) + 1);
    return mapParts(shape, count);
  };
  for (const fields of Object.values(operations)) mapFields(fields, count);
  const shared: Shape[] = [];
  const places = new Map<string, Shape>();
  const replace = (shape: Shape): Shape => {
    const text = JSON.stringify(shape);
    const known = places.get(text);
    if (known !== undefined) return known;
    const replaced = mapParts(shape, replace);
    if (text.length < SHARED_FROM_BYTES || (counts.get(text) ?? 0) < 2) return replaced;
    const place = `=${shared.push(replaced) - 1}`;
    places.set(text, place);
    return place;
  };
  const replaced = Object.entries(operations).map(([name, fields]) => [name, mapFields(fields, replace)] as const);
  return { shared, operations: Object.fromEntries(replaced) };
};

/** The table of the operations served, from the specification at `path` (YAML, gzipped). */
export const tableFrom = (path: string): RequestTable => {
  const text = new TextDecoder().decode(Bun.gunzipSync(readFileSync(path)));
  const specification = Bun.YAML.parse(text) as Specification;
  const operations: Record<string, Fields> = {};
  for (const name of OPERATIONS) {
    const [method = '', url = ''] = name.split(' ');
    const operation = specification.paths[url]?.[method.toLowerCase()];
    if (!operation) throw new Error(`${path} has no ${name}`);
    operations[name] = parametersOf(operation);
  }
  return { version: specification.info.version, ...share(operations) };
};

/** One line for each operation and each shared shape, so that a change reads well. */
export const tableText = ({ version, shared, operations }: RequestTable): string =>
  [
    `{"version":${JSON.stringify(version)},"shared":[`,
    shared.map((shape) => JSON.stringify(shape)).join(',\n'),
    '],"operations":{',
    Object.entries(operations)
      .map(([name, fields]) => `${JSON.stringify(name)}:${JSON.stringify(fields)}`)
      .join(',\n'),
    '}}\n',
  ].join('\n');

if (import.meta.main) writeFileSync(TABLE_FILE, tableText(tableFrom(process.argv[2] ?? SPEC_FILE)));
