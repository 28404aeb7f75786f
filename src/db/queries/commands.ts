import { asc, desc, eq, gt } from 'drizzle-orm';
import type { Command } from '../../engine/core/inputs.ts';
import type { Actor } from '../../engine/core/types.ts';
import type { Db } from '../client.ts';
import { commands } from '../schema/commands.ts';

export interface CommandRow {
  readonly id: number;
  readonly actor: Actor;
  readonly command: Command;
  readonly reason: string;
  readonly givenAt: Date;
  readonly takenAt: Date | null;
}

/** Writes what somebody told the engine; it is obeyed when the engine takes it in. */
export const giveCommand = async (db: Db, actor: Actor, command: Command, reason: string): Promise<string> => {
  const [row] = await db.insert(commands).values({ actor, command, reason }).returning({ id: commands.id });
  if (!row) throw new Error('commands: the insert returned no row');
  return String(row.id);
};

/** Commands after `afterId`, oldest first. */
export const commandsAfter = async (db: Db, afterId: number): Promise<CommandRow[]> => {
  const rows = await db.select().from(commands).where(gt(commands.id, afterId)).orderBy(asc(commands.id)).limit(100);
  return rows.map((row) => ({ ...row, actor: row.actor as Actor, command: row.command as Command }));
};

export const markCommandTaken = async (db: Db, id: number): Promise<void> => {
  await db.update(commands).set({ takenAt: new Date() }).where(eq(commands.id, id));
};

/** For operators: what was asked for last, newest first. */
export const latestCommands = async (db: Db, limit: number): Promise<CommandRow[]> => {
  const rows = await db.select().from(commands).orderBy(desc(commands.id)).limit(limit);
  return rows.map((row) => ({ ...row, actor: row.actor as Actor, command: row.command as Command }));
};
