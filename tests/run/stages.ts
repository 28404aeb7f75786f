import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBrowserReport } from './browser-report.ts';
import { readJunit } from './junit.ts';
import type { TestResult } from './result.ts';

export interface StageContext {
  /** The project's root. */
  readonly root: string;
  /** The children's whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Parts of file names; none means every file. */
  readonly patterns: readonly string[];
}

export interface Stage {
  readonly name: string;
  run(context: StageContext): Promise<readonly TestResult[]>;
}

const program = (root: string, name: string): string => join(root, 'node_modules', '.bin', name);

const spawn = async ({ root, env }: StageContext, command: readonly string[], quiet = false): Promise<number> => {
  const out = quiet ? 'ignore' : 'inherit';
  return Bun.spawn([...command], { cwd: root, env, stdin: 'ignore', stdout: out, stderr: out }).exited;
};

/** A tool whose exit code is its verdict counts as one test. */
const staticCheck = (name: string, title: string, args: readonly [string, ...string[]]): Stage => ({
  name,
  run: async (context) => {
    const [tool, ...rest] = args;
    const code = await spawn(context, [process.execPath, '--bun', program(context.root, tool), ...rest]);
    return [{ name: title, outcome: code === 0 ? 'passed' : 'failed' }];
  },
});

const matches = (file: string, patterns: readonly string[]): boolean =>
  patterns.length === 0 || patterns.some((pattern) => file.includes(pattern));

const testFiles = ({ root, patterns }: StageContext, glob: string): string[] =>
  [...new Bun.Glob(glob).scanSync({ cwd: root })]
    .filter((file) => !file.includes('node_modules') && matches(file, patterns))
    .sort();

/** Bun's report keeps silent about a file that did not load, so every file is asked for by name. */
const bunTests: Stage = {
  name: 'tests',
  run: async (context) => {
    const files = testFiles(context, '{src,tests,bench,scripts}/**/*.test.{ts,tsx}');
    if (files.length === 0)
      return context.patterns.length > 0 ? [] : [{ name: 'no test files found', outcome: 'failed' }];
    const folder = await mkdtemp(join(tmpdir(), 'quanticity-report-'));
    const outfile = join(folder, 'junit.xml');
    const paths = files.map((file) => `./${file}`);
    // Most tests wait more than they work: two files at once take two fifths of the time.
    const flags = ['--parallel=2', '--timeout=30000', '--only-failures'];
    const report = ['--reporter=junit', `--reporter-outfile=${outfile}`];
    const code = await spawn(context, [process.execPath, '--no-env-file', 'test', ...flags, ...report, ...paths]);
    const xml = existsSync(outfile) ? await readFile(outfile, 'utf8') : '';
    await rm(folder, { recursive: true, force: true });
    const { results, files: ran } = readJunit(xml);
    const lost = files
      .filter((file) => !ran.has(file))
      .map((file): TestResult => ({ name: `${file}: did not run, or holds no test`, outcome: 'failed' }));
    const all = [...results, ...lost];
    if (code !== 0 && !all.some(({ outcome }) => outcome === 'failed'))
      all.push({
        name: `bun test: ended with ${code} though no test failed (an error outside of a test)`,
        outcome: 'failed',
      });
    return all;
  },
};

const browserTests: Stage = {
  name: 'browser',
  run: async (context) => {
    const files = testFiles(context, 'tests/browser/**/*.e2e.ts');
    if (files.length === 0)
      return context.patterns.length > 0 ? [] : [{ name: 'no browser tests found', outcome: 'failed' }];
    const folder = await mkdtemp(join(tmpdir(), 'quanticity-report-'));
    const outfile = join(folder, 'browser.json');
    const missing = !context.env['CHROMIUM_PATH'];
    const env = { ...context.env, PLAYWRIGHT_JSON_OUTPUT_NAME: outfile };
    const playwright = [process.execPath, '--no-env-file', '--bun', program(context.root, 'playwright'), 'test'];
    const flags = missing ? ['--list', '--reporter=json'] : ['--reporter=list,json'];
    const code = await spawn({ ...context, env }, [...playwright, ...flags, ...files], missing);
    const text = existsSync(outfile) ? await readFile(outfile, 'utf8') : '';
    await rm(folder, { recursive: true, force: true });
    if (!text) return [{ name: `browser tests: Playwright ended with ${code} and no report`, outcome: 'failed' }];
    const results = [...readBrowserReport(text)];
    if (results.length === 0) results.push({ name: 'browser tests: none ran', outcome: 'failed' });
    if (missing) return results.map(({ name }) => ({ name, outcome: 'skipped', reason: 'no Chromium' }));
    if (code !== 0 && !results.some(({ outcome }) => outcome === 'failed'))
      results.push({ name: `browser tests: Playwright ended with ${code} though no test failed`, outcome: 'failed' });
    return results;
  },
};

export const STAGES: readonly Stage[] = [
  staticCheck('biome', 'Biome: format and lint', ['biome', 'ci', '.']),
  staticCheck('types', 'TypeScript: types', ['tsc', '--noEmit']),
  staticCheck('knip', 'knip: unused files, exports and packages', ['knip']),
  bunTests,
  browserTests,
];
