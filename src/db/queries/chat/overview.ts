import { sql } from 'drizzle-orm';
import type { Db } from '../../client.ts';
import type { ChatVendorName } from './link-requests.ts';
import type { SeatState } from './links.ts';

export interface SeatCount {
  readonly vendor: ChatVendorName;
  readonly room: 'premium' | 'basic';
  readonly state: SeatState;
  readonly people: number;
}

export interface SeatTrouble {
  readonly vendor: ChatVendorName;
  readonly room: 'premium' | 'basic';
  readonly userId: string;
  readonly state: SeatState;
  /** Tries since the last that went well. */
  readonly failures: number;
  readonly problem: string;
}

export interface ChatHealth {
  readonly counts: readonly SeatCount[];
  /** Seats that the vendor would not change, the most tried first; at most ten. */
  readonly troubles: readonly SeatTrouble[];
}

const TROUBLES_SHOWN = 10;

/** For operators: how the rooms fare. Nobody's name is in it. */
export const chatHealth = async (db: Db): Promise<ChatHealth> => {
  const counts = await db.execute<SeatCount & Record<string, unknown>>(sql`
    select vendor, room, state, count(*)::int as people from chat_memberships
    where state <> 'outside' group by vendor, room, state order by vendor, room desc, state`);
  const troubles = await db.execute<SeatTrouble & Record<string, unknown>>(sql`
    select vendor, room, user_id as "userId", state, failures, last_problem as problem from chat_memberships
    where last_problem is not null order by failures desc, changed_at limit ${TROUBLES_SHOWN}`);
  return { counts: [...counts], troubles: [...troubles] };
};
