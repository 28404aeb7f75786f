import { announceAccess } from '../../../billing/announce-access.ts';
import { unlinkChat } from '../../../db/queries/chat/links.ts';
import { addressTo, type Site, type WebHandler } from '../../context.ts';
import { isChatVendor } from '../../pages/account/chats/vendor-names.ts';
import { act } from './act.ts';

/** Puts a member's chat account out of every closed room; a mail tells the member. */
export const unlinkChatOf = (site: Site): WebHandler =>
  act(site, ['vendor'], async ({ userId, by, form: { vendor } }) => {
    if (!isChatVendor(vendor)) return { problem: 'There is no such chat. Nothing was done.' };
    const { actor, reason: cause, address } = by;
    const chatsUrl = addressTo(site, '/account/chats');
    const link = await unlinkChat(site.db.db, { vendor, userId }, { actor, cause, address, chatsUrl });
    if (!link) return { problem: 'No such chat is linked. Nothing was done.' };
    await announceAccess(site.bus, site.db.db, userId);
    return { done: 'chat-unlinked' };
  });
