import { personalDataOf } from '../../../../db/queries/personal-data.ts';
import { deleteAccount } from '../../../auth/delete-account.ts';
import { addressOf, frameOf, memberOf, type Site, type WebContext, type WebHandler } from '../../../context.ts';
import { formOf } from '../../../form.ts';
import { dataPage, deletePage } from './page.tsx';

export const showData =
  (site: Site): WebHandler =>
  (c) =>
    c.html(dataPage({ frame: frameOf(site, c) }));

/** One moment's copy: all tables are read in one snapshot. */
export const exportData =
  (site: Site): WebHandler =>
  async (c) => {
    const { userId } = memberOf(c);
    const data = await site.db.db.transaction((tx) => personalDataOf(tx, userId), {
      isolationLevel: 'repeatable read',
      accessMode: 'read only',
    });
    const body = JSON.stringify({ exportedAt: new Date().toISOString(), ...data }, null, 2);
    c.header('Content-Disposition', 'attachment; filename="quanticity-data.json"');
    return c.body(body, 200, { 'Content-Type': 'application/json; charset=utf-8' });
  };

export const showDelete =
  (site: Site): WebHandler =>
  (c) =>
    c.html(deletePage({ frame: frameOf(site, c), problem: null }));

const refuse = (site: Site, c: WebContext, problem: string, status: 422 | 503) =>
  c.html(deletePage({ frame: frameOf(site, c), problem }), status);

export const doDelete =
  (site: Site): WebHandler =>
  async (c) => {
    const member = memberOf(c);
    const { confirm } = await formOf(c, ['confirm']);
    if (confirm !== 'yes') return refuse(site, c, 'Tick the box to say that you mean it. Nothing was deleted.', 422);
    if (member.role === 'operator')
      return refuse(site, c, 'An operator’s account is deleted after another operator has made it a member’s.', 422);
    const deletion = await deleteAccount(site, member, addressOf(c));
    if (!deletion.ok) return refuse(site, c, deletion.problem, 503);
    const { cookie } = await site.sessions.signOut(c.req.header('Cookie'));
    c.header('Set-Cookie', cookie);
    return c.redirect('/sign-in?after=deleted', 303);
  };
