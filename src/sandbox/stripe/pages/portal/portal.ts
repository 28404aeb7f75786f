import type { Context } from 'hono';
import { hasExpired } from '../../portal/acts.ts';
import type { PortalConfiguration, PortalSession } from '../../portal/types.ts';
import type { Hosted } from '../hosted.tsx';

/** A portal session, and what its configuration lets the customer do. */
export interface Portal {
  readonly session: PortalSession;
  readonly configuration: PortalConfiguration;
}

/** The one that the address names, while its link is good. */
export const portalOf = (c: Context, { world }: Hosted): Portal | null => {
  const session = world.get('billing_portal.session', c.req.param('id') ?? '');
  const configuration = session && world.get('billing_portal.configuration', session.configuration);
  if (!session || !configuration || hasExpired(session, world.nowSeconds())) return null;
  return { session, configuration };
};
