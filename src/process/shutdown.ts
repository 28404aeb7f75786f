import type { Log } from '../log.ts';

/** No process may remain five seconds after Ctrl-C. */
const PATIENCE_MS = 4_000;

export interface Shutdown {
  /** Ended in reverse order of adding. */
  add(name: string, stop: () => Promise<void>): void;
  /** Ended after all that was added with `add`, in reverse order: what the others still need while they end. */
  last(name: string, stop: () => Promise<void>): void;
  begin(exitCode: number): void;
  /** Whether the way down has begun: what fails from then on was cut off, not broken. */
  begun(): boolean;
}

/** Takes Ctrl-C and SIGTERM; a second signal ends at once. */
export const createShutdown = (log: Log): Shutdown => {
  const early: (readonly [string, () => Promise<void>])[] = [];
  const late: (readonly [string, () => Promise<void>])[] = [];
  let begun = false;
  const end = async (exitCode: number): Promise<void> => {
    for (const [name, stop] of [...early.reverse(), ...late.reverse()]) {
      await stop().catch((error: Error) => log('warn', 'could not be ended cleanly', { name, error }));
    }
    process.exit(exitCode);
  };
  const begin = (exitCode: number): void => {
    if (begun) process.exit(exitCode || 130);
    begun = true;
    setTimeout(() => {
      log('error', 'the shutdown took too long; ending at once');
      process.exit(exitCode || 1);
    }, PATIENCE_MS);
    void end(exitCode);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => begin(0));
  return {
    add: (name, stop) => void early.push([name, stop]),
    last: (name, stop) => void late.push([name, stop]),
    begin,
    begun: () => begun,
  };
};
