import { setTimeout } from 'node:timers/promises';
import postgres from 'postgres';
import { CONNECTION_DEFAULTS } from './client.ts';

export interface LeadOptions {
  readonly databaseUrl: string;
  /** Names the advisory lock: of all nodes on this database one has it. */
  readonly key: string;
  /** What the leader does until `signal` says that it leads no more. */
  readonly lead: (signal: AbortSignal) => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** Between two looks at the lock, of who has it and of who wants it. */
  readonly beatMs?: number;
}

/** A database that says nothing for this long may have let another lead. */
const SILENCE_MAX_MS = 5_000;

/** Runs `lead` on one node at a time. The lock lives on a connection: whoever loses that stops leading within a beat. */
export const holdLead = ({ databaseUrl, key, lead, onError, beatMs = 1_000 }: LeadOptions) => {
  const sql = postgres(databaseUrl, { max: 1, ...CONNECTION_DEFAULTS, connection: { application_name: key } });
  const going = new AbortController();
  const pause = () => setTimeout(beatMs, undefined, { signal: going.signal }).catch(() => undefined);
  /** The server process behind our connection, when it holds the lock. */
  const tryLock = async (): Promise<number | null> => {
    const [row] = await sql<{ mine: boolean; pid: number }[]>`
      select pg_try_advisory_lock(hashtext(${key})) as mine, pg_backend_pid() as pid`;
    return row?.mine ? row.pid : null;
  };
  const isStill = async (pid: number): Promise<boolean> => {
    const silence = setTimeout(SILENCE_MAX_MS, []);
    const [row] = await Promise.race([sql<{ pid: number }[]>`select pg_backend_pid() as pid`, silence]);
    return row?.pid === pid;
  };
  const reign = async (pid: number): Promise<void> => {
    const deposed = new AbortController();
    const leading = lead(AbortSignal.any([going.signal, deposed.signal])).catch(onError);
    try {
      do await pause();
      while (!going.signal.aborted && (await isStill(pid)));
    } finally {
      deposed.abort();
      await leading;
    }
  };
  const run = async (): Promise<void> => {
    while (!going.signal.aborted) {
      try {
        const pid = await tryLock();
        if (pid !== null) {
          await reign(pid);
          await sql`select pg_advisory_unlock_all()`;
        }
      } catch (error) {
        onError(error);
      }
      await pause();
    }
  };
  const running = run();
  return {
    async stop(): Promise<void> {
      going.abort();
      await running;
      await sql.end({ timeout: 2 });
    },
  };
};
