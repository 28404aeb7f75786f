import { entitlementsOf } from '../../../billing/plans.ts';
import type { Site, WebHandler } from '../../context.ts';
import { staleness } from './staleness.ts';
import { withKey } from './with-key.ts';

/** What this key is and may do, as of now. */
export const showMe = (site: Site): WebHandler =>
  withKey(site, null, async (c, { key, tier, requestsPerMinute }) => {
    const { name, delaySeconds } = entitlementsOf(tier);
    return c.json({
      plan: name,
      tier,
      delaySeconds,
      requestsPerMinute,
      key: { id: key.id, name: key.name, scopes: key.scopes, createdAt: key.createdAt.toISOString() },
      staleness: staleness(site),
    });
  });
