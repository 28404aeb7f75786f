import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { PROJECT_ROOT } from './server.ts';

const SPEC = join(PROJECT_ROOT, '../shared/data/specs/discord-openapi.json.gz');
export const DISCORD_SPEC_PRESENT = existsSync(SPEC);

interface Content {
  readonly content?: { readonly 'application/json'?: { readonly schema: Schema } };
}
type Schema = Readonly<Record<string, unknown>>;
interface Operation {
  readonly requestBody?: Content & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, Content & { readonly $ref?: string }>>;
}
interface PathItem {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
}
interface Spec {
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, PathItem & Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, Content>>;
  };
}

let spec: Spec | null = null;
const readSpec = (): Spec => {
  spec ??= JSON.parse(gunzipSync(readFileSync(SPEC)).toString('utf8')) as Spec;
  return spec;
};

/** Names of the schemas, nested ones too, that something was held against and fitted. */
export const schemasSeen = new Set<string>();
/** `PUT /guilds/{guild_id}/members/{user_id}` of each that was held against its description. */
export const operationsSeen = new Set<string>();

let ajv: Ajv2020 | null = null;
const validator = (): Ajv2020 => {
  if (ajv) return ajv;
  // Formats are notes for people there; `discriminator` and examples are OpenAPI's own words.
  ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: 'discord', components: readSpec().components });
  return ajv;
};

const namesIn = (schema: unknown, seen: Set<string>): void => {
  if (Array.isArray(schema)) for (const one of schema) namesIn(one, seen);
  else if (typeof schema === 'object' && schema !== null)
    for (const [key, value] of Object.entries(schema)) {
      const name = key === '$ref' && typeof value === 'string' ? value.split('/').at(-1) : undefined;
      if (name !== undefined) seen.add(name);
      else namesIn(value, seen);
    }
};

/** References count from the whole description. */
const rooted = (schema: unknown): unknown =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"discord#/components/'));

/** What the schema has against a value; empty when nothing. */
const schemaProblems = (schema: Schema, value: unknown, where: string): readonly string[] => {
  const check = validator().compile(rooted(schema) as object);
  if (check(value)) {
    namesIn(schema, schemasSeen);
    return [];
  }
  return (check.errors ?? []).map(({ instancePath, message }) => `${where}${instancePath}: ${message}`);
};

/** A path with ids in it, and its template among the described ones. */
const templateOf = (pathname: string): string | null => {
  const parts = pathname.split('/');
  const fits = (template: string): boolean => {
    const own = template.split('/');
    return own.length === parts.length && own.every((part, at) => part.startsWith('{') || part === parts[at]);
  };
  const found = Object.keys(readSpec().paths).filter(fits);
  return found.find((template) => !template.includes('{')) ?? found[0] ?? null;
};

export interface Exchange {
  readonly method: string;
  /** Below `/api/v10`. */
  readonly pathname: string;
  readonly requestBody: unknown;
  readonly status: number;
  readonly answerBody: unknown;
}

/** What the description has against a request and its answer; `UNDESCRIBED` where it knows no such operation. */
export const UNDESCRIBED = 'is not in the description';
export const exchangeProblems = (exchange: Exchange): readonly string[] => {
  const { method, pathname, requestBody, status, answerBody } = exchange;
  const template = templateOf(pathname);
  const item = template === null ? undefined : readSpec().paths[template];
  const operation = item?.[method.toLowerCase()];
  const name = `${method} ${template ?? pathname}`;
  if (!item || !operation) return [`${name} ${UNDESCRIBED}`];
  operationsSeen.add(name);
  const parts = pathname.split('/');
  const parameters = (item.parameters ?? []).flatMap((parameter) => {
    const at = (template ?? '').split('/').indexOf(`{${parameter.name}}`);
    return parameter.in === 'path' ? schemaProblems(parameter.schema, parts[at], `${name} ${parameter.name}`) : [];
  });
  const asked = operation.requestBody?.content?.['application/json']?.schema;
  const body =
    asked === undefined
      ? requestBody === null
        ? []
        : [`${name}: takes no body`]
      : schemaProblems(asked, requestBody, `${name} request`);
  const described = operation.responses[String(status)] ?? operation.responses[`${String(status)[0]}XX`];
  if (!described) return [...parameters, ...body, `${name}: no answer of status ${status} is described`];
  const shared = described.$ref ? readSpec().components.responses[described.$ref.split('/').at(-1) ?? ''] : described;
  const schema = shared?.content?.['application/json']?.schema;
  const answer =
    schema === undefined
      ? answerBody === null
        ? []
        : [`${name} ${status}: a body where none is described`]
      : schemaProblems(schema, answerBody, `${name} ${status}`);
  return [...parameters, ...body, ...answer];
};
