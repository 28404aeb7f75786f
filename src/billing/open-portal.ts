import { failureOf } from './act.ts';
import { customerOf } from './customer.ts';
import { type BillingDeps, pageUrl } from './deps.ts';
import type { Redirection } from './door.ts';
import { createPortalSession } from './stripe/acts.ts';

/** Stripe's own pages for cards, invoices and cancelling. */
export const openPortal = async (deps: BillingDeps, userId: string): Promise<Redirection> => {
  const customerId = await customerOf(deps, userId);
  if (!customerId) return { ok: false, reason: 'no-subscription' };
  try {
    const configuration = await deps.gateway.portalConfigurationId();
    const returnUrl = pageUrl(deps, '/account/billing?back');
    return { ok: true, url: await createPortalSession(deps.gateway.stripe, { customerId, returnUrl, configuration }) };
  } catch (error) {
    return failureOf(deps, 'opening the portal', error);
  }
};
