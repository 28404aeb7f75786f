import { announceAccess } from '../../../../billing/announce-access.ts';
import { askChatLink, dropChatLinkRequest, takeClaimedChatLink } from '../../../../db/queries/chat/link-requests.ts';
import { linkChat } from '../../../../db/queries/chat/links.ts';
import { hashToken, newToken } from '../../../auth/token.ts';
import { addressOf, addressTo, memberOf, type Site, type WebHandler } from '../../../context.ts';
import { formOf } from '../../../form.ts';
import { renderChats } from './handlers.ts';
import { afterwards, amiss } from './said.ts';

/** As `platform.md` has it: single use, ten minutes, hashed at rest, bound to the session that asked. */
export const LINK_LIFE_SECONDS = 600;

/** The token stands in this one answer and nowhere else. */
export const askForTelegram =
  (site: Site): WebHandler =>
  async (c) => {
    const { telegram } = site.chats;
    if (!telegram) return c.notFound();
    const { userId, sessionId } = memberOf(c);
    const token = newToken();
    await askChatLink(site.db.db, {
      ...{ userId, vendor: 'telegram', tokenHash: hashToken(token), sessionHash: sessionId },
      lifeSeconds: LINK_LIFE_SECONDS,
    });
    const url = `${telegram.linkBase}/${telegram.botUsername}?start=${token}`;
    return renderChats(site, c, { fresh: { url, botUsername: telegram.botUsername } });
  };

/** The person whom the page named, and no other: whoever claims the link meanwhile is not linked by this yes. */
export const confirmTelegram =
  (site: Site): WebHandler =>
  async (c) => {
    const { userId, sessionId } = memberOf(c);
    const { chatUserId } = await formOf(c, ['chatUserId']);
    const of = { userId, vendor: 'telegram', sessionHash: sessionId } as const;
    const outcome = await site.db.db.transaction(async (tx) => {
      const person = await takeClaimedChatLink(tx, of, chatUserId);
      if (!person) return 'over';
      return linkChat(
        tx,
        { userId, vendor: 'telegram', person },
        {
          ...{ actor: { kind: 'member', userId }, cause: 'asked for on the site', address: addressOf(c) },
          chatsUrl: addressTo(site, '/account/chats'),
        },
      );
    });
    if (outcome !== 'linked') return c.redirect(amiss(outcome), 303);
    await announceAccess(site.bus, site.db.db, userId);
    return c.redirect(afterwards('linked'), 303);
  };

export const cancelTelegram =
  (site: Site): WebHandler =>
  async (c) => {
    await dropChatLinkRequest(site.db.db, memberOf(c).userId, 'telegram');
    return c.redirect(afterwards('cancelled'), 303);
  };
