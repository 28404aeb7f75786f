import { sql } from 'drizzle-orm';
import type { Db } from '../../client.ts';
import { audit } from '../audit.ts';
import type { SeatState } from './links.ts';
import type { SeatKey } from './seats.ts';

/** Until then a person who was told to come in counts as on the way. */
const ENTRY_LEASE_MS = 15_000;

const seat = (key: SeatKey) =>
  sql`m.vendor = ${key.vendor} and m.room = ${key.room} and m.chat_user_id = ${key.chatUserId}`;

/**
 * Whether the person may enter now. Before this says yes the seat is marked as being filled: should the answer never
 * reach us, the keeper looks after it. No while somebody is being put out of that very seat.
 */
export const mayEnterChat = async (db: Db, key: SeatKey): Promise<boolean> => {
  const rows = await db.execute(sql`
    update chat_memberships m set state = 'admitting', version = m.version + 1, try_after = null,
      leased_until = clock_timestamp() + make_interval(secs => ${ENTRY_LEASE_MS / 1000}::float8)
    from chat_membership_plan p
    where ${seat(key)} and p.vendor = m.vendor and p.room = m.room and p.chat_user_id = m.chat_user_id and p.allowed
      and not (m.state = 'removing' and coalesce(m.leased_until, '-infinity') > clock_timestamp())
    returning 1 as one`);
  return rows.length > 0;
};

/** The vendor let the person in at our word. */
export const enteredChat = (db: Db, key: SeatKey): Promise<void> =>
  change(db, key, 'inside', sql`m.state = 'admitting'`, 'asked to join');

/**
 * The vendor told of a coming or going. A seat that is being emptied is left to whoever empties it, except that somebody
 * who turns up inside then is put out once more.
 */
export const seenInChat = async (db: Db, key: SeatKey, standing: 'inside' | 'absent'): Promise<void> => {
  if (standing === 'absent') {
    await change(db, key, 'left', sql`m.state = 'inside'`, 'left');
    return;
  }
  await change(db, key, 'inside', sql`m.state in ('outside', 'admitting', 'invited', 'left')`, 'seen inside');
  await db.execute(sql`
    update chat_memberships m set version = m.version + 1, leased_until = null where ${seat(key)} and m.state = 'removing'`);
};

const change = async (
  db: Db,
  key: SeatKey,
  state: SeatState,
  where: ReturnType<typeof sql>,
  cause: string,
): Promise<void> =>
  await db.transaction(async (tx) => {
    const rows = await tx.execute<{ user_id: string; before: SeatState }>(sql`
      update chat_memberships m set state = ${state}, version = m.version + 1, leased_until = null, try_after = null,
        failures = 0, last_problem = null, changed_at = now()
      from (select m.state from chat_memberships m where ${seat(key)} for update) old
      where ${seat(key)} and ${where}
      returning m.user_id, old.state as before`);
    const [changed] = rows;
    if (!changed) return;
    await audit(tx, {
      actor: { kind: 'system', name: 'chat memberships' },
      action: `chat.${state}`,
      userId: changed.user_id,
      before: { ...key, state: changed.before },
      after: { ...key, state },
      cause,
    });
  });
