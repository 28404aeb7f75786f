import { createCluster } from './embedded/cluster.ts';
import { type Home, openHome, openPassword } from './embedded/home.ts';
import { type FolderLock, lockFolder } from './embedded/lock.ts';
import { freePort, type RunningServer, startServer, urlOf } from './embedded/server.ts';

export interface EmbeddedPostgresOptions {
  /** The product's data folder; the database takes `postgres/` in it (or, for root, in /var/lib/quanticity). */
  readonly dataDir: string;
  log(line: string): void;
}

export interface EmbeddedPostgres {
  readonly ok: true;
  /** Where the data lives, which for root need not be below `dataDir`. */
  readonly folder: string;
  /** Address of the database `quanticity`, password included: keep it out of logs. Stays valid across restarts. */
  readonly url: string;
  stop(): Promise<void>;
  /** Called each time the server ends unasked; it is being started again, at the same address. */
  onExit(listener: () => void): void;
}

export type EmbeddedPostgresResult = EmbeddedPostgres | { readonly ok: false; readonly reason: string };

const RESTART_PAUSE_MS = 500;

/** Holds one server up: starts it again, on the port it had, whenever it ends unasked. */
const supervise = (
  home: Home,
  password: string,
  first: RunningServer & { readonly port: number },
  lock: FolderLock,
  log: (line: string) => void,
) => {
  const { port } = first;
  const listeners: (() => void)[] = [];
  let server: RunningServer | undefined = first;
  let stopping = false;

  const watch = async (): Promise<void> => {
    while (!stopping) {
      await server?.ended;
      server = undefined;
      if (stopping) return;
      log('PostgreSQL ended unasked; starting it again');
      for (const listener of listeners) listener();
      while (!stopping && !server) {
        try {
          server = await startServer(home, password, async () => port, log);
          log('PostgreSQL is back');
        } catch (error) {
          log(error instanceof Error ? error.message : String(error));
          await Bun.sleep(RESTART_PAUSE_MS);
        }
      }
    }
  };
  const watching = watch();
  let stopped: Promise<void> | undefined;
  const shutDown = async (): Promise<void> => {
    stopping = true;
    await server?.stop();
    await watching;
    await server?.stop();
    lock.release();
  };
  return {
    stop: (): Promise<void> => {
      stopped ??= shutDown();
      return stopped;
    },
    onExit: (listener: () => void): void => {
      listeners.push(listener);
    },
  };
};

/**
 * A PostgreSQL of our own, ready for connections on 127.0.0.1, with an empty or kept database `quanticity` in it. What
 * stands in the way — a second server on the same data, a machine without binaries — comes back as a reason.
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgresResult> => {
  let lock: FolderLock | undefined;
  try {
    const home = await openHome(options.dataDir);
    const taken = lockFolder(home.folder);
    if ('heldBy' in taken)
      return {
        ok: false,
        reason: `the data folder ${home.folder} is in use by process ${Number.isNaN(taken.heldBy) ? '(unknown)' : taken.heldBy}: stop that one first, or choose another DATA_DIR`,
      };
    lock = taken;
    const password = openPassword(home);
    await createCluster(home);
    const server = await startServer(home, password, freePort, options.log);
    const running = supervise(home, password, server, lock, options.log);
    return { ok: true, folder: home.folder, url: urlOf(server.port, password, 'quanticity'), ...running };
  } catch (error) {
    lock?.release();
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
};
