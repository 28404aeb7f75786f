import { eq } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { billingCustomers } from '../db/schema/subscriptions.ts';
import { billingStateOf } from './billing-state.ts';
import type { Billing, BillingFailure } from './door.ts';
import type { BillingPolicy } from './policy.ts';
import { standingOf } from './standing.ts';

const UNAVAILABLE: BillingFailure = { ok: false, reason: 'unavailable' };

/** Billing where no Stripe is to be had: shows what is known and sells nothing. Who never was a customer has nothing to end. */
export const createUnconnectedBilling = (db: Db, policy: BillingPolicy): Billing => {
  const unavailable = async (): Promise<BillingFailure> => UNAVAILABLE;
  return {
    startCheckout: unavailable,
    finishCheckout: unavailable,
    openPortal: unavailable,
    previewChange: unavailable,
    changePlan: unavailable,
    cancel: unavailable,
    resume: unavailable,
    refund: unavailable,
    resync: unavailable,
    billingStateOf: (userId) => billingStateOf(db, policy, userId),
    standingOf: (userId) => standingOf(db, userId),
    endEverything: async (userId) => {
      const [bound] = await db.select().from(billingCustomers).where(eq(billingCustomers.userId, userId)).limit(1);
      return bound ? UNAVAILABLE : { ok: true };
    },
    receiveWebhook: async () => 500,
    reconcile: () => Promise.reject(new Error('no Stripe is configured to be reconciled with')),
  };
};
