import table from './requests.json' with { type: 'json' };
import type { Fields, RequestTable, Shape } from './types.ts';

const { version, shared, operations } = table as RequestTable;

/** The version of Stripe's API that the table speaks of. */
export const SPEC_VERSION = version;

interface Route {
  readonly operation: string;
  readonly segments: readonly string[];
  readonly fields: Fields;
}

const isTemplate = (segment: string): boolean => segment.startsWith('{');
const templates = (route: Route): number => route.segments.filter(isTemplate).length;

/** Fewest templates first: `/v1/invoices/upcoming` is not an invoice of that name. */
const routes = Object.entries(operations)
  .map(([operation, fields]): Route => ({ operation, segments: operation.split(/[ /]+/), fields }))
  .sort((a, b) => templates(a) - templates(b));

/** The operation that a request asks for, such as `GET /v1/customers/{customer}`; null when none is served. */
export const operationOf = (method: string, path: string): Pick<Route, 'operation' | 'fields'> | null => {
  const asked = `${method.toUpperCase()} ${path}`.split(/[ /]+/);
  return (
    routes.find(
      ({ segments }) =>
        segments.length === asked.length &&
        segments.every((segment, at) => segment === asked[at] || (isTemplate(segment) && asked[at] !== '')),
    ) ?? null
  );
};

/** Every operation that the sandbox serves. */
export const OPERATIONS: readonly string[] = Object.keys(operations);

/** The shape itself where it stands for a shared one. */
export const resolved = (shape: Shape): Shape => {
  if (typeof shape !== 'string' || !shape.startsWith('=')) return shape;
  const found = shared[Number(shape.slice(1))];
  if (found === undefined) throw new Error(`the table of requests has no shared shape ${shape}`);
  return found;
};
