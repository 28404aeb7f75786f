import { announceAccess } from '../../../billing/announce-access.ts';
import { entitlementsOf } from '../../../billing/plans.ts';
import { grantComp, revokeComp } from '../../../db/queries/comps.ts';
import { queueMail } from '../../../db/queries/mails.ts';
import { isUserId } from '../../../db/queries/members/search.ts';
import type { Site, WebHandler } from '../../context.ts';
import { act } from './act.ts';

const ZONE = 'America/New_York';
const DAYS_MAX = 731;

/** The end of a day in New York, exclusive; null when the text is no day, or none that a comp may last to. */
export const endOfDay = (text: string, nowMs: number): Date | null => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const today = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(ZONE).toPlainDate();
  try {
    const day = Temporal.PlainDate.from(text, { overflow: 'reject' });
    const ahead = today.until(day).total({ unit: 'days' });
    if (ahead < 0 || ahead > DAYS_MAX) return null;
    return new Date(day.add({ days: 1 }).toZonedDateTime(ZONE).epochMilliseconds);
  } catch {
    return null;
  }
};

/** Gives a tier until the end of a day, with a mail that says so. */
export const grant = (site: Site): WebHandler =>
  act(site, ['tier', 'lastDay'], async ({ userId, by, form }) => {
    const { tier } = form;
    if (tier !== 'premium' && tier !== 'basic') return { problem: 'Choose Premium or Basic. Nothing was done.' };
    const endsAt = endOfDay(form.lastDay, Date.now());
    if (!endsAt) return { problem: 'Choose a last day from today to two years ahead. Nothing was done.' };
    await site.db.db.transaction(async (tx) => {
      const comp = await grantComp(tx, { userId, tier, endsAt, reason: by.reason }, by.actor, by.address);
      const plan = entitlementsOf(tier).name === 'Premium' ? 'Premium' : 'Basic';
      const feedUrl = new URL('/feed', site.options.publicUrl).href;
      const data = { plan, endsAtMs: endsAt.getTime(), feedUrl } as const;
      await queueMail(tx, { userId, template: 'comp-granted', data, dedupeKey: `comp-granted:${comp.id}` });
    });
    await announceAccess(site.bus, site.db.db, userId);
    return { done: 'comp-granted' };
  });

export const revoke = (site: Site): WebHandler =>
  act(site, ['comp'], async ({ userId, by, form }) => {
    const id = form.comp;
    if (!isUserId(id)) return { problem: 'There is no such comp. Nothing was done.' };
    const ended = await revokeComp(site.db.db, { id, userId }, by);
    if (!ended) return { problem: 'That comp is over already. Nothing was done.' };
    await announceAccess(site.bus, site.db.db, userId);
    return { done: 'comp-revoked' };
  });
