import { readDossier } from '../../../db/queries/members/dossier.ts';
import { isUserId, searchMembers } from '../../../db/queries/members/search.ts';
import { frameOf, type Site, type WebContext, type WebHandler } from '../../context.ts';
import { memberPage } from './member-page.tsx';
import { saidOf } from './said.ts';
import { searchPage } from './search-page.tsx';
import { queryFrom } from './search-query.ts';

const PAGE_LENGTH = 50;

export const listMembers =
  (site: Site): WebHandler =>
  async (c) => {
    const query = queryFrom(c.req.query());
    const found = await searchMembers(site.db.db, query, PAGE_LENGTH);
    return c.html(searchPage({ frame: frameOf(site, c), query, ...found }));
  };

export interface MemberAnswer {
  readonly problem: string | null;
  readonly status: 200 | 422;
  readonly said?: string | null;
}

/** A member's page, with what became of an act on it. */
export const renderMember = async (
  site: Site,
  c: WebContext,
  userId: string,
  { problem, status, said = null }: MemberAnswer,
): Promise<Response> => {
  const dossier = await readDossier(site.db.db, userId);
  if (!dossier) return c.notFound();
  return c.html(memberPage({ frame: frameOf(site, c), dossier, problem, said }), status);
};

export const showMember =
  (site: Site): WebHandler =>
  (c) => {
    const userId = c.req.param('id') ?? '';
    if (!isUserId(userId)) return c.notFound();
    return renderMember(site, c, userId, { problem: null, status: 200, said: saidOf(c.req.query('done')) });
  };
