import { readdirSync, readFileSync } from 'node:fs';
import { asText, type Bench, type BenchResult, machine, measure } from './harness.ts';

const isBenchFile = (file: string): boolean =>
  file.endsWith('.ts') && /^export const bench\b/m.test(readFileSync(`${import.meta.dir}/${file}`, 'utf8'));
const USAGE = `Usage: bun run bench [name …] [--json] [--repetitions N]

Measures figures of the performance table, each against a named peer in the same run.`;

const available = (): string[] =>
  readdirSync(import.meta.dir)
    .filter(isBenchFile)
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();

const isBench = (value: unknown): value is Bench =>
  typeof value === 'object' && value !== null && 'name' in value && 'run' in value;

const load = async (name: string): Promise<Bench> => {
  const loaded: unknown = await import(`./${name}.ts`);
  const bench = typeof loaded === 'object' && loaded !== null && 'bench' in loaded ? loaded.bench : null;
  if (!isBench(bench)) throw new Error(`bench/${name}.ts: expected an exported \`bench\` with a name and run()`);
  return bench;
};

interface Options {
  readonly names: readonly string[];
  readonly json: boolean;
  readonly repetitions: number;
}

const readOptions = (args: readonly string[]): Options | string => {
  const names: string[] = [];
  let json = false;
  let repetitions = 7;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--json') json = true;
    else if (arg === '--repetitions') {
      repetitions = Number(args[++i]);
      if (!(Number.isInteger(repetitions) && repetitions >= 5)) return '--repetitions: expected a whole number from 5';
    } else if (available().includes(arg)) names.push(arg);
    else return `${arg}: expected one of ${available().join(', ')}`;
  }
  return { names: names.length > 0 ? names : available(), json, repetitions };
};

const main = async (args: readonly string[]): Promise<number> => {
  if (args.includes('--help')) {
    console.log(USAGE);
    return 0;
  }
  const options = readOptions(args);
  if (typeof options === 'string') {
    console.error(`${options}\n\n${USAGE}`);
    return 1;
  }
  const results: BenchResult[] = [];
  if (!options.json) console.log(`machine: ${machine()}`);
  for (const name of options.names) {
    const result = await measure(await load(name), options.repetitions);
    results.push(result);
    if (!options.json) console.log(asText(result));
  }
  if (options.json) console.log(JSON.stringify({ machine: machine(), results }, null, 2));
  return 0;
};

process.exit(await main(process.argv.slice(2)));
