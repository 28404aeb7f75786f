import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PROJECT_ROOT } from './server.ts';

const SPEC = join(PROJECT_ROOT, '../shared/data/specs/telegram-bot-api.json.gz');
export const TELEGRAM_SPEC_PRESENT = existsSync(SPEC);

interface SpecField {
  readonly name: string;
  readonly types: readonly string[];
  readonly required: boolean;
  readonly description: string;
}
interface SpecType {
  readonly fields?: readonly SpecField[];
  readonly subtypes?: readonly string[];
}
interface SpecMethod {
  readonly fields?: readonly SpecField[];
  readonly returns: readonly string[];
}
interface Spec {
  readonly version: string;
  readonly methods: Readonly<Record<string, SpecMethod>>;
  readonly types: Readonly<Record<string, SpecType>>;
}

let spec: Spec | null = null;
export const readSpec = (): Spec => {
  spec ??= JSON.parse(gunzipSync(readFileSync(SPEC)).toString('utf8')) as Spec;
  return spec;
};

/** Names of the types that something was held against and fitted, and of the methods whose answers were. */
export const typesSeen = new Set<string>();
export const methodsSeen = new Set<string>();

type Hash = Readonly<Record<string, unknown>>;
const isHash = (value: unknown): value is Hash => typeof value === 'object' && value !== null && !Array.isArray(value);

const BASIC: Readonly<Record<string, (value: unknown) => boolean>> = {
  Integer: Number.isSafeInteger,
  Float: (value) => typeof value === 'number',
  String: (value) => typeof value === 'string',
  Boolean: (value) => typeof value === 'boolean',
  True: (value) => value === true,
};

/** The one value that the specification lets a field have; null when there is no such. */
const constantOf = ({ description }: SpecField): string | null =>
  /\balways [“"]([^”"]+)[”"]/.exec(description)?.[1] ?? null;

const fieldProblems = (field: SpecField, value: unknown, path: string): readonly string[] => {
  const constant = constantOf(field);
  if (constant !== null && value !== constant) return [`${path} is ${String(value)}, not always ${constant}`];
  return typesProblems(field.types, value, path);
};

const hashProblems = (fields: readonly SpecField[], value: unknown, path: string): readonly string[] => {
  if (!isHash(value)) return [`${path} is no object`];
  const missing = fields.filter(({ name, required }) => required && value[name] === undefined);
  const inner = Object.entries(value).flatMap(([key, entry]) => {
    const field = fields.find(({ name }) => name === key);
    return field ? fieldProblems(field, entry, `${path}.${key}`) : [`${path}.${key} is not in the specification`];
  });
  return [...missing.map(({ name }) => `${path}.${name} is missing`), ...inner];
};

/** What the specification has against a value of the named type; empty when nothing. */
export const typeProblems = (type: string, value: unknown, path = type): readonly string[] => {
  const item = /^Array of (.+)$/.exec(type)?.[1];
  if (item !== undefined)
    return Array.isArray(value)
      ? value.flatMap((entry, at) => typeProblems(item, entry, `${path}[${at}]`))
      : [`${path} is no array`];
  const basic = BASIC[type];
  if (basic) return basic(value) ? [] : [`${path} is no ${type}`];
  const known = readSpec().types[type];
  if (!known) throw new Error(`the specification has no ${type}`);
  const problems = known.subtypes
    ? typesProblems(known.subtypes, value, path)
    : hashProblems(known.fields ?? [], value, path);
  if (problems.length === 0) typesSeen.add(type);
  return problems;
};

const typesProblems = (types: readonly string[], value: unknown, path: string): readonly string[] => {
  const fewest: { problems: readonly string[] | null } = { problems: null };
  for (const type of types) {
    const problems = typeProblems(type, value, path);
    if (problems.length === 0) return [];
    if (!fewest.problems || problems.length < fewest.problems.length) fewest.problems = problems;
  }
  return fewest.problems ?? [`${path} may be nothing`];
};

/** What the specification has against a request that the sandbox took. */
export const requestProblems = (method: string, params: unknown): readonly string[] =>
  hashProblems(readSpec().methods[method]?.fields ?? [], params, method);

/** What the specification has against an answer, refusals included. */
export const answerProblems = (method: string, answer: unknown): readonly string[] => {
  if (!isHash(answer)) return [`${method}: the answer is no object`];
  if (answer['ok'] === true) {
    methodsSeen.add(method);
    return typesProblems(readSpec().methods[method]?.returns ?? [], answer['result'], method);
  }
  const { ok, error_code: code, description, parameters, ...rest } = answer;
  return [
    ...(ok === false ? [] : [`${method}: ok is no Boolean`]),
    ...typeProblems('Integer', code, `${method}.error_code`),
    ...typeProblems('String', description, `${method}.description`),
    ...(parameters === undefined ? [] : typeProblems('ResponseParameters', parameters, `${method}.parameters`)),
    ...Object.keys(rest).map((key) => `${method}.${key} is not in the envelope`),
  ];
};
