import { announceAccess } from '../../../../billing/announce-access.ts';
import { askChatLink, takeChatLinkByToken } from '../../../../db/queries/chat/link-requests.ts';
import { linkChat, returnToChat } from '../../../../db/queries/chat/links.ts';
import { hashToken, isToken, newToken } from '../../../auth/token.ts';
import { addressOf, addressTo, memberOf, type Site, type WebHandler } from '../../../context.ts';
import { afterwards, amiss } from './said.ts';
import { LINK_LIFE_SECONDS } from './telegram.ts';

/** OAuth2's `state`: a browser that brings it back was sent by this very session. */
export const askForDiscord =
  (site: Site): WebHandler =>
  async (c) => {
    const { discord } = site.chats;
    if (!discord) return c.notFound();
    const { userId, sessionId } = memberOf(c);
    const state = newToken();
    await askChatLink(site.db.db, {
      ...{ userId, vendor: 'discord', tokenHash: hashToken(state), sessionHash: sessionId },
      lifeSeconds: LINK_LIFE_SECONDS,
    });
    return c.redirect(discord.authorizeAddress(state), 303);
  };

/** Whatever is not what we asked for is turned away before Discord hears of its code. */
export const backFromDiscord =
  (site: Site): WebHandler =>
  async (c) => {
    const { discord } = site.chats;
    if (!discord) return c.notFound();
    const { userId, sessionId } = memberOf(c);
    const { state = '', code = '', error } = c.req.query();
    const of = { userId, vendor: 'discord', sessionHash: sessionId } as const;
    const isAsked = isToken(state) && (await takeChatLinkByToken(site.db.db, of, hashToken(state)));
    if (!isAsked) return c.redirect(amiss('over'), 303);
    if (error !== undefined || code === '') return c.redirect(amiss('denied'), 303);
    const entry = await discord.enter(code);
    if (entry.kind !== 'entered') {
      site.log('warn', 'Discord did not let somebody in', { kind: entry.kind, problem: entry.problem });
      return c.redirect(amiss(entry.kind), 303);
    }
    const { chatUserId, name } = entry;
    const outcome = await linkChat(
      site.db.db,
      { userId, vendor: 'discord', person: { chatUserId, name } },
      {
        ...{ actor: { kind: 'member', userId }, cause: 'asked for on the site', address: addressOf(c) },
        chatsUrl: addressTo(site, '/account/chats'),
      },
    );
    if (outcome !== 'linked') return c.redirect(amiss(outcome), 303);
    // Somebody who had left the server is on it again.
    await returnToChat(site.db.db, { userId, vendor: 'discord' });
    await announceAccess(site.bus, site.db.db, userId);
    return c.redirect(afterwards('linked'), 303);
  };
