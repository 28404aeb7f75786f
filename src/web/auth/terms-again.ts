import { audit } from '../../db/queries/audit.ts';
import { acceptTerms } from '../../db/queries/terms.ts';
import { addressOf, frameOf, memberOf, type Site, type WebHandler } from '../context.ts';
import { formOf } from '../form.ts';
import { acceptTermsPage } from '../pages/terms/page.tsx';
import { TERMS_VERSION } from './terms.ts';

export const showTermsAgain =
  (site: Site): WebHandler =>
  (c) =>
    memberOf(c).termsAccepted
      ? c.redirect('/feed', 303)
      : c.html(acceptTermsPage({ frame: frameOf(site, c), problem: null }));

/** A new version of the terms: nothing else is shown before it is accepted. */
export const acceptTermsAgain =
  (site: Site): WebHandler =>
  async (c) => {
    const { userId } = memberOf(c);
    const form = await formOf(c, ['terms', 'version']);
    if (form.terms !== 'accepted' || form.version !== TERMS_VERSION) {
      const problem = 'Tick the box to say that you have read it, or sign out.';
      return c.html(acceptTermsPage({ frame: frameOf(site, c), problem }), 422);
    }
    const address = addressOf(c);
    await site.db.db.transaction(async (tx) => {
      await acceptTerms(tx, userId, TERMS_VERSION, address);
      const actor = { kind: 'member', userId } as const;
      await audit(tx, { actor, action: 'terms.accepted', userId, after: TERMS_VERSION, cause: 'asked', address });
    });
    return c.redirect('/feed', 303);
  };
