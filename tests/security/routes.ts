import { ROUTES, type RouteClass, type RouteName } from '../../src/web/routes.ts';

export interface KnownRoute {
  readonly name: RouteName;
  readonly method: string;
  /** With an example in place of each parameter. */
  readonly path: string;
  readonly access: RouteClass;
}

const EXAMPLE_ID = '11111111-2222-4333-8444-555555555555';

const examplePath = (pattern: string): string =>
  pattern
    .replace('/*', '/css/base.css')
    .replace(':kind', 'market-close')
    .replace(':date', '2026-11-20')
    .replace(/:\w+/g, EXAMPLE_ID);

/** The whole site map. */
export const KNOWN_ROUTES: readonly KnownRoute[] = (Object.entries(ROUTES) as [RouteName, RouteClass][]).map(
  ([name, access]) => {
    const [method = '', pattern = ''] = name.split(' ');
    return { name, method, path: examplePath(pattern), access };
  },
);
