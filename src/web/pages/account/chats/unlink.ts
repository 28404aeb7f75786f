import { announceAccess } from '../../../../billing/announce-access.ts';
import { unlinkChat } from '../../../../db/queries/chat/links.ts';
import { addressOf, addressTo, memberOf, type Site, type WebHandler } from '../../../context.ts';
import { formOf } from '../../../form.ts';
import { afterwards, amiss } from './said.ts';
import { isChatVendor } from './vendor-names.ts';

export const unlink =
  (site: Site): WebHandler =>
  async (c) => {
    const { userId } = memberOf(c);
    const { vendor } = await formOf(c, ['vendor']);
    if (!isChatVendor(vendor)) return c.notFound();
    const link = await unlinkChat(
      site.db.db,
      { vendor, userId },
      {
        ...{ actor: { kind: 'member', userId }, cause: 'asked for on the site', address: addressOf(c) },
        chatsUrl: addressTo(site, '/account/chats'),
      },
    );
    if (!link) return c.redirect(amiss('nothing'), 303);
    await announceAccess(site.bus, site.db.db, userId);
    return c.redirect(afterwards('unlinked'), 303);
  };
