import { eq, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { invoices } from '../../db/schema/invoices.ts';
import { subscriptions } from '../../db/schema/subscriptions.ts';
import type { InvoiceRow, Owner, SubscriptionRow } from './rows.ts';

/** The rows of the last sync, by id. */
export interface Kept {
  readonly subscriptions: ReadonlyMap<string, SubscriptionRow>;
  readonly invoices: ReadonlyMap<string, InvoiceRow>;
}

export const keptOf = async (tx: Db, { customerId }: Owner): Promise<Kept> => {
  const bought = await tx.select().from(subscriptions).where(eq(subscriptions.customerId, customerId));
  const billed = await tx.select().from(invoices).where(eq(invoices.customerId, customerId));
  return {
    subscriptions: new Map(bought.map(({ syncedAt: _, ...row }) => [row.id, row])),
    invoices: new Map(billed.map(({ syncedAt: _, ...row }) => [row.id, row])),
  };
};

export const saveSubscription = async (tx: Db, row: SubscriptionRow): Promise<void> => {
  const values = { ...row, syncedAt: sql`policy_now()` };
  await tx.insert(subscriptions).values(values).onConflictDoUpdate({ target: subscriptions.id, set: values });
};

export const saveInvoice = async (tx: Db, row: InvoiceRow): Promise<void> => {
  const values = { ...row, syncedAt: sql`policy_now()` };
  await tx.insert(invoices).values(values).onConflictDoUpdate({ target: invoices.id, set: values });
};
