import { desc, eq } from 'drizzle-orm';
import type { Db } from '../client.ts';
import { termsAcceptances } from '../schema/terms-acceptances.ts';

export type TermsAcceptance = typeof termsAcceptances.$inferSelect;

/** `address`: the network address of whoever accepted; null for accounts that nobody signed up for. */
export const acceptTerms = async (tx: Db, userId: string, version: string, address: string | null): Promise<void> => {
  await tx.insert(termsAcceptances).values({ userId, version, address });
};

/** Newest first. */
export const termsAcceptedBy = (db: Db, userId: string): Promise<TermsAcceptance[]> =>
  db
    .select()
    .from(termsAcceptances)
    .where(eq(termsAcceptances.userId, userId))
    .orderBy(desc(termsAcceptances.acceptedAt));
