import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VARIABLE_NAMES } from '../src/config.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/db/embedded.ts';
import { type TestResult, tally } from './run/result.ts';
import { STAGES, type Stage } from './run/stages.ts';

const ROOT = join(import.meta.dir, '..');
const ALIASES: Readonly<Record<string, string>> = { unit: 'src/' };

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const seconds = (sinceMs: number): string => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;

const takesFiles = ({ name }: Stage): boolean => name === 'tests' || name === 'browser';

/** `npm test -- types tests/chaos`: names of stages, and parts of file names for the stages that run files. */
const choose = (
  args: readonly string[],
): { readonly stages: readonly Stage[]; readonly patterns: readonly string[] } => {
  const patterns = args.filter((arg) => !STAGES.some(({ name }) => name === arg)).map((arg) => ALIASES[arg] ?? arg);
  const named = STAGES.filter(({ name }) => args.includes(name));
  if (named.some(takesFiles) || (named.length > 0 && patterns.length === 0)) return { stages: named, patterns };
  if (patterns.length === 0) return { stages: STAGES, patterns };
  return { stages: STAGES.filter((stage) => named.includes(stage) || takesFiles(stage)), patterns };
};

/** One PostgreSQL for the whole run; what a developer's own settings say must not change what a test sees. */
const startDatabase = async (): Promise<{ server: EmbeddedPostgres; discard(): Promise<void> }> => {
  const folder = await mkdtemp(join(tmpdir(), 'quanticity-tests-'));
  await chmod(folder, 0o755);
  const server = await startEmbeddedPostgres({ dataDir: folder, log: say });
  if (!server.ok) throw new Error(server.reason);
  const discard = async (): Promise<void> => {
    await server.stop();
    await rm(server.folder, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  };
  return { server, discard };
};

const environment = (databaseUrl: string): Record<string, string> => {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined && !VARIABLE_NAMES.includes(name)) env[name] = value;
  return { ...env, NODE_ENV: 'test', TEST_DATABASE_URL: databaseUrl };
};

const runStage = async (stage: Stage, context: Parameters<Stage['run']>[0]): Promise<readonly TestResult[]> => {
  const startedMs = performance.now();
  say(`\n── ${stage.name}`);
  let results: readonly TestResult[];
  try {
    results = await stage.run(context);
  } catch (error) {
    results = [{ name: `${stage.name}: ${error instanceof Error ? error.message : String(error)}`, outcome: 'failed' }];
  }
  say(`── ${stage.name}: ${tally(results)} in ${seconds(startedMs)}`);
  return results;
};

const main = async (): Promise<number> => {
  const startedMs = performance.now();
  const { stages, patterns } = choose(process.argv.slice(2));
  const results: TestResult[] = [];
  const { server, discard } = await startDatabase();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void discard().finally(() => process.exit(130)));
  try {
    const context = { root: ROOT, env: environment(server.url), patterns };
    for (const stage of stages) results.push(...(await runStage(stage, context)));
  } finally {
    await discard();
  }
  if (results.length === 0) results.push({ name: `nothing matches ${patterns.join(' ')}`, outcome: 'failed' });
  for (const outcome of ['skipped', 'failed'] as const)
    for (const result of results)
      if (result.outcome === outcome) say(`${outcome}: ${result.name}${result.reason ? ` (${result.reason})` : ''}`);
  say(`in ${seconds(startedMs)}`);
  say(tally(results));
  return results.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
};

process.exitCode = await main();
