import { type SourceFile, targetOf } from './source.ts';

/**
 * Who may import whom. A file belongs to the first zone whose path it begins with; what a zone does not list is
 * forbidden. `types` may be imported as types alone.
 */
interface Zone {
  readonly path: string;
  readonly may: readonly string[];
  readonly types?: readonly string[];
}

const DOOR = 'src/engine/index.ts';
const CORE = 'src/engine/core/';
const PORTS = 'src/engine/ports/';

const ROOTS: readonly Zone[] = ['src/main.ts', 'src/engine-thread.ts', 'src/cli.ts', 'src/cli/', 'src/process/'].map(
  (path) => ({ path, may: ['src/'] }),
);

const ZONES: readonly Zone[] = [
  ...ROOTS,
  { path: 'src/config.ts', may: ['src/config/'] },
  { path: 'src/config/', may: ['src/config/'] },
  { path: 'src/log.ts', may: [] },
  { path: DOOR, may: [CORE, PORTS, 'src/engine/shell/'] },
  { path: CORE, may: [CORE] },
  { path: PORTS, may: [PORTS, CORE] },
  { path: 'src/engine/shell/', may: ['src/engine/shell/', PORTS, CORE] },
  { path: 'src/engine/testing/', may: ['src/engine/'] },
  { path: 'src/db/', may: ['src/db/', PORTS], types: [CORE] },
  { path: 'src/billing/', may: ['src/billing/', 'src/db/'] },
  { path: 'src/distribution/', may: ['src/distribution/', 'src/db/', 'src/billing/plans.ts', DOOR] },
  { path: 'src/reports/', may: ['src/reports/', 'src/db/', 'src/billing/plans.ts', DOOR] },
  { path: 'src/web/', may: ['src/web/', 'src/billing/', 'src/distribution/', 'src/reports/', 'src/db/', DOOR] },
  {
    path: 'src/sandbox/',
    may: ['src/sandbox/', 'src/engine/core/market/', 'src/engine/core/pricing/', 'src/engine/core/types.ts'],
  },
];

/** Bus and state store speak to the same server through one way of connecting. */
const SHARED_SHELL = 'redis';
const SHELL_FOLDER = /^src\/engine\/shell\/([^/]+)\//;

/** Undefined if the import is allowed, else what is wrong with it. */
const objection = (from: string, to: string, typeOnly: boolean): string | undefined => {
  const zone = ZONES.find(({ path }) => from.startsWith(path));
  if (!zone) return 'this folder is not in the table of src/tidy/boundaries.ts: add it there';
  const allowed = typeOnly ? [...zone.may, ...(zone.types ?? [])] : zone.may;
  if (!allowed.some((path) => to.startsWith(path)))
    return `${zone.path} may import only ${[...zone.may, ...(zone.types ?? []).map((path) => `${path} (types)`)].join(', ') || 'packages'}`;
  const [mine, theirs] = [SHELL_FOLDER.exec(from)?.[1], SHELL_FOLDER.exec(to)?.[1]];
  if (mine && theirs && mine !== theirs && theirs !== SHARED_SHELL)
    return 'no shell imports another shell: meet in engine/ports or in the runner';
  return undefined;
};

export const boundaryProblems = (file: SourceFile): readonly string[] =>
  file.imports.flatMap(({ specifier, typeOnly }) => {
    const target = targetOf(file.path, specifier);
    const problem = target?.startsWith('src/') ? objection(file.path, target, typeOnly) : undefined;
    return problem ? [`${file.path}: ${specifier}: ${problem}`] : [];
  });
