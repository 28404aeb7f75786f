import { sql } from 'drizzle-orm';
import type { Db } from '../../client.ts';
import { audit } from '../audit.ts';
import type { ChatVendorName } from './link-requests.ts';
import type { SeatState } from './links.ts';

export interface SeatKey {
  readonly vendor: ChatVendorName;
  readonly room: 'premium' | 'basic';
  readonly chatUserId: string;
}

/** A seat that somebody acts on or looks at; `version` tells later whether it is still as it was then. */
export interface ClaimedSeat extends SeatKey {
  readonly userId: string;
  readonly from: SeatState;
  readonly version: number;
  readonly failures: number;
}

interface SeatRow extends Record<string, unknown> {
  readonly room: SeatKey['room'];
  readonly chat_user_id: string;
  readonly user_id: string;
  readonly state: SeatState | null;
  readonly version: number;
  readonly failures: number;
  readonly act: 'admit' | 'remove';
}

const seatOf = (vendor: ChatVendorName, row: SeatRow): ClaimedSeat => ({
  vendor,
  room: row.room,
  chatUserId: row.chat_user_id,
  userId: row.user_id,
  from: row.state ?? 'outside',
  version: row.version,
  failures: row.failures,
});

interface ClaimOptions {
  readonly limit: number;
  /** For how long nobody else acts on it, unless it is held on to. */
  readonly leaseMs: number;
}

const ms = (value: number) => sql`make_interval(secs => ${value / 1000}::float8)`;

/**
 * Takes what is to be done now, removals first. Before anybody acts the seat says so: whatever happens to the act, it is
 * known that it may have been done.
 */
export const claimChatActs = async (
  db: Db,
  vendor: ChatVendorName,
  { limit, leaseMs }: ClaimOptions,
): Promise<readonly (ClaimedSeat & { readonly act: 'admit' | 'remove' })[]> => {
  const rows = await db.execute<SeatRow>(sql`
    with due as materialized (
      select room, chat_user_id, user_id, act, state, coalesce(version, 0) as version from chat_membership_plan
      where vendor = ${vendor} and act in ('admit', 'remove')
        and coalesce(leased_until, '-infinity') <= clock_timestamp() and coalesce(try_after, '-infinity') <= clock_timestamp()
      order by act desc, try_after nulls first limit ${limit}
    ), claimed as (
      insert into chat_memberships as m (vendor, room, chat_user_id, user_id, state, version, leased_until)
      select ${vendor}, room, chat_user_id, user_id, case act when 'admit' then 'admitting' else 'removing' end, version + 1,
        clock_timestamp() + ${ms(leaseMs)} from due
      on conflict (vendor, room, chat_user_id) do update
        set state = excluded.state, version = excluded.version, leased_until = excluded.leased_until, user_id = excluded.user_id
        where m.version = excluded.version - 1
      returning room, chat_user_id, user_id, version, failures
    )
    select claimed.*, due.state, due.act from claimed join due using (room, chat_user_id)`);
  return rows.map((row) => ({ ...seatOf(vendor, row), act: row.act }));
};

/** Whoever acts is still at it. */
export const holdChatAct = async (db: Db, seat: ClaimedSeat, leaseMs: number): Promise<void> => {
  await db.execute(sql`
    update chat_memberships set leased_until = clock_timestamp() + ${ms(leaseMs)}
    where vendor = ${seat.vendor} and room = ${seat.room} and chat_user_id = ${seat.chatUserId}
      and version = ${seat.version} and leased_until is not null`);
};

interface SettledSeat {
  readonly state: SeatState;
  /** Null when it went well. */
  readonly problem: { readonly words: string; readonly tryAfterMs: number } | null;
  readonly cause: string;
}

/** Where states begin and end that a person notices. */
const SETTLED: ReadonlySet<SeatState> = new Set(['outside', 'invited', 'inside', 'left']);

