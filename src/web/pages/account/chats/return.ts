import { announceAccess } from '../../../../billing/announce-access.ts';
import { isPaidTier } from '../../../../billing/plans.ts';
import { returnToChat } from '../../../../db/queries/chat/links.ts';
import { memberOf, type Site, type WebHandler } from '../../../context.ts';
import { formOf } from '../../../form.ts';
import { afterwards, amiss } from './said.ts';
import { isChatVendor } from './vendor-names.ts';

/** Whoever walked out of a room is invited once more. */
export const returnToRoom =
  (site: Site): WebHandler =>
  async (c) => {
    const { userId } = memberOf(c);
    const { vendor, room } = await formOf(c, ['vendor', 'room']);
    if (!isChatVendor(vendor) || !isPaidTier(room)) return c.notFound();
    if (!(await returnToChat(site.db.db, { userId, vendor, room }))) return c.redirect(amiss('nothing'), 303);
    await announceAccess(site.bus, site.db.db, userId);
    return c.redirect(afterwards('returning'), 303);
  };
