import { sql } from 'drizzle-orm';
import type { Db } from '../client.ts';

interface PersonalTable {
  /** As the person's copy calls it. */
  readonly name: string;
  readonly table: string;
  /** Whose it is. */
  readonly column: string;
  /** Never told to anybody, the person included. */
  readonly secrets: readonly string[];
  /** When the account is deleted: nothing is left of it, or it stays for the reason given. */
  readonly onDeletion: 'erased' | `kept: ${string}`;
}

/** Everything that is kept about a person. A table that points at people and is not here fails a test. */
export const PERSONAL_TABLES: readonly PersonalTable[] = [
  {
    name: 'account',
    table: 'users',
    column: 'id',
    secrets: ['password_hash'],
    onDeletion: 'kept: the id alone, which the record and the invoices point at',
  },
  { name: 'sessions', table: 'sessions', column: 'user_id', secrets: ['token_hash'], onDeletion: 'erased' },
  {
    name: 'pendingLinks',
    table: 'account_tokens',
    column: 'user_id',
    secrets: ['token_hash', 'ticket_hash', 'code_mac', 'data'],
    onDeletion: 'erased',
  },
  {
    name: 'termsAccepted',
    table: 'terms_acceptances',
    column: 'user_id',
    secrets: [],
    onDeletion: 'kept: version and time, without the network address',
  },
  {
    name: 'secondFactor',
    table: 'second_factors',
    column: 'user_id',
    secrets: ['sealed_secret'],
    onDeletion: 'erased',
  },
  { name: 'recoveryCodes', table: 'recovery_codes', column: 'user_id', secrets: ['code_hash'], onDeletion: 'erased' },
  { name: 'apiKeys', table: 'api_keys', column: 'user_id', secrets: ['key_hash'], onDeletion: 'erased' },
  { name: 'chats', table: 'chat_links', column: 'user_id', secrets: [], onDeletion: 'erased' },
  {
    name: 'chatsUnderWay',
    table: 'chat_link_requests',
    column: 'user_id',
    secrets: ['token_hash', 'session_hash'],
    onDeletion: 'erased',
  },
  {
    name: 'chatRooms',
    table: 'chat_memberships',
    column: 'user_id',
    secrets: [],
    onDeletion: 'kept: until the person is out of the room',
  },
  { name: 'mails', table: 'mails', column: 'user_id', secrets: ['data'], onDeletion: 'erased' },
  { name: 'accessGiven', table: 'comps', column: 'user_id', secrets: [], onDeletion: 'kept: ended, for the record' },
  {
    name: 'billingCustomer',
    table: 'billing_customers',
    column: 'user_id',
    secrets: [],
    onDeletion: 'kept: invoices belong to it',
  },
  {
    name: 'subscriptions',
    table: 'subscriptions',
    column: 'user_id',
    secrets: [],
    onDeletion: 'kept: for the books',
  },
  {
    name: 'subscriptionChanges',
    table: 'subscription_changes',
    column: 'user_id',
    secrets: [],
    onDeletion: 'kept: for the books',
  },
  { name: 'invoices', table: 'invoices', column: 'user_id', secrets: [], onDeletion: 'kept: as long as tax law asks' },
  { name: 'checkouts', table: 'checkouts', column: 'user_id', secrets: [], onDeletion: 'kept: for the books' },
  { name: 'billingActs', table: 'billing_acts', column: 'user_id', secrets: [], onDeletion: 'kept: for the books' },
  {
    name: 'trialsUsed',
    table: 'trials_used',
    column: 'user_id',
    secrets: [],
    onDeletion: 'kept: hashed, so that a trial is had once',
  },
  {
    name: 'looksByOperators',
    table: 'impersonations',
    column: 'member_id',
    secrets: ['session_id'],
    onDeletion: 'kept: operators answer for it',
  },
  {
    name: 'looksAtOthers',
    table: 'impersonations',
    column: 'operator_id',
    secrets: ['session_id'],
    onDeletion: 'kept: operators answer for it',
  },
  {
    name: 'changesOnRecord',
    table: 'audit_log',
    column: 'user_id',
    secrets: [],
    onDeletion: 'kept: the record cannot be changed',
  },
];

type Row = Record<string, unknown>;

/** A copy for the person, without secrets. All tables as of one moment when given a transaction that says so. */
export const personalDataOf = async (db: Db, userId: string): Promise<Record<string, Row[]>> => {
  const copy: Record<string, Row[]> = {};
  for (const { name, table, column, secrets } of PERSONAL_TABLES) {
    const rows = await db.execute<{ row: Row }>(
      sql`select to_jsonb(t) as row from ${sql.identifier(table)} t where t.${sql.identifier(column)} = ${userId}`,
    );
    copy[name] = rows.map(({ row }) =>
      Object.fromEntries(Object.entries(row).filter(([field]) => !secrets.includes(field))),
    );
  }
  return copy;
};

/**
 * Leaves nothing of the person but an id. Mails that are still to go out are sent and forgotten then. `nobodysHash`: of a
 * password that nobody knows.
 */
export const erasePerson = async (tx: Db, userId: string, nobodysHash: string): Promise<void> => {
  for (const { table, column, onDeletion } of PERSONAL_TABLES) {
    if (onDeletion !== 'erased' || table === 'mails') continue;
    await tx.execute(sql`delete from ${sql.identifier(table)} where ${sql.identifier(column)} = ${userId}`);
  }
  await tx.execute(sql`delete from mails where user_id = ${userId} and state <> 'queued'`);
  await tx.execute(sql`update terms_acceptances set address = null where user_id = ${userId}`);
  await tx.execute(sql`update users set email = 'deleted-' || id || '@deleted.invalid', password_hash = ${nobodysHash},
    role = 'member', email_verified_at = null, deleted_at = now() where id = ${userId}`);
};