/** Writes down what became of an act; false when the seat has moved on meanwhile, and nothing is written. */
export const settleChatAct = async (db: Db, seat: ClaimedSeat, settled: SettledSeat): Promise<boolean> =>
  await db.transaction(async (tx) => {
    const { problem } = settled;
    const rows = await tx.execute(sql`
      update chat_memberships set state = ${settled.state}, version = version + 1, leased_until = null,
        changed_at = case when ${settled.state} = ${seat.from} then changed_at else now() end,
        failures = ${problem ? seat.failures + 1 : 0}, last_problem = ${problem?.words ?? null},
        try_after = ${problem ? sql`clock_timestamp() + ${ms(problem.tryAfterMs)}` : sql`null`}
      where vendor = ${seat.vendor} and room = ${seat.room} and chat_user_id = ${seat.chatUserId} and version = ${seat.version}
      returning 1 as one`);
    if (rows.length === 0) return false;
    if (SETTLED.has(settled.state) && settled.state !== seat.from)
      await noteSeat(tx, seat, seat.from, settled.state, settled.cause);
    return true;
  });

const KEEPER = { kind: 'system', name: 'chat memberships' } as const;

const noteSeat = (
  tx: Db,
  seat: SeatKey & { readonly userId: string },
  before: SeatState,
  after: SeatState,
  cause: string,
) => {
  const { vendor, room, chatUserId, userId } = seat;
  const place = { vendor, room, chatUserId };
  return audit(tx, {
    actor: KEEPER,
    action: `chat.${after}`,
    userId,
    before: { ...place, state: before },
    after: { ...place, state: after },
    cause,
  });
};

/** Seats to be looked at, the longest unseen first; taking one counts as looking. */
export const claimChatLooks = async (
  db: Db,
  vendor: ChatVendorName,
  { limit, everyMs }: { readonly limit: number; readonly everyMs: number },
): Promise<readonly ClaimedSeat[]> => {
  const rows = await db.execute<SeatRow>(sql`
    update chat_memberships m set looked_at = clock_timestamp()
    from (
      select vendor, room, chat_user_id from chat_memberships
      where vendor = ${vendor} and state in ('outside', 'invited', 'inside', 'left')
        and looked_at <= clock_timestamp() - ${ms(everyMs)}
      order by looked_at limit ${limit} for update skip locked
    ) due
    where m.vendor = due.vendor and m.room = due.room and m.chat_user_id = due.chat_user_id
    returning m.room, m.chat_user_id, m.user_id, m.state, m.version, m.failures`);
  return rows.map((row) => seatOf(vendor, row));
};

/** Writes down what a look has found to be otherwise; false when the seat has moved on meanwhile. */
export const settleChatLook = async (db: Db, seat: ClaimedSeat, state: SeatState): Promise<boolean> =>
  await db.transaction(async (tx) => {
    const rows = await tx.execute(sql`
      update chat_memberships set state = ${state}, version = version + 1, changed_at = now()
      where vendor = ${seat.vendor} and room = ${seat.room} and chat_user_id = ${seat.chatUserId}
        and version = ${seat.version} and state = ${seat.from}
      returning 1 as one`);
    if (rows.length === 0) return false;
    await noteSeat(tx, seat, seat.from, state, 'found so at the vendor');
    return true;
  });

/** Drops the rows of people who are out and not linked any more; returns how many. */
export const forgetChatSeats = async (db: Db): Promise<number> => {
  const rows = await db.execute(sql`
    delete from chat_memberships m using (
      select vendor, room, chat_user_id, version from chat_membership_plan where act = 'forget'
    ) p
    where m.vendor = p.vendor and m.room = p.room and m.chat_user_id = p.chat_user_id and m.version = p.version
      and m.state = 'outside'
    returning 1 as one`);
  return rows.length;
};

/** What the keeper would do now, for a look before it is let loose. */
export const chatPlan = async (
  db: Db,
): Promise<
  readonly (SeatKey & { readonly act: string; readonly state: SeatState | null; readonly userId: string })[]
> => {
  const rows = await db.execute<SeatRow & { readonly vendor: ChatVendorName }>(sql`
    select vendor, room, chat_user_id, user_id, state, act from chat_membership_plan where act is not null
    order by vendor, act desc, room, chat_user_id`);
  return rows.map(({ vendor, room, chat_user_id, user_id, state, act }) => ({
    vendor,
    room,
    chatUserId: chat_user_id,
    userId: user_id,
    state,
    act,
  }));
};
