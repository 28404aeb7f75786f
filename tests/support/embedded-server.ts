import postgres from 'postgres';
import { startEmbeddedPostgres } from '../../src/db/embedded.ts';

/** A process of its own that owns a database, for tests that end it: tells of itself in lines of JSON. */
const tell = (fact: Readonly<Record<string, unknown>>): void => {
  process.stdout.write(`${JSON.stringify(fact)}\n`);
};

const server = await startEmbeddedPostgres({
  dataDir: process.argv[2] ?? '',
  log: (line) => process.stderr.write(`${line}\n`),
});
if (!server.ok) {
  tell({ reason: server.reason });
  process.exit(1);
}
/** Works on after the signal, as a server does that finishes what it had begun. */
process.on('SIGINT', async () => {
  await Bun.sleep(300);
  const sql = postgres(server.url, { max: 1 });
  const [row] = await sql`select 'still here' as answer`;
  await sql.end();
  await server.stop();
  tell({ answer: row?.['answer'] });
  process.exit(0);
});
tell({ url: server.url, folder: server.folder });
setInterval(() => {}, 60_000);
