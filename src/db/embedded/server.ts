import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import postgres from 'postgres';
import { programOptions, USER } from './cluster.ts';
import type { Home } from './home.ts';
import { clearOrphan, isReady, postmasterPid, stopPostmaster } from './orphan.ts';

const DATABASE = 'quanticity';
const START_TIMEOUT_MS = 60_000;
const START_ATTEMPTS = 20;

/**
 * Keeps PostgreSQL in a session of its own, so that a terminal's Ctrl-C leaves it to us, and ends it when our end of the
 * pipe on its standard input closes, however our process ended.
 */
const GUARD =
  '"$@" 3<&- </dev/null & server=$!; { read -r _ <&3; kill -INT "$server"; } 2>/dev/null & guard=$!; wait "$server"; code=$?; kill "$guard" 2>/dev/null; exit $code';

const settings = (port: number): Readonly<Record<string, string>> => ({
  listen_addresses: '127.0.0.1',
  port: String(port),
  unix_socket_directories: '',
  fsync: 'on',
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Errors of single statements come back to us as such; in the log, they could repeat what members typed.
  log_min_messages: 'fatal',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
});

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no free port on 127.0.0.1')),
      );
    });
  });

export interface RunningServer {
  /** Resolves when the server has ended, for whatever reason. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

const LAST_LINES = 20;
/** What a server answers to others while it starts or stops: no reason for anything. */
const PASSING = /the database system is |terminating connection due to administrator command/;

const launch = (home: Home, port: number): { child: ChildProcess; ended: Promise<void>; said(): string } => {
  const flags = Object.entries(settings(port)).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const command = [home.binaries.postgres, '-D', home.cluster, ...flags];
  const child = spawn('/bin/sh', ['-c', `exec 3<&0; ${GUARD}`, 'postgres', ...command], {
    ...programOptions(home),
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const lines: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => {
    lines.push(
      ...chunk
        .toString()
        .split('\n')
        .filter((line) => line && !PASSING.test(line)),
    );
    lines.splice(0, Math.max(0, lines.length - LAST_LINES));
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  return { child, ended, said: () => lines.join('\n') };
};

export const urlOf = (port: number, password: string, database: string): string =>
  `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;

/** Asks over the wire until the server answers; its password proves that it is ours. */
const answers = async (url: string): Promise<boolean> => {
  const sql = postgres(url, { max: 1, connect_timeout: 5, fetch_types: false, onnotice: () => {} });
  try {
    const [found] = await sql`select 1 as found from pg_database where datname = ${DATABASE}`;
    if (!found) await sql.unsafe(`create database ${DATABASE}`);
    return true;
  } catch (error) {
    if (error instanceof postgres.PostgresError && error.code !== '57P03') throw error;
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
};

const start = async (
  home: Home,
  port: number,
  password: string,
): Promise<RunningServer | { readonly said: string }> => {
  const earlier = postmasterPid(home);
  const { child, ended, said } = launch(home, port);
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const stop = async (): Promise<void> => {
    const pid = postmasterPid(home);
    child.stdin?.end();
    if (pid !== undefined && !over) await stopPostmaster(pid);
    await ended;
  };
  const until = performance.now() + START_TIMEOUT_MS;
  while (!over && performance.now() < until) {
    if (isReady(home, earlier) && (await answers(urlOf(port, password, 'postgres')))) return { ended, stop };
    await Bun.sleep(10);
  }
  if (!over) await stop();
  return { said: said() || 'PostgreSQL did not answer' };
};

/** Starts in the folder, trying again while an earlier server's last processes let go of it or the port is taken. */
export const startServer = async (
  home: Home,
  password: string,
  choosePort: () => Promise<number>,
  log: (line: string) => void,
): Promise<RunningServer & { readonly port: number }> => {
  let said = '';
  for (let attempt = 1; attempt <= START_ATTEMPTS; attempt += 1) {
    await clearOrphan(home, log);
    const port = await choosePort();
    const server = await start(home, port, password);
    if ('ended' in server) return { ...server, port };
    said = server.said;
    const passing = /shared memory block|lock file|could not bind|Address already in use/i.test(said);
    if (!passing) break;
    await Bun.sleep(250);
  }
  throw new Error(`PostgreSQL did not start in ${home.cluster}: ${said}`);
};
