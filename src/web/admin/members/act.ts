import type { By } from '../../../db/queries/members/by.ts';
import { isAccount } from '../../../db/queries/members/search.ts';
import { addressOf, type Site, type WebContext, type WebHandler } from '../../context.ts';
import { formOf } from '../../form.ts';
import { actorOf, reasonProblem } from '../acting.ts';
import { renderMember } from './handlers.tsx';
import type { DoneCode } from './said.ts';

export interface Act<Field extends string> {
  readonly c: WebContext;
  readonly userId: string;
  readonly by: By;
  readonly form: Readonly<Record<Field, string>>;
}

/** What an operator is told of an act; a problem means that nothing was changed unless it says so. */
export type ActOutcome = { readonly done: DoneCode } | { readonly problem: string };

/** An operator's act on one account: it needs a reason that is kept, and ends at the member's page. */
export const act =
  <Field extends string>(
    site: Site,
    fields: readonly Field[],
    perform: (act: Act<Field>) => Promise<ActOutcome>,
  ): WebHandler =>
  async (c) => {
    const userId = c.req.param('id') ?? '';
    if (!(await isAccount(site.db.db, userId))) return c.notFound();
    const form = await formOf(c, [...fields, 'reason']);
    const reason = form.reason.trim();
    const refused = reasonProblem(reason);
    const by = { actor: actorOf(c), reason, address: addressOf(c) };
    const outcome = refused ? { problem: refused } : await perform({ c, userId, by, form });
    if ('done' in outcome) return c.redirect(`/admin/members/${userId}?done=${outcome.done}`, 303);
    return renderMember(site, c, userId, { problem: outcome.problem, status: 422 });
  };
