import { announceAccess } from '../../../billing/announce-access.ts';
import { banUser, unbanUser } from '../../../db/queries/members/ban.ts';
import type { Site, WebHandler } from '../../context.ts';
import { act } from './act.ts';
import { refusalWords } from './billing-acts.ts';

/**
 * Ends sessions, streams and access now, and then whatever Stripe would charge again. In this order: a Stripe that does
 * not answer keeps nobody signed in. What was not cancelled is said, and found by the search until it is.
 */
export const ban = (site: Site): WebHandler =>
  act(site, ['confirm'], async ({ userId, by, form }) => {
    if (form.confirm !== 'yes') return { problem: 'Tick the box to confirm. Nothing was done.' };
    if (userId === by.actor.userId) return { problem: 'Nobody bans themselves. Nothing was done.' };
    const banned = await banUser(site.db.db, userId, by);
    if (!banned) return { problem: 'That account is banned already. Nothing was done.' };
    site.bus.publish('access.changed', { userId, ended: true });
    const ended = await site.billing.endEverything(userId, by.actor, by.reason);
    if (ended.ok) return { done: 'banned' };
    return {
      problem: `The account is banned, but Stripe may charge it again: ${refusalWords(ended.reason)} End it below once more.`,
    };
  });

export const unban = (site: Site): WebHandler =>
  act(site, [], async ({ userId, by }) => {
    const unbanned = await unbanUser(site.db.db, userId, by);
    if (!unbanned) return { problem: 'That account is not banned. Nothing was done.' };
    await announceAccess(site.bus, site.db.db, userId);
    return { done: 'unbanned' };
  });
