import { entitlementsOf } from '../../../../billing/plans.ts';
import { apiKeysOf } from '../../../../db/queries/api-keys.ts';
import { API_SCOPES, issueKey, KEY_NAME_LENGTH_MAX, revokeKey } from '../../../auth/api-keys.ts';
import { addressOf, frameOf, memberOf, type Site, type WebContext, type WebHandler } from '../../../context.ts';
import { formOf } from '../../../form.ts';
import { apiPage } from './page.tsx';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const CONTROL = /\p{Cc}/u;

interface Told {
  readonly fresh?: string;
  readonly problem?: string;
  readonly notice?: string;
}

const render = async (site: Site, c: WebContext, { fresh, problem, notice }: Told, status: 200 | 403 | 422 = 200) => {
  const { userId, tier } = memberOf(c);
  const keys = await apiKeysOf(site.db.db, userId);
  const told = { fresh: fresh ?? null, problem: problem ?? null, notice: notice ?? null };
  return c.html(apiPage({ frame: frameOf(site, c), api: entitlementsOf(tier).api, keys, ...told }), status);
};

export const showApi =
  (site: Site): WebHandler =>
  (c) =>
    render(site, c, c.req.query('done') === 'revoked' ? { notice: 'That key is revoked.' } : {});

export const makeKey =
  (site: Site): WebHandler =>
  async (c) => {
    const { userId, tier } = memberOf(c);
    if (entitlementsOf(tier).api === null)
      return render(site, c, { problem: 'Your plan does not include the API.' }, 403);
    const form = await formOf(c, ['name', 'signals', 'reports']);
    const name = form.name.trim();
    const scopes = API_SCOPES.filter((scope) => form[scope === 'signals:read' ? 'signals' : 'reports'] === 'yes');
    if (name === '' || name.length > KEY_NAME_LENGTH_MAX || CONTROL.test(name))
      return render(site, c, { problem: `Give it a name of up to ${KEY_NAME_LENGTH_MAX} characters.` }, 422);
    if (scopes.length === 0) return render(site, c, { problem: 'Say what the key may read.' }, 422);
    const fresh = await issueKey(site, { userId, name, scopes, address: addressOf(c) });
    return fresh === null
      ? render(site, c, { problem: 'There are as many keys as there may be. Revoke one first.' }, 422)
      : render(site, c, { fresh });
  };

/** Somebody else's key is not there to be revoked. */
export const dropKey =
  (site: Site): WebHandler =>
  async (c) => {
    const { key } = await formOf(c, ['key']);
    const revoked = UUID.test(key) ? await revokeKey(site, memberOf(c).userId, key, addressOf(c)) : null;
    return revoked ? c.redirect('/account/api?done=revoked', 303) : c.notFound();
  };
