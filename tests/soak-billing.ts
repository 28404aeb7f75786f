/**
 * `bun run soak:billing [stories] [first seed]`: the model of access, 5,000 stories unless told otherwise. Stops at the
 * first on which product and reference part, with that story cut down to its shortest.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../src/db/embedded.ts';
import { playMany, tallyWords } from './model/play-many.ts';
import { prepareDatabase } from './model/stage.ts';
import { createTestDatabase } from './support/database.ts';

const BLOCK = 50;
/** Stories wait for the database half of their time. */
const AT_ONCE = 3;

const [stories = '5000', first = String(Date.now() % 1_000_000)] = process.argv.slice(2);
const blocks = Math.ceil(Number(stories) / BLOCK);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const folder = await mkdtemp(join(tmpdir(), 'quanticity-soak-'));
await chmod(folder, 0o755);
const server = await startEmbeddedPostgres({ dataDir: folder, log: say });
if (!server.ok) throw new Error(server.reason);
process.env['TEST_DATABASE_URL'] = server.url;

const began = performance.now();
const tally = new Map<string, number>();
let next = 0;
let played = 0;
let failure: unknown = null;

const work = async (): Promise<void> => {
  const database = await createTestDatabase();
  await prepareDatabase(database);
  while (next < blocks && failure === null) {
    const seed = Number(first) + next;
    next += 1;
    try {
      await playMany(database, { seed, stories: BLOCK, tally });
    } catch (error) {
      failure ??= error;
      return;
    }
    played += BLOCK;
    if (played % 500 === 0)
      say(`${played} of ${blocks * BLOCK} stories agree, ${((performance.now() - began) / 1_000).toFixed(0)} s`);
  }
  await database.drop();
};

await Promise.all(Array.from({ length: AT_ONCE }, work));
await server.stop();
await rm(server.folder, { recursive: true, force: true });
await rm(folder, { recursive: true, force: true });
if (failure !== null)
  say(failure instanceof Error ? `${failure.message}\n${String(failure.cause ?? '')}` : String(failure));
say(tallyWords(tally));
say(
  `${played} stories from seed ${first}, ${tally.get('checks of access') ?? 0} checks of access, ${failure === null ? 'no divergence' : 'DIVERGED'}, ${((performance.now() - began) / 60_000).toFixed(1)} min`,
);
process.exit(failure === null ? 0 : 1);
