import { and, desc, eq, gt, lte, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../client.ts';
import { accountTokens } from '../schema/account-tokens.ts';

export type AccountToken = typeof accountTokens.$inferSelect;
type Kind = AccountToken['kind'];

export type NewAccountToken = Pick<AccountToken, 'kind' | 'userId' | 'tokenHash'> &
  Partial<Pick<AccountToken, 'ticketHash' | 'codeMac' | 'data'>> & { readonly lifeSeconds: number };

/** The database's clock decides how long it lives. What has run out of everybody's is swept on the way. */
export const createAccountToken = async (tx: Db, { lifeSeconds, ...token }: NewAccountToken): Promise<void> => {
  await tx.delete(accountTokens).where(lte(accountTokens.expiresAt, sql`now()`));
  await tx
    .insert(accountTokens)
    .values({ ...token, expiresAt: sql`now() + make_interval(secs => ${lifeSeconds}::float8)` });
};

const live = (kind: Kind, which: SQL | undefined): SQL | undefined =>
  and(eq(accountTokens.kind, kind), gt(accountTokens.expiresAt, sql`now()`), which);

/** Looks without using up. */
export const accountToken = async (db: Db, kind: Kind, tokenHash: string): Promise<AccountToken | null> => {
  const [row] = await db
    .select()
    .from(accountTokens)
    .where(live(kind, eq(accountTokens.tokenHash, tokenHash)))
    .limit(1);
  return row ?? null;
};

/** Uses it up: of several who try at once, one gets it. */
export const takeAccountToken = async (tx: Db, kind: Kind, tokenHash: string): Promise<AccountToken | null> => {
  const [row] = await tx
    .delete(accountTokens)
    .where(live(kind, eq(accountTokens.tokenHash, tokenHash)))
    .returning();
  return row ?? null;
};

/** The newest that a browser asked for, known by its cookie. */
export const tokenOfTicket = async (db: Db, kind: Kind, ticketHash: string): Promise<AccountToken | null> => {
  const [row] = await db
    .select()
    .from(accountTokens)
    .where(live(kind, eq(accountTokens.ticketHash, ticketHash)))
    .orderBy(desc(accountTokens.createdAt))
    .limit(1);
  return row ?? null;
};

export const newestTokenOfUser = async (db: Db, kind: Kind, userId: string): Promise<AccountToken | null> => {
  const [row] = await db
    .select()
    .from(accountTokens)
    .where(live(kind, eq(accountTokens.userId, userId)))
    .orderBy(desc(accountTokens.createdAt))
    .limit(1);
  return row ?? null;
};

/** Counts one try before it is judged; false when it is one too many. */
export const admitTry = async (db: Db, id: string, triesMax: number): Promise<boolean> => {
  const rows = await db
    .update(accountTokens)
    .set({ attempts: sql`${accountTokens.attempts} + 1` })
    .where(and(eq(accountTokens.id, id), sql`${accountTokens.attempts} < ${triesMax}`))
    .returning({ id: accountTokens.id });
  return rows.length > 0;
};

export const dropTokens = async (tx: Db, userId: string, kind?: Kind): Promise<void> => {
  await tx
    .delete(accountTokens)
    .where(and(eq(accountTokens.userId, userId), kind === undefined ? undefined : eq(accountTokens.kind, kind)));
};
