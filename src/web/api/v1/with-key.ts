import { entitlementsOf, type Tier } from '../../../billing/plans.ts';
import { type ApiKeyRow, apiKeyWithUser, seeApiKey } from '../../../db/queries/api-keys.ts';
import { networkOf } from '../../auth/address.ts';
import { type ApiScope, keyHashOf } from '../../auth/api-keys.ts';
import type { Verdict } from '../../auth/rate-limit.ts';
import { addressOf, type Site, type WebContext, type WebHandler } from '../../context.ts';
import { problem } from './problem.ts';

/** Whose key a request came with, as of now. */
export interface ApiCaller {
  readonly key: ApiKeyRow;
  readonly userId: string;
  readonly tier: Tier;
  readonly requestsPerMinute: number;
}
type ApiHandler = (c: WebContext, caller: ApiCaller) => Promise<Response>;

const tellLimit = (c: WebContext, verdict: Verdict): void => {
  c.header('RateLimit-Limit', String(verdict.attemptsMax));
  c.header('RateLimit-Remaining', String(verdict.remaining));
  c.header('RateLimit-Reset', String(verdict.restSeconds));
  if (!verdict.ok) c.header('Retry-After', String(verdict.restSeconds));
};

/** Guesses are counted by where they come from. */
const stranger = async (site: Site, c: WebContext, name: 'no-key' | 'unknown-key'): Promise<Response> => {
  const verdict = await site.limits.attempt({ 'api.stranger': networkOf(addressOf(c)) });
  if (verdict.ok) return problem(c, name);
  tellLimit(c, verdict);
  return problem(c, 'too-many-requests');
};

/**
 * Asks the database on every request who the key belongs to and what its owner may see: a change of plan, a ban or a
 * revocation counts from the next one. Cookies mean nothing here.
 */
export const withKey =
  (site: Site, scope: ApiScope | null, handler: ApiHandler): WebHandler =>
  async (c) => {
    const keyHash = keyHashOf(c.req.header('Authorization'));
    if (keyHash === null) return stranger(site, c, 'no-key');
    const found = await apiKeyWithUser(site.db.db, keyHash);
    if (!found) return stranger(site, c, 'unknown-key');
    const { key, user } = found;
    const { api } = entitlementsOf(user.tier);
    if (api === null) return problem(c, 'plan-without-api');
    const { requestsPerMinute } = api;
    const verdict = await site.limits.attempt({ 'api.key': key.id }, { attemptsMax: requestsPerMinute });
    tellLimit(c, verdict);
    if (!verdict.ok) return problem(c, 'too-many-requests');
    if (scope !== null && !key.scopes.includes(scope)) return problem(c, 'scope-missing', `It needs ${scope}.`);
    await seeApiKey(site.db.db, key.id);
    return handler(c, { key, userId: user.id, tier: user.tier, requestsPerMinute });
  };
