import type { Db } from '../db/client.ts';
import { giveCommand } from '../db/queries/commands.ts';
import type { Bus, EngineDoor, EngineStatus, EngineView } from '../engine/index.ts';

/** Views come a few times a second; an engine silent this long counts as being restarted. */
const SILENT_MS = 5_000;

export interface EngineDoorOptions {
  readonly db: Db;
  readonly bus: Bus;
}

/** The web's handle on the engine: commands go through Postgres, views come by the bus. */
export const createEngineDoor = (options: EngineDoorOptions): EngineDoor & { setUp(up: boolean): void } => {
  let newest: EngineView | null = null;
  let arrivedAt = 0;
  let up = true;
  const listeners = new Set<(view: EngineView) => void>();
  options.bus.subscribe('engine.view', (message) => {
    newest = message as EngineView;
    arrivedAt = Date.now();
    for (const listener of listeners) listener(newest);
  });
  const viewAgeMs = (): number | null => (newest ? Date.now() - arrivedAt : null);
  const status = (): EngineStatus => {
    if (!newest) return up ? 'starting' : 'restarting';
    return up && Date.now() - arrivedAt < SILENT_MS ? 'running' : 'restarting';
  };
  return {
    submit: async (actor, command, reason) => {
      const id = await giveCommand(options.db, actor, command, reason);
      options.bus.publish('commands.given', { id });
      return id;
    },
    view: () => newest,
    viewAgeMs,
    status,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    setUp: (value) => {
      up = value;
    },
  };
};
