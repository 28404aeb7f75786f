import type { Command } from '../core/inputs.ts';
import type { Actor } from '../core/types.ts';
import type { Bus } from '../ports/bus.ts';
import type { Log } from '../ports/log.ts';

/** A row of the `commands` table, as the engine needs it. */
export interface GivenCommand {
  readonly id: number;
  readonly actor: Actor;
  readonly command: Command;
  readonly reason: string;
  readonly takenAt: Date | null;
}
export interface CommandSource {
  /** Rows with a greater id, oldest first, a page at most. */
  takeNew(afterId: number): Promise<readonly GivenCommand[]>;
  markTaken(id: number): Promise<void>;
}
export interface CommandIntake {
  start(): void;
  /** Once the command is in the ledger. */
  committed(id: number): void;
  stop(): void;
}

/** Ids are drawn before rows commit, so a lower id may appear after a higher one: look back this far each time. */
const LOOK_BACK_IDS = 40;

/** Commands arrive by hint, and by poll where the hint was lost. A command is handed over once. */
export const createCommandIntake = (options: {
  readonly source: CommandSource;
  readonly bus: Bus;
  readonly pollEveryMs: number;
  /** Ids that the ledger already holds: a crash may come between the ledger's commit and the row's mark. */
  readonly alreadyTaken: readonly number[];
  readonly take: (command: GivenCommand) => void;
  readonly log: Log;
}): CommandIntake => {
  const taken = new Set(options.alreadyTaken);
  let highestId = Math.max(0, ...options.alreadyTaken);
  let reading = false;
  let again = false;
  let stopped = false;
  let unsubscribe = (): void => {};
  let timer: ReturnType<typeof setInterval> | null = null;

  const readOnce = async (): Promise<boolean> => {
    const before = highestId;
    for (const row of await options.source.takeNew(Math.max(0, highestId - LOOK_BACK_IDS))) {
      if (stopped) return false;
      highestId = Math.max(highestId, row.id);
      if (taken.has(row.id)) continue;
      taken.add(row.id);
      if (row.takenAt === null) options.take(row);
    }
    return highestId > before;
  };
  const read = async (): Promise<void> => {
    again = true;
    if (reading) return;
    reading = true;
    try {
      while (again && !stopped) {
        again = false;
        while (await readOnce());
      }
    } catch (error) {
      options.log('warn', 'commands could not be read; trying again with the next poll', { error });
    } finally {
      reading = false;
    }
  };

  return {
    start: () => {
      unsubscribe = options.bus.subscribe('commands.given', () => void read());
      timer = setInterval(() => void read(), options.pollEveryMs);
      void read();
    },
    committed: (id) => {
      options.source.markTaken(id).catch((error) => {
        options.log('warn', 'a command could not be marked as taken; the ledger holds it', { id, error });
      });
    },
    stop: () => {
      stopped = true;
      unsubscribe();
      if (timer) clearInterval(timer);
    },
  };
};
